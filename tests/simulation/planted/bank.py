"""Bugs that are planted into a copy of the product, to see how soon the simulator finds each.

A file of this folder, or of one below it, holds one bug: what invariant it breaks, and the edits that plant
it.  An edit replaces a text that stands exactly once in its file; where it no longer does, the bank fails.
A seed that found it before is asked first: most need hundreds of nights until one strikes.

    python -m tests.simulation.planted.bank [NAME...] [--nights 2000] [--from-seed 0]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from tests.simulation.nights import play
from tests.simulation.script import draw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
COPIED = ("qb_collections", "templates", "webhooks", "tests")
NIGHTS_MAX = 2_000
WAITING = "waiting"  # the folder of bugs that are not of the bank: no random night has found them so far


class NoLongerApplies(Exception):
    """The product has moved on; the text that the bug replaces is not there."""


@dataclass(frozen=True, slots=True)
class Edit:
    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Bug:
    name: str
    why: str
    breaks: str
    edits: tuple[Edit, ...]
    found_by: str | None = None  # a test that finds it, where no night is asked
    seed: int | None = None  # one that found it before: it is asked first


@dataclass(frozen=True, slots=True)
class Hunt:
    """How the search for one bug ended."""

    bug: Bug
    found: bool
    nights: int
    seed: int | None
    said: str


def bugs(names: Sequence[str] = (), *, waiting: bool = False) -> list[Bug]:
    """The bugs of these names, or all of the bank; with waiting also those that no night has found yet."""
    files = sorted(HERE.rglob("*.toml"))
    if not names and not waiting:
        files = [file for file in files if file.parent.name != WAITING]
    known = {file.stem: _read(file) for file in files}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"There is no planted bug {unknown[0]!r}; there are: {', '.join(known)}.")
    return [known[name] for name in names or known]


def _read(file: Path) -> Bug:
    text = file.read_text()
    told = tomllib.loads(text)
    why = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
    edits = tuple(Edit(**edit) for edit in told["edit"])
    return Bug(file.stem, why, told["breaks"], edits, told.get("found_by"), told.get("seed"))


def plant(bug: Bug, tree: Path) -> None:
    """Make the bug's edits in a copy of the product.  Raises NoLongerApplies with a sentence."""
    for name in dict.fromkeys(edit.file for edit in bug.edits):
        file = tree / name
        text = file.read_text() if file.exists() else ""
        file.write_text(edited(text, [edit for edit in bug.edits if edit.file == name], bug))


def edited(text: str, edits: Sequence[Edit], bug: Bug) -> str:
    """A file's text with these edits made.  Raises NoLongerApplies."""
    for edit in edits:
        count = text.count(edit.before)
        if count != 1:
            raise NoLongerApplies(
                f"{bug.name} replaces a text that stands {count} times in {edit.file}, not once. "
                "Write the bug anew for the code as it is."
            )
        text = text.replace(edit.before, edit.after)
    return text


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the product and its tests; in memory where there is room."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="qbc-planted-", dir=where) as name:
        tree = Path(name)
        for folder in COPIED:
            shutil.copytree(
                ROOT / folder,
                tree / folder,
                ignore=shutil.ignore_patterns("node_modules", "*.png"),
            )
        shutil.copy(ROOT / "pyproject.toml", tree / "pyproject.toml")
        yield tree


def hunt(bug: Bug, *, nights: int = NIGHTS_MAX, from_seed: int = 0) -> Hunt:
    """Play seeds with the bug in the product until one fails.  Raises NoLongerApplies."""
    from tests.simulation.planted import in_memory

    if bug.found_by is None:
        try:
            with in_memory.planted(bug):
                return _played(bug, nights, from_seed)
        except in_memory.NotInMemory:
            pass
    with copied() as tree:
        plant(bug, tree)
        return _by_test(bug, tree) if bug.found_by is not None else _elsewhere(bug, tree, nights, from_seed)


def _played(bug: Bug, nights: int, from_seed: int) -> Hunt:
    """Here, with what the modules do changed: saves the start of a process and its templates."""
    passed = 0
    first = [] if bug.seed is None else [bug.seed]
    for seed in chain(first, count(from_seed)):
        result = play(draw(seed))
        passed += result.nights
        if result.failed:
            return Hunt(bug, True, passed, seed, str(result.troubles[0]))
        if passed >= nights:
            return Hunt(bug, False, passed, None, "not found")
    raise AssertionError("there is always another seed")


def _elsewhere(bug: Bug, tree: Path, nights: int, from_seed: int) -> Hunt:
    """In a process of its own that imports the copy."""
    words = ["-m", "tests.simulation.run", "--nights", str(nights), "--from-seed", str(from_seed)]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tree)},
    )
    lines = done.stdout.splitlines()
    failed = next((line for line in lines if line.startswith("seed ")), None)
    counted = next((line for line in lines if " nights, " in line), "0 nights, ")
    played = int(counted.split()[0])
    if failed is None:
        crashed = done.returncode != 0
        said = done.stderr.strip().splitlines()[-1] if crashed else "not found"
        return Hunt(bug, False, played, None, said)
    seed = int(failed.split()[1].rstrip(":"))
    return Hunt(bug, True, played, seed, failed.partition(": ")[2])


def _by_test(bug: Bug, tree: Path) -> Hunt:
    """Ask the one test that claims to find it."""
    assert bug.found_by is not None
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-m", "", "-p", "no:cacheprovider", bug.found_by],
        cwd=tree,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tree)},
    )
    return Hunt(bug, done.returncode == 1, 0, None, bug.found_by)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.planted.bank")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--waiting", action="store_true", help="hunt those too that no night has found yet")
    parser.add_argument("--nights", type=int, default=NIGHTS_MAX)
    parser.add_argument("--from-seed", type=int, default=0)
    given = parser.parse_args(arguments)
    missed = 0
    hunted_for = bugs(given.names, waiting=given.waiting)
    for bug in hunted_for:
        try:
            hunted = hunt(bug, nights=given.nights, from_seed=given.from_seed)
        except NoLongerApplies as problem:
            print(f"{bug.name:32} {problem}", flush=True)
            missed += 1
            continue
        missed += not hunted.found
        place = f"night {hunted.nights}, seed {hunted.seed}" if hunted.seed is not None else "by its test"
        if not hunted.found:
            place = f"not in {hunted.nights} nights"
        print(f"{bug.name:32} {place:24} {hunted.said[:110]}", flush=True)
    print(f"{len(hunted_for) - missed} found, {missed} not")
    return 1 if missed else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # a seed is the same night as on the command line
        again = [sys.executable, "-m", "tests.simulation.planted.bank", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
