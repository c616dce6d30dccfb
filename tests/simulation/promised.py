"""What the policies that ship promise about distance, hours and days, worked by hand from their texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta


@dataclass(frozen=True, slots=True)
class Promised:
    """Days between two contacts, and the most contacts within so many days."""

    gap_days: int
    caps: dict[int, int]
    grace_business_days: int = 2  # after a promised day
    quiet: tuple[tuple[int, int], tuple[int, int]] = ((12, 24), (1, 2))  # first and last day, (month, day)


# Nobody in these books is known to be a company, so the stricter of the limits and of those for private
# persons holds: six days, two in seven days, four in thirty.
POLICIES = {
    "standard": Promised(6, {7: 2, 14: 3, 21: 3, 30: 4}),
    "brisk": Promised(6, {7: 2, 14: 4, 21: 4, 30: 4}, 1),
    "gentle": Promised(10, {7: 1, 14: 2, 21: 2, 30: 3}, 5, ((12, 20), (1, 6))),
    "small-balances": Promised(7, {7: 1, 14: 2, 21: 2, 30: 2}),
    "plan": Promised(6, {7: 2, 14: 3, 21: 3, 30: 4}),
    "people-only": Promised(7, {7: 2, 14: 3, 21: 3, 30: 4}),
    "statement-only": Promised(14, {7: 1, 14: 1, 21: 1, 30: 2}),
}
OPENS, CLOSES = time(9), time(17)  # Monday to Friday, where the customer is
# Public holidays of the United States on the days that seeds live through.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-05-25",
        "2026-06-19",
        "2026-07-03",
        "2026-09-07",
        "2026-10-12",
        "2026-11-11",
        "2026-11-26",
        "2026-12-25",
        "2027-01-01",
        "2027-01-18",
        "2027-02-15",
    )
)


def too_close(before: list[date], day: date, promised: Promised) -> str | None:
    """Why a customer who heard from us on those days must not hear on this one; None where they may."""
    if before and (day - before[-1]).days < promised.gap_days:
        return f"heard on {before[-1]} and again on {day}, within {promised.gap_days} days"
    for window_days, most in promised.caps.items():
        recent = [one for one in before if (day - one).days < window_days]
        if len(recent) >= most:
            return f"heard on {', '.join(map(str, recent))} and again on {day}: {most} in {window_days} days"
    return None


def grace_ends(promised_on: date, promised: Promised) -> date:
    """The last day on which a promise holds."""
    day, left = promised_on, promised.grace_business_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in HOLIDAYS
    return day


def is_quiet(day: date, promised: Promised) -> bool:
    """Whether the day lies in the quiet season around the year's end, its first and last day included."""
    first, last = promised.quiet
    return (day.month, day.day) >= first or (day.month, day.day) <= last
