"""Where in a policy's text a setting stands: tomllib reads values but keeps no lines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

Location = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\- \"']+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"'. ]+?)\s*=")
_ERROR_LINE = re.compile(r"at line (\d+)")


def line_of(text: str, location: Location) -> int | None:
    """The 1-based line of the setting, else of the nearest table around it; None when neither is written."""
    places = _places(text)
    for length in range(len(location), 0, -1):
        line = places.get(location[:length])
        if line is not None:
            return line
    return None


def path_text(location: Location) -> str:
    """("ladder", 2, "after_due_days") is written ladder[2].after_due_days.

    pydantic says "[key]" behind a name that is wrong itself: the name says as much.
    """
    path = ""
    for part in location:
        if part == "[key]":
            continue
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


def nearest(word: str, known: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return close[0] if close else None


def toml_error_line(message: str, text: str) -> int:
    """The line that tomllib names in its message; the last one when it says "at end of document"."""
    found = _ERROR_LINE.search(message)
    return int(found.group(1)) if found else text.count("\n") + 1


def _places(text: str) -> dict[Location, int]:
    places: dict[Location, int] = {}
    counts: dict[Location, int] = {}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = tuple(part.strip(" \"'") for part in header.group(2).split("."))
            if header.group(1) == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                places.setdefault(table, number)
                table = (*table, index)
            places.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            location = table + tuple(part.strip(" \"'") for part in key.group(1).split("."))
            places.setdefault(location, number)
    return places
