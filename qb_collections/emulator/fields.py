"""Which properties an entity has, and how a request's values are read.

QuickBooks refuses a request that holds an unknown property, and accepts properties that only answers have.
Empty text and null mean "not set": python-quickbooks sends `"DueDate": ""` for every date it does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from qb_collections.emulator import errors, shapes
from qb_collections.emulator.wire import Body, cents, number, parse_day

Kind = Literal["text", "money", "number", "day", "flag", "ref", "free", "lines", "answer"]


@dataclass(frozen=True, slots=True)
class Field:
    """One property: how it is read, and the longest text it takes."""

    kind: Kind
    most: int = 0
    choices: tuple[str, ...] = ()


Fields = Mapping[str, Field]
_MOST_DIGITS = 15  # QuickBooks' amounts have at most fifteen (API reference of Line)


def text(**most: int) -> dict[str, Field]:
    return {name: Field("text", length) for name, length in most.items()}


def of_kind(kind: Kind, names: str) -> dict[str, Field]:
    """Return one field of this kind for each blank-separated name."""
    return {name: Field(kind) for name in names.split()}


def choice(name: str, *choices: str) -> dict[str, Field]:
    return {name: Field("text", 0, choices)}


# What every entity has; the server sets them, and a client may echo them.
COMMON: dict[str, Field] = of_kind(
    "answer",
    "Id SyncToken MetaData domain sparse status CustomExtensions AttachableRef RecurDataRef RecurringInfo",
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a request says: the values, and the names it sets to nothing."""

    values: Body
    cleared: frozenset[str]


def read(entity: str, fields: Fields, body: Body) -> Given:
    """Check and normalise a request's properties; those only the server sets are left out.

    Raises Fault 2010 for an unknown name, 2050 for long text, 2080, 2090, 2110 or 2170 for a wrong value.
    """
    shapes.check(body)
    values: Body = {}
    cleared = set()
    for name, raw in body.items():
        field = fields.get(name)
        if field is None:
            raise errors.unknown_property(name, entity, fields)
        if field.kind == "answer":
            continue
        value = None if raw is None or raw == "" else _read_one(name, field, raw)
        if value is None:
            cleared.add(name)
        else:
            values[name] = value
    return Given(values, frozenset(cleared))


def _read_one(name: str, field: Field, raw: Any) -> Any:
    match field.kind:
        case "text":
            return _text(name, field, raw)
        case "money" | "number":
            return number_of(name, raw)
        case "day":
            return day_of(name, raw)
        case "flag":
            return _flag(name, raw)
        case "ref":
            return reference(name, raw)
        case "lines":
            if not isinstance(raw, list) or not all(isinstance(line, dict) for line in raw):
                raise errors.unreadable(f"{name} should be a list of objects, and it")
            return raw
        case _:
            return raw


def _text(name: str, field: Field, raw: Any) -> str:
    if isinstance(raw, dict | list | bool):
        raise errors.unreadable(f"{name} should be text, and it")
    value = str(raw)
    if field.most and len(value) > field.most:
        raise errors.too_long(name, field.most, len(value))
    if field.choices and value not in field.choices:
        raise errors.invalid_enum(name, value)
    return value


def number_of(name: str, raw: Any) -> Decimal:
    """Return a number of at most fifteen digits before the point, or text with one; raises Fault 2080."""
    try:
        found = number(raw)
    except ValueError as error:
        raise errors.invalid_number(name, raw) from error
    if found.adjusted() >= _MOST_DIGITS:
        raise errors.invalid_number(name, raw)
    return found


def amount_of(name: str, raw: Any) -> Decimal:
    """Return an amount in whole cents; raises Fault 2080."""
    return cents(number_of(name, raw))


def day_of(name: str, raw: Any) -> str:
    """Return a day as text, 2026-10-30; raises Fault 2090."""
    try:
        return parse_day(str(raw)).isoformat()
    except ValueError as error:
        raise errors.invalid_date(name, raw) from error


def _flag(name: str, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if str(raw).lower() in ("true", "false"):
        return str(raw).lower() == "true"
    raise errors.invalid_boolean(name, raw)


def reference(name: str, raw: Any) -> Body | None:
    """Return {"value": text, ...}; a reference without a value is no reference."""
    if not isinstance(raw, dict):
        raise errors.unreadable(f"{name} should be an object with a value, and it")
    value = raw.get("value")
    if value is None or value == "":
        return None
    return {"value": str(value)} | ({"name": str(raw["name"])} if raw.get("name") else {})
