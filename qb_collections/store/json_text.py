"""JSON that gives back what it was given: decimals and money stay exact, never floats."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from qb_collections.core.money import Money
from qb_collections.core.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Plain:
    """A document whose maker vouches that it holds nothing but texts, yes and no, days, small numbers, None,
    and lists of them: it is not looked through.
    """

    document: Any


def dumps(value: Any) -> str:
    """One text for one value: keys sorted, no spaces.  Dates and instants become ISO text, one way."""
    if type(value) is Plain:
        return _PLAIN.encode(value.document).decode()
    if is_plain(value):
        return _PLAIN.encode(value).decode()
    return _ENCODER.encode(value)


def loads(text: str | bytes) -> Any:
    if isinstance(text, str):
        return _DECODER.decode(text)
    # SQLite makes a number of a text that is one; that this is a TypeError tells SQLAlchemy so.
    return json.loads(text, object_hook=_decode)


def is_plain(value: object) -> bool:
    """Whether the quick encoder writes exactly the same: nothing inside but texts, small numbers and days."""
    kind = type(value)
    parts: Iterable[object]
    if kind is dict:
        if not _TEXT.issuperset(map(type, value)):  # type: ignore[call-overload]
            return False
        parts = value.values()  # type: ignore[attr-defined]
    elif kind is list or kind is tuple:
        parts = value  # type: ignore[assignment]
    else:
        return kind in _PLAIN_KINDS or (kind is int and -_LARGE < value < _LARGE)  # type: ignore[operator]
    # A night asks this of a hundred thousand values, nearly all of them texts.
    if not _PLAIN_KINDS.issuperset(map(type, parts)):
        for part in parts:
            if type(part) not in _PLAIN_KINDS and not is_plain(part):
                return False
    return True


def _encode(value: object) -> object:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, Money):
        return {"$money": [str(value.amount), value.currency]}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"cannot store a {type(value).__name__} as JSON")


def _decode(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if "$decimal" in value:
            return Decimal(value["$decimal"])
        if "$money" in value:
            amount, currency = value["$money"]
            return Money(Decimal(amount), currency)
    return value


_LARGE = 2**53
_TEXT = frozenset({str})
_PLAIN_KINDS = frozenset({str, bool, type(None), date})
_PLAIN = msgspec.json.Encoder(order="sorted")
_ENCODER = json.JSONEncoder(
    default=_encode, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_DECODER = json.JSONDecoder(object_hook=_decode)
