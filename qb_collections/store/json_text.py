"""JSON that gives back what it was given: decimals and money stay exact, never floats."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qb_collections.core.money import Money


def dumps(value: Any) -> str:
    """One text for one value: keys sorted, no spaces.  Dates and instants become ISO text, one way."""
    return json.dumps(
        value, default=_encode, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def loads(text: str | bytes) -> Any:
    return json.loads(text, object_hook=_decode)


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
