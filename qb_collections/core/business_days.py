"""Business days: weekends, holidays and quiet seasons of one company, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

_DAY = timedelta(days=1)
# Longer closed stretches than a year are a mistake in the policy, not a calendar.
_LOOK_AHEAD_DAYS = 366


@dataclass(frozen=True, slots=True)
class QuietSeason:
    """A stretch of the year without automatic messages, both ends included.  It may cross New Year."""

    name: str
    first: tuple[int, int]  # month, day
    last: tuple[int, int]

    def covers(self, day: date) -> bool:
        """A 29 February end is met on 28 February in other years: the season never grows by a day."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are business days, and on which of them the company writes to customers.

    Counting (grace days, reply-by dates) uses business days; contacts need open
    days, which are business days outside the quiet seasons.
    """

    holidays: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})  # Monday is 0
    quiet: tuple[QuietSeason, ...] = ()
    # Remembered days are never handed to another calendar, not even to one made from this one.
    _next_open: dict[date, date] = field(init=False, default_factory=dict, repr=False, compare=False)
    _added: dict[tuple[date, int], date] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekend) >= 7:
            raise ValueError("a calendar needs at least one working weekday")

    def is_business_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def is_open(self, day: date) -> bool:
        """A business day outside every quiet season."""
        return self.is_business_day(day) and not any(season.covers(day) for season in self.quiet)

    def add_business_days(self, day: date, count: int) -> date:
        """The count-th business day after day (before it when count is negative); day itself for 0.

        Counting starts the day after, so a Friday plus one is the Monday, and so is a Saturday plus one.
        """
        known = self._added.get((day, count))
        if known is not None:
            return known
        step = _DAY if count > 0 else -_DAY
        result, left = day, abs(count)
        closed = 0
        while left:
            result += step
            if self.is_business_day(result):
                left, closed = left - 1, 0
            else:
                closed += 1
                _refuse_endless(closed)
        self._added[(day, count)] = result
        return result

    def next_open(self, day: date) -> date:
        """Day itself if it is open, else the first open day after it."""
        known = self._next_open.get(day)
        if known is not None:
            return known
        result, closed = day, 0
        while not self.is_open(result):
            result += _DAY
            closed += 1
            _refuse_endless(closed)
        self._next_open[day] = result
        return result

    def next_business_day(self, day: date) -> date:
        """Day itself if it is a business day, else the first one after it."""
        return day if self.is_business_day(day) else self.add_business_days(day, 1)

    def business_days_between(self, first: date, last: date) -> int:
        """How many business days lie after first, up to and including last; negative when last is earlier."""
        if last < first:
            return -self.business_days_between(last, first)
        days = (last - first).days
        return sum(self.is_business_day(first + timedelta(days=n)) for n in range(1, days + 1))


def _refuse_endless(closed_days: int) -> None:
    if closed_days > _LOOK_AHEAD_DAYS:
        raise ValueError("the calendar has no open day within a year")
