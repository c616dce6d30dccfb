"""Change one setting in a policy's text; comments, order, blanks and every other byte stay as they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.items import Table

from qb_collections.core.policy_text import Location, line_of, path_text

Value = bool | int | Decimal | str | date | time | Sequence[str] | Sequence[date]
_PART = re.compile(r"([A-Za-z0-9_-]+)|\[(\d+)\]")
_PATH = re.compile(r"[A-Za-z0-9_-]+(\[\d+\])?(\.[A-Za-z0-9_-]+(\[\d+\])?)*\Z")


def with_value(text: str, path: str, value: Value) -> str:
    """The text with this setting at this value, for example ladder[2].after_due_days at 12.

    A setting that is not written yet gets a line of its own, first under its heading; a heading that is
    not written yet comes last.  A value that is there already changes nothing.
    Raises LookupError for a path to an entry of a list that is not there, ValueError for text that is
    not TOML and for a path that is none.
    """
    location = _location(path)
    before = _read(text)
    if _value_at(before, location) == value and type(_value_at(before, location)) is type(value):
        return text
    changed = _changed(text, location, value)
    # What was written is read again: nothing but this setting may be another.
    expected = _read(text)
    _set(
        expected,
        location,
        list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value,
    )
    assert _read(changed) == expected, path_text(location)
    return changed


def _location(path: str) -> Location:
    if not _PATH.match(path):
        raise ValueError(f'"{path}" is not a setting; write it as in limits.contact_gap_days')
    return tuple(name or int(number) for name, number in _PART.findall(path))


def _read(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def _changed(text: str, location: Location, value: Value) -> str:
    document: Any = tomlkit.parse(text)
    holder, key = _value_at(document, location[:-1]), location[-1]
    if holder is None and any(isinstance(part, int) for part in location):
        raise LookupError(f"{path_text(location[:-1])} is not there")
    written = _written(value)
    if holder is not None and (key in holder or not isinstance(holder, Table | tomlkit.TOMLDocument)):
        holder[key] = tomlkit.value(written)
        return tomlkit.dumps(document)
    return _with_line(text, location, f"{key} = {written}", is_there=holder is not None)


def _with_line(text: str, location: Location, line: str, *, is_there: bool) -> str:
    """The line under its heading; with a heading of its own, last, where there is none."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    heading = location[:-1]
    number = line_of(text, heading) if heading else 0
    if is_there and number is not None and (number == 0 or lines[number - 1].lstrip().startswith("[")):
        above = "".join(lines[:number])
        return f"{_ended(above, end)}{line}{end}{''.join(lines[number:])}"
    return f"{_ended(text, end)}{end}[{'.'.join(map(str, heading))}]{end}{line}{end}"


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def _value_at(data: Any, location: Location) -> Any:
    """None where nothing is written."""
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError):
            return None
        except TypeError:
            raise LookupError(f"{path_text(location)} leads through a setting that holds no others") from None
    return data


def _set(data: Any, location: Location, value: Any) -> None:
    for part in location[:-1]:
        data = data[part] if isinstance(part, int) else data.setdefault(part, {})
    data[location[-1]] = value


def _written(value: Value) -> str:
    """The value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return tomlkit.string(value).as_string()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(_written(one) for one in value)}]"
