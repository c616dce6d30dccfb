"""How long it takes until something is paid, when some of it is not paid yet.

Leaving the unpaid out would make every customer look quicker than they are; counting them as
paid today would too.  The product-limit estimate (Kaplan and Meier, 1958) does neither: each
observation counts among those that could still be paid up to the day we know of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO, ONE = Decimal(0), Decimal(1)
# Weights such as 5/300 are not exact; what is left of their sum is nobody.
NOBODY = Decimal("1e-12")


@dataclass(slots=True)
class Tally:
    """Weights by day: of what was paid that day, and of what was seen unpaid up to it."""

    paid: dict[int, Decimal]
    still_open: dict[int, Decimal]

    @classmethod
    def empty(cls) -> Tally:
        return cls({}, {})

    def add(self, days: int, *, paid: bool, weight: Decimal = ONE) -> None:
        to = self.paid if paid else self.still_open
        to[days] = to.get(days, ZERO) + weight

    @property
    def paid_weight(self) -> Decimal:
        return sum(self.paid.values(), ZERO)

    def joined(self, other: Tally, weight: Decimal) -> Tally:
        """Both, the other's observations each at that weight."""
        made = Tally(dict(self.paid), dict(self.still_open))
        for mine, theirs in ((made.paid, other.paid), (made.still_open, other.still_open)):
            for days, amount in theirs.items():
                mine[days] = mine.get(days, ZERO) + amount * weight
        return made


@dataclass(frozen=True, slots=True)
class Survival:
    """days[i] is a day on which something was paid; left[i] the share that is unpaid after it."""

    days: tuple[int, ...]
    left: tuple[Decimal, ...]

    def unpaid_after(self, day: int) -> Decimal:
        place = bisect_right(self.days, day)
        return self.left[place - 1] if place else ONE

    def day_of(self, share: Decimal, unpaid_through: int | None = None) -> int | None:
        """The first day by which so much is paid, of what was unpaid through a day.

        None: so much is never paid in all that was seen.
        """
        start = ONE if unpaid_through is None else self.unpaid_after(unpaid_through)
        if start <= 0:
            return None
        goal = start * (ONE - share)
        first = 0 if unpaid_through is None else bisect_right(self.days, unpaid_through)
        return next((d for d, s in zip(self.days[first:], self.left[first:], strict=True) if s <= goal), None)

    def paid_between(self, after: int, through: int, unpaid_through: int) -> Decimal:
        """The chance to be paid after one day and through another, for what was unpaid through a third."""
        start = self.unpaid_after(unpaid_through)
        if start <= 0 or through <= unpaid_through:
            return ZERO
        return (self.unpaid_after(max(after, unpaid_through)) - self.unpaid_after(through)) / start


def survival(tally: Tally) -> Survival:
    """Ties: what is paid on a day was at risk that day, and so was what is seen unpaid up to it."""
    at_risk = sum(tally.paid.values(), ZERO) + sum(tally.still_open.values(), ZERO)
    left = ONE
    days, shares = [], []
    for day in sorted(tally.paid.keys() | tally.still_open.keys()):
        paid = tally.paid.get(day, ZERO)
        if paid > 0:
            left = left * (ONE - paid / at_risk) if at_risk - paid > NOBODY else ZERO
            days.append(day)
            shares.append(left)
        at_risk -= paid + tally.still_open.get(day, ZERO)
    return Survival(tuple(days), tuple(shares))


def of_days(paid: Iterable[int], still_open: Iterable[int] = ()) -> Survival:
    """From plain days, each counting once."""
    tally = Tally.empty()
    for days in paid:
        tally.add(days, paid=True)
    for days in still_open:
        tally.add(days, paid=False)
    return survival(tally)
