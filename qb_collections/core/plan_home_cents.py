"""Installments in a foreign currency whose home amounts add up to the home amount of the whole.

Each document is rounded to home cents on its own, so equal installments may come to a cent more or less
than the balances they stand for; that cent would stay on the clearing account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from qb_collections.core.money import Money, quantum

SHIFTS_MAX = 60  # of one smallest unit each


def home(amount: Money, rate: Decimal, home_currency: str) -> Decimal:
    """The amount in the home currency, rounded as QuickBooks rounds: half a cent away from zero."""
    return (amount.amount * rate).quantize(quantum(home_currency), ROUND_HALF_UP)


def residue(parts: Iterable[Money], whole: Money, rate: Decimal, home_currency: str) -> Decimal:
    """What the parts come to beyond the whole, in the home currency."""
    split = sum((home(part, rate, home_currency) for part in parts), Decimal(0))
    return split - home(whole, rate, home_currency)


def adding_up(parts: Sequence[Money], rate: Decimal, home_currency: str) -> tuple[Money, ...] | None:
    """The parts with single units moved between them until nothing is left over; None if no way is found.

    Their sum stays exactly what it was.
    """
    unit = quantum(parts[0].currency)
    whole = Money(sum((part.amount for part in parts), Decimal(0)), parts[0].currency)
    amounts = [part.amount for part in parts]
    for _ in range(SHIFTS_MAX):
        found = tuple(Money(amount, whole.currency) for amount in amounts)
        left = residue(found, whole, rate, home_currency)
        if not left:
            return found
        better = _shift(amounts, unit, whole, rate, home_currency, abs(left))
        if better is None:
            return None
        amounts = better
    return None


def _shift(
    amounts: Sequence[Decimal], unit: Decimal, whole: Money, rate: Decimal, home_currency: str, worst: Decimal
) -> list[Decimal] | None:
    """One unit moved from a later part to an earlier one, or the other way, so that less is left over."""
    for giver in reversed(range(len(amounts))):
        for taker in range(len(amounts)):
            if giver == taker or amounts[giver] <= unit:
                continue
            moved = [*amounts]
            moved[giver] -= unit
            moved[taker] += unit
            parts = [Money(amount, whole.currency) for amount in moved]
            if abs(residue(parts, whole, rate, home_currency)) < worst:
                return moved
    return None
