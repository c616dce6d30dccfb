"""Amounts, days and lists as the demonstration prints them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

WIDTH = 100


def money(amount: Decimal, currency: str = "USD") -> str:
    """$1,240.00; other currencies carry their code."""
    return f"${amount:,.2f}" if currency == "USD" else f"{amount:,.2f} {currency}"


def day(on: date) -> str:
    """Friday 20 November."""
    return f"{on:%A} {on.day} {on:%B}"


def short_day(on: date) -> str:
    """20 Nov."""
    return f"{on.day} {on:%b}"


def many(count: int, one: str, several: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
