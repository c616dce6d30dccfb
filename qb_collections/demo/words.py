"""Amounts, days and lists as the demonstration prints them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qb_collections.core.wording import day_text

WIDTH = 100
LOCALE = "en_US"  # the made-up company's, as it is asked for on the day it connects


def money(amount: Decimal, currency: str = "USD") -> str:
    """$1,240.00; other currencies carry their code."""
    return f"${amount:,.2f}" if currency == "USD" else f"{amount:,.2f} {currency}"


def day(on: date) -> str:
    """Friday, November 20."""
    return day_text(on, on.year, LOCALE)


def day_and_year(on: date) -> str:
    """Thursday, April 15, 2027."""
    return day_text(on, 0, LOCALE)


def short_day(on: date) -> str:
    """Nov 20."""
    return f"{on:%b} {on.day}"


def many(count: int, one: str, several: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
