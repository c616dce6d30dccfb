"""What the lives of one sweep tell each other and their parent: which looks were seen, and how each ended."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

DIGEST = 20  # bytes


@dataclass
class Tried:
    """What came of all this."""

    first: int = 0  # kills
    second: int = 0  # second kills, while the service recovered from a first one
    faults: int = 0  # requests, e-mails and commits that failed
    alike: int = 0  # of those, not lived: files, books and mail were as at an earlier one
    joined: int = 0  # of those that were lived, the ones that came to where an earlier one had been
    seconds: float = 0.0
    found: list[str] = field(default_factory=list)


class Seen:
    """Digests that all forks add to, in a file."""

    def __init__(self, path: Path) -> None:
        self._known: set[bytes] = set()
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        self._at = 0

    def add(self, digest: bytes) -> None:
        os.write(self._file, digest)

    def __contains__(self, digest: bytes) -> bool:
        while True:
            more = os.pread(self._file, DIGEST * 4096, self._at)
            self._at += len(more)
            self._known.update(more[at : at + DIGEST] for at in range(0, len(more), DIGEST))
            if not more:
                return digest in self._known


def counted(file: Path) -> Tried:
    """What the lives of one sweep wrote into their common file."""
    tried = Tried()
    for line in file.read_text().splitlines():
        one = json.loads(line)
        if one["how"] == "alike":
            tried.alike += 1
            continue
        tried.seconds += one["seconds"]
        if one["how"] == "watched":  # a life that another has lived before, to try its points
            continue
        tried.joined += one["how"] == "joined"
        if one["depth"] == 0:
            tried.faults += 1
        elif one["depth"] == 1:
            tried.first += 1
        else:
            tried.second += 1
        if one["trouble"]:
            tried.found.append(f"{one['where']}: {one['trouble']}")
    return tried


def kept(folder: Path) -> Callable[[], None]:
    """Remember the files of a folder; the answer writes them back into the same files."""
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def give_back() -> None:
        for path in folder.rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()
        for path, content in kept.items():
            with path.open("r+b" if path.exists() else "wb") as file:
                file.write(content)
                file.truncate()

    return give_back
