"""A replay knows how a customer had paid, from the night on which the nights of that time would have."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import CustomerKind, Habit
from qb_collections.core.habits import Habits, Known, Observer
from qb_collections.core.replay import replay
from qb_collections.core.replay_events import accounts
from qb_collections.core.rules import Rules

from .making import changed
from .pasts import Books, at
from .test_replay import conditions, one_invoice, said

MARCH = [date(2026, 3, day) if day else None for day in range(32)]
PATIENT = changed(**{"wait_for_usual_day = false ": "wait_for_usual_day = true "})
RULES = Rules(PATIENT, PATIENT.ladder, PATIENT.calendar(frozenset()), "en_US")
ON_DAY_TWELVE = Habits({("7", "USD"): Known(Habit(12, 12, 6))}, {"USD": Decimal(500)})


def played(known_from):
    """The invoice is due on Monday 2 March."""
    made = accounts(one_invoice().past())
    for account in made.values():
        account.kind = CustomerKind.COMPANY
    given = replace(
        conditions(last=MARCH[20]),
        rules_on=lambda day, owed: RULES,
        habits_on=lambda day, at: ON_DAY_TWELVE if day >= known_from else None,
    )
    return said(replay(made, given, "Patient"))


@pytest.mark.parametrize(
    ("known_from", "first_on"),
    [
        (MARCH[2], MARCH[16]),  # twelve days after the due date are Saturday 14; the Monday after Sunday 15
        (MARCH[4], MARCH[16]),  # known only on Wednesday: looked at again before the message of Thursday
        (MARCH[6], MARCH[5]),  # known too late: the first message went out on its own day
    ],
)
def test_the_first_message_waits_for_the_usual_day_once_it_is_known(known_from, first_on):
    assert played(known_from)[0] == (first_on, "S1")


def test_the_habit_of_a_customer_nobody_knows_is_none():
    assert ON_DAY_TWELVE.habit(("7", "USD")) == Habit(12, 12, 6)
    assert ON_DAY_TWELVE.habit(("7", "EUR")) is None


def test_an_invoice_dated_after_the_day_is_not_known_on_it_though_it_was_entered_before():
    books = Books().invoice("1", date(2026, 1, 5), date(2026, 2, 4), "100")
    books.invoice("2", MARCH[10], MARCH[31], "900", entered=at(date(2026, 1, 6)))
    observer = Observer(books.past())

    before, after = observer.at_end_of(MARCH[9]), observer.at_end_of(MARCH[10])

    # The usual invoice is the median of the company's own: 100, and then of 100 and 900.
    assert before.usual_total == {"USD": Decimal(100)}
    assert after.usual_total == {"USD": Decimal(500)}
