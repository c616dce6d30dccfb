"""What goes over the wire: JSON bodies byte for byte, and statements of the query language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from qb_collections.core.money import Money, quantum

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def encode(body: Mapping[str, Any]) -> str:
    """One text for one body: keys sorted, no spaces, amounts as JSON numbers with all their decimals.

    A float raises TypeError: an amount that went through one is not exact.
    """
    return _encoder.encode(_exact(body)).decode()


def amount(money: Money) -> Decimal:
    """The amount with its currency's decimals, as QuickBooks is to read it.

    Raises ValueError when the amount has more decimals than the currency.
    """
    rounded = money.amount.quantize(quantum(money.currency))
    if rounded != money.amount:
        raise ValueError(f"{money.amount} has more decimals than {money.currency} allows")
    return rounded


def literal(text: str) -> str:
    """A quoted literal: the backslash first, then the quote (recorded: 'Amy\\'s Bird Sanctuary').

    Raises ValueError on control characters, which no id or name of QuickBooks has.
    """
    if _CONTROL.search(text):
        raise ValueError("a query literal has no control characters")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(ids: Iterable[str]) -> str:
    """('1', '2'): the right side of IN."""
    return f"({', '.join(literal(id) for id in ids)})"


def instant(at: datetime) -> str:
    """With its offset: without one QuickBooks reads a time as its own zone's."""
    if at.tzinfo is None:
        raise ValueError("an instant must know its zone")
    return at.isoformat(timespec="seconds")


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("a float is not an exact amount")
    if isinstance(value, Money):
        return amount(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"not an amount: {value}")
        exponent = value.as_tuple().exponent
        return value.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else value
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value
