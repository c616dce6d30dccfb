"""Weekdays and month ends of the demo's calendar.  Banks and offices rest at weekends only."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

SATURDAY = 5
FRIDAY = 4


def weekday_before(day: date) -> date:
    """Return the day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))


def weekday_after(day: date) -> date:
    """Return the day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def last_friday(year: int, month: int) -> date:
    last = date(year, month, calendar.monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)


def month_end_run(earliest: date) -> date:
    """Return the first last-Friday-of-a-month on or after a day."""
    run = last_friday(earliest.year, earliest.month)
    if run >= earliest:
        return run
    following = earliest.replace(day=28) + timedelta(days=7)
    return last_friday(following.year, following.month)


def months(first: date, last: date) -> list[tuple[int, int]]:
    """Return (year, month) from the first day's month through the last day's."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [(index // 12, index % 12 + 1) for index in range(start, end + 1)]
