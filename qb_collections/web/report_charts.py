"""Where the bars and points of the reports' charts stand, in the units of their drawings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qb_collections.core.expected import Forecast
from qb_collections.core.money import Money, quantum
from qb_collections.core.pay_months import PayMonth
from qb_collections.services import knowing

WEEK_HEIGHT = 120
DAYS_HEIGHT = 120
MONTH_WIDTH = 66
MONTHS_LEAST = 10  # fewer would be drawn too large


@dataclass(frozen=True, slots=True)
class DayChart:
    """Points of two lines, one for each month that has any; scale: (days, height) of the lines across."""

    points: tuple[tuple[int, int, PayMonth], ...]  # x, y of the days from the invoice's date
    late: tuple[tuple[int, int], ...]
    scale: tuple[tuple[int, int], ...]
    width: int

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y, _ in self.points)

    @property
    def late_path(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.late)


def week_bars(one: Forecast) -> list[tuple[int, int, int]]:
    """For each week the height of what is expected and of its nine-in-ten range."""
    most = max((week.high.amount for week in one.weeks), default=0)
    if not most:
        return [(0, 0, 0) for _ in one.weeks]
    return [
        (
            int(week.expected.amount * WEEK_HEIGHT / most),
            int(week.low.amount * WEEK_HEIGHT / most),
            int(week.high.amount * WEEK_HEIGHT / most),
        )
        for week in one.weeks
    ]


def day_lines(months: tuple[PayMonth, ...]) -> DayChart | None:
    """None: fewer than two months have a paid invoice, and a line needs two."""
    paid = [place for place, one in enumerate(months) if one.median_days is not None]
    if len(paid) < 2:
        return None
    shown = months[max(min(paid[0], len(months) - MONTHS_LEAST), 0) :]
    known = [(place, one) for place, one in enumerate(shown) if one.median_days is not None]
    days = [one.median_days or 0 for _, one in known]
    late = [one.late_days for _, one in known if one.late_days is not None]
    top = _round_up(max([*days, *late, 1]))
    bottom = min([*late, 0])
    bottom = -_round_up(-bottom) if bottom < 0 else 0

    def height(value: int) -> int:
        return DAYS_HEIGHT - (value - bottom) * DAYS_HEIGHT // (top - bottom)

    def across(place: int) -> int:
        return place * MONTH_WIDTH + MONTH_WIDTH // 2 + 30

    return DayChart(
        tuple((across(place), height(one.median_days or 0), one) for place, one in known),
        tuple((across(place), height(one.late_days)) for place, one in known if one.late_days is not None),
        tuple((value, height(value)) for value in sorted({bottom, 0, top // 2, top})),
        len(shown) * MONTH_WIDTH + 40,
    )


def _round_up(value: int) -> int:
    return -(-value // 10) * 10


def amount(value: Decimal | int, currency: str) -> Money:
    """A sum that a page adds up itself; none of nothing is 0."""
    return Money(Decimal(value).quantize(quantum(currency)), currency)


def percent(share: Decimal | None) -> str:
    return "–" if share is None else knowing.percent(share)
