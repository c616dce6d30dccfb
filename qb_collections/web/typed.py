"""Days and amounts as people type them into a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from flask import request

from qb_collections.core.money import Money

MOST = Decimal(10**10)


def day_in(name: str, said: Mapping[str, str] | None = None) -> date | None:
    """A date as the browser's own field sends it.  Raises ValueError with a sentence.

    said: the form, where it is not the one that was posted.
    """
    text = (request.form if said is None else said).get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is not a day; write it like 2026-11-06") from None


def amount_in(name: str, currency: str, said: Mapping[str, str] | None = None) -> Money | None:
    """An amount with a point before the cents, above zero.  Raises ValueError with a sentence."""
    text = (request.form if said is None else said).get(name, "").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:20]!r} is not an amount; write it like 1240.00") from None
    exponent = amount.as_tuple().exponent
    if not amount.is_finite() or not 0 < amount < MOST or not isinstance(exponent, int) or exponent < -4:
        raise ValueError(f"{text[:20]!r} is not an amount that can be promised")
    return Money(amount, currency)
