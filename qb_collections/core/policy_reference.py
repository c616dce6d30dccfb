"""The schema of a policy with what each setting means, and the reference that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qb_collections.core.policy import Policy
from qb_collections.core.policy_meanings import MEANINGS, SECTIONS

_LISTS = ("ladder", "quiet")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: where it stands, what it is when left out, what is allowed, what it means."""

    section: str  # "" for what stands above all headings
    key: str
    default: str  # as the policy writes it; "" where it must be written, "not set" where it may be missing
    allowed: str
    meaning: str


def schema() -> dict[str, Any]:
    """The JSON schema of a policy, each setting with its meaning, for editors."""
    made = Policy.model_json_schema(mode="validation")
    made["title"] = "A policy of qb_collections"
    for name, part in made["properties"].items():
        part["description"] = SECTIONS.get(name) or MEANINGS[name]
    for section, definition in _sections(made):
        for key, part in definition["properties"].items():
            part["description"] = MEANINGS[f"{section}.{key}"]
            if isinstance(part.get("default"), str) and _is_number(part):
                part["default"] = _plain_number(part["default"])
    return made


def settings() -> tuple[Setting, ...]:
    """Every setting in the order of the schema."""
    made = schema()
    found = [
        _setting("", name, part, made) for name, part in made["properties"].items() if name not in SECTIONS
    ]
    for section, definition in _sections(made):
        found += [_setting(section, key, part, definition) for key, part in definition["properties"].items()]
    return tuple(found)


def markdown() -> str:
    """The reference: a table for each heading."""
    lines: list[str] = []
    section = None
    for one in settings():
        if one.section != section:
            section = one.section
            heading = f"[[{section}]]" if section in _LISTS else f"[{section}]"
            lines += ["", f"### `{heading}`" if section else "### Above all headings", ""]
            lines += [SECTIONS[section], ""] if section else []
            lines += ["| setting | left out | allowed | meaning |", "|---|---|---|---|"]
        left_out = (
            f"`{one.default}`" if one.default not in ("", "not set") else one.default or "must be written"
        )
        lines.append(f"| `{one.key}` | {left_out} | {one.allowed} | {one.meaning} |")
    return "\n".join(lines[1:]) + "\n"


def _sections(made: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in made["properties"].items():
        target = part.get("$ref") or part.get("items", {}).get("$ref")
        if target:
            yield name, made["$defs"][target.rpartition("/")[2]]


def _setting(section: str, key: str, part: Mapping[str, Any], holder: Mapping[str, Any]) -> Setting:
    meaning = MEANINGS[f"{section}.{key}" if section else key]
    needed = key in holder.get("required", ())
    default = "" if needed else _written(part.get("default"))
    return Setting(section, key, default, _allowed(part), meaning)


def _written(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, str) and not value[:2].isdecimal():
        return f'"{value}"'
    return str(value)


def _allowed(part: Mapping[str, Any]) -> str:
    choices = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
    found = choices[0] if choices else part
    if "enum" in found:
        return ", ".join(f"`{one}`" for one in found["enum"])
    kind = found.get("type")
    if kind == "boolean":
        return "`true`, `false`"
    if kind == "integer":
        return f"{found['minimum']} to {found['maximum']}"
    if kind == "number":
        return "an amount, 0 or more"
    if kind == "array":
        return f"a list of {_allowed(found['items'])}"
    if kind == "object":
        return "amounts by currency"
    return _text_allowed(found)


def _text_allowed(found: Mapping[str, Any]) -> str:
    if found.get("format") == "time":
        return "a time from 08:00:00 to 21:00:00"
    if found.get("format") == "date":
        return "days"
    if found.get("pattern", "").startswith("^[0-9]{2}-"):
        return "a month and a day"
    most = found.get("maxLength")
    return f"a text of up to {most} letters" if most else "a code or name in quotes"


def _is_number(part: Mapping[str, Any]) -> bool:
    return part.get("type") == "number"


def _plain_number(text: str) -> int:
    """Defaults of amounts come as text; editors want a number.  All of them are whole."""
    number = int(Decimal(text))
    assert number == Decimal(text), text
    return number
