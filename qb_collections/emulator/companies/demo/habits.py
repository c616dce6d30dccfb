"""When each kind of payer sends money, counted from the due date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from qb_collections.emulator.companies.demo.bills import Paying
from qb_collections.emulator.companies.demo.days import SATURDAY, month_end_run, weekday_after, weekday_before

Habit = Callable[[date, date, Decimal, Random], tuple[Paying, ...]]


def _between(first: int, last: int) -> Habit:
    """All of it, on a weekday from first to about last days after the due date."""

    def pays(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
        day = weekday_after(due_on + timedelta(days=rng.randint(first, last)))
        return (Paying(max(day, weekday_after(issued_on + timedelta(days=1)))),)

    return pays


def _prompt(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
    day = weekday_before(due_on - timedelta(days=rng.randint(0, 6)))
    return (Paying(max(day, issued_on)),)


def _regular(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
    days = [due_on + timedelta(days=late) for late in (9, 10, 11, 12)]
    return (Paying(rng.choice([day for day in days if day.weekday() < SATURDAY])),)


def _month_end(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
    # What falls due within ten days of the run waits for the next one.
    return (Paying(month_end_run(due_on + timedelta(days=10))),)


def _autopay(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
    return (Paying(due_on),)


def _seasonal(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
    """Quick in summer; what falls due from October to February waits for spring."""
    if 3 <= due_on.month <= 9:
        return (Paying(weekday_after(due_on + timedelta(days=rng.randint(1, 6)))),)
    spring = due_on.year + (due_on.month >= 10)
    return (Paying(weekday_after(date(spring, 3, rng.randint(5, 25)))),)


def _round_sums(issued_on: date, due_on: date, total: Decimal, rng: Random) -> tuple[Paying, ...]:
    first = total // 200 * 100
    later = Paying(weekday_after(due_on + timedelta(days=rng.randint(24, 33))))
    if not first:
        return (later,)
    return (Paying(weekday_after(due_on + timedelta(days=rng.randint(4, 12))), first), later)


PAYS: dict[str, Habit] = {
    "prompt": _prompt,
    "bit late": _regular,
    "month end": _month_end,
    "purchase order": _between(25, 40),
    "paid when paid": _between(35, 60),
    "seasonal": _seasonal,
    "steady": _between(0, 7),
    "part payer": _round_sums,
    "autopay": _autopay,
    "important": _between(13, 17),
}
