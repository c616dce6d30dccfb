"""How many contacts a night may have: the gentle start, the spread of old debts, and the brake."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date, timedelta
from statistics import median
from typing import TypeVar

from qb_collections.core.business_days import Calendar
from qb_collections.core.money import Money
from qb_collections.core.policy import Brake, FirstNight

Key = TypeVar("Key", bound=Hashable)


def first_night_cap(owing: int, limits: FirstNight = FirstNight()) -> int:  # noqa: B008 (a frozen value)
    """Contacts on the first live night: the lesser of 25 and a tenth of the customers owing, at least one.

    The tenth is rounded down: 19 customers owing allow one contact, 20 allow two.
    """
    return max(limits.at_least, min(limits.at_most, owing // limits.one_in))


def spread(
    cases_by_size: Sequence[tuple[Key, Money]], start_on: date, calendar: Calendar, days: int = 10
) -> dict[Key, date]:
    """The day each case starts: largest first, evenly over so many open days from start_on on.

    Days differ by at most one case.  Cases of equal size keep their order.  Amounts of several
    currencies are compared by their figures: the order only decides who is asked some days earlier.
    """
    if days < 1:
        raise ValueError(f"a spread needs at least one day, got {days}")
    ordered = sorted(cases_by_size, key=lambda case: -case[1].amount)
    open_days = []
    day = start_on
    for _ in range(min(days, len(ordered))):
        day = calendar.next_open(day)
        open_days.append(day)
        day += timedelta(days=1)
    return {key: open_days[place * len(open_days) // len(ordered)] for place, (key, _) in enumerate(ordered)}


def brake(contacts: int, usual: Sequence[int], limits: Brake = Brake()) -> str | None:  # noqa: B008 (a frozen value)
    """Why a run has to wait for a person, or None when it may go.

    usual holds the number of contacts of earlier nights that had any.  Exactly three times the
    middle of them still goes.  With too few nights nothing is usual yet: the first night's cap and
    the spread hold until then.
    """
    if len(usual) < limits.after_nights:
        return None
    middle = max(median(usual), 1)
    if contacts <= limits.factor * middle:
        return None
    return (
        f"On hold: {contacts} contacts are more than {limits.factor} times the usual {middle:g}. "
        "Please read the list, then approve it or leave it."
    )
