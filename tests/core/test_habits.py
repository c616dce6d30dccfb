"""How everybody had paid by the end of a day; and whose copy before the due date is a courtesy."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import Habit
from qb_collections.core.habits import Habits, Known, Observer, ends_on
from qb_collections.core.traits import know

from .making import invoice, nov, usd
from .pasts import Books, at

ON = date(2026, 3, 1)  # a Sunday
KEY = ("7", "USD")


def day(month, number):
    return date(2026, month, number)


def paid_after(*days):
    """An invoice due on each day from 7 July 2025 on, paid so many days later."""
    books = Books()
    for number, days_late in enumerate(days):
        issued = date(2025, 6, 2 + number)
        due = date(2025, 7, 7 + number)
        books.invoice(str(number), issued, due, "100.00")
        books.pay(date.fromordinal(due.toordinal() + days_late), (str(number), "100.00"))
    return books


def known(books, on=ON, key=KEY, **past):
    return Observer(books.past(**past)).at_end_of(on).customers[key]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 1), date(2026, 2, 22)),  # a Sunday belongs to the week that it ends
        (date(2026, 3, 2), date(2026, 3, 1)),
        (date(2026, 3, 8), date(2026, 3, 1)),
        (date(2026, 1, 1), date(2025, 12, 28)),
    ],
)
def test_a_week_of_nights_rests_on_the_sunday_before(today, expected):
    assert ends_on(today) == expected


def test_the_days_are_those_of_the_traits():
    """Nearest rank of three quarters of 10, 10, 11, 11, 12, 12: the fifth, 12."""
    books = paid_after(10, 12, 11, 10, 12, 11)

    found = known(books)

    assert found.habit == Habit(12, 12, 6)
    traits = know(books.past(), ON).of("7")
    assert (traits.usual_day, traits.latest_day, traits.invoices) == (12, 12, 6)


def test_with_five_paid_invoices_there_is_no_usual_and_no_latest_day():
    assert known(paid_after(10, 12, 11, 10, 12)).habit == Habit(None, None, 5)


def test_a_payment_counts_from_the_day_it_carries_and_the_hour_it_was_entered():
    """Dated Saturday 28 February; entered on that Sunday evening, or first on Monday morning."""

    def owing(entered):
        books = Books().invoice("1", day(1, 5), day(2, 20), "100.00")
        return books.pay(day(2, 28), ("1", "100.00"), entered=entered)

    entered_before, entered_after = owing(at(ON, 23)), owing(at(day(3, 2), 0))

    assert known(entered_before).habit.invoices == 1
    assert known(entered_before, date(2026, 2, 27)).habit.invoices == 0
    assert known(entered_after).habit.invoices == 0
    assert known(entered_after, day(3, 2)).habit.invoices == 1


def test_an_invoice_entered_later_was_not_known_before():
    books = Books().invoice("1", day(1, 5), day(2, 4), "100.00", entered=at(day(3, 2), 0))

    before, later = (Observer(books.past()).at_end_of(on) for on in (ON, day(3, 2)))

    assert (before.customers, before.usual_total) == ({}, {})
    assert later.customers[KEY].first_invoice_id == "1"


def test_of_the_last_six_those_are_late_that_were_paid_late_or_are_open_past_their_due_date():
    """Two of the six paid ones came late; on 1 March one that was due on 28 February pushes the first out."""
    books = paid_after(0, 0, -2, 1, 0, 3).invoice("8", day(1, 5), day(2, 28), "100.00")

    on_its_due_date, the_day_after = known(books, day(2, 28)), known(books, ON)

    assert (on_its_due_date.known_of_last, on_its_due_date.late_of_last) == (6, 2)
    assert (the_day_after.known_of_last, the_day_after.late_of_last) == (6, 3)
    assert (on_its_due_date.often_late, the_day_after.often_late) == (False, True)


@pytest.mark.parametrize(
    ("known_of_last", "late_of_last", "often"), [(0, 0, False), (1, 1, True), (6, 2, False), (6, 3, True)]
)
def test_often_late_is_late_on_at_least_half(known_of_last, late_of_last, often):
    assert Known(Habit(None, None, 0), known_of_last, late_of_last).often_late is often


def test_what_an_invoice_usually_comes_to_is_the_median_of_the_companys():
    books = Books("Lookout Bakery", "Marlow Print Works")
    books.invoice("1", day(1, 5), day(2, 4), "100.00").invoice("2", day(1, 6), day(2, 4), "300.00", "8")
    old = date(2024, 12, 31)

    assert Observer(books.past()).at_end_of(ON).usual_total == {"USD": Decimal(200)}
    books.invoice("0", old, old, "9000.00")  # issued before the history is complete
    found = Observer(books.past()).at_end_of(ON)

    assert found.usual_total == {"USD": Decimal(200)}
    assert found.customers[KEY].first_invoice_id == "0"
    assert Observer(books.past()).at_end_of(day(1, 5)).usual_total == {"USD": Decimal(100)}
    assert Observer(books.past()).at_end_of(day(1, 4)).usual_total == {"USD": None}


def test_who_is_billed_with_another_is_known_with_that_one():
    books = Books("Lookout Bakery", "Lookout Bakery West")
    books.invoice("1", day(1, 5), day(2, 4), "100.00", "8")

    found = Observer(books.past(heads={"7": "7", "8": "7"})).at_end_of(ON)

    assert set(found.customers) == {KEY}


def test_an_invoice_settled_by_credits_alone_says_nothing_about_paying():
    books = (
        Books()
        .invoice("1", day(1, 5), day(2, 4), "100.00")
        .credit("m", day(2, 20), "100.00", ("1", "100.00"))
    )

    found = known(books)

    assert (found.habit.invoices, found.known_of_last) == (0, 0)


# ---------------------------------------------------------------- the copy before the due date

TODAY = nov(9)
USUAL = {"USD": Decimal("500.00")}


def early(habits, *invoices, today=TODAY):
    return habits.early_ids(KEY, invoices, today)


@pytest.mark.parametrize(
    ("balance", "due", "expected"),
    [
        ("500.00", nov(14), {"1"}),
        ("499.99", nov(14), set()),
        ("500.00", nov(9), {"1"}),  # due today
        ("500.00", nov(8), set()),  # late
        ("500.00", None, set()),
    ],
)
def test_a_large_first_invoice_that_is_not_late_gets_a_copy(balance, due, expected):
    habits = Habits({KEY: Known(Habit(None, None, 0), first_invoice_id="1")}, USUAL)

    assert early(habits, invoice("1", due, balance)) == expected


@pytest.mark.parametrize(("late_of_last", "expected"), [(2, set()), (3, {"2"})])
def test_a_later_invoice_gets_one_from_who_was_late_on_half_of_the_last_six(late_of_last, expected):
    known_one = Known(Habit(None, None, 6), 6, late_of_last, first_invoice_id="1")

    assert early(Habits({KEY: known_one}, USUAL), invoice("2", nov(14))) == expected


def test_of_a_customer_who_is_new_this_week_the_first_invoice_is_the_earliest():
    first, second = invoice("9", nov(14)), invoice("10", nov(14))

    assert early(Habits({}, USUAL), second, first) == {"9"}
    assert early(Habits({KEY: Known(Habit(None, None, 1), 1, 0, "5")}, USUAL), first, second) == set()


def test_nothing_is_known_where_nothing_was_worked_out():
    large = invoice("1", nov(14), "99999.00")

    assert early(Habits(), large) is None
    assert early(Habits({}, {"EUR": Decimal(1)}), large) is None
    assert early(Habits({}, {"USD": None}), large) == set()


def test_whoever_something_new_is_known_of_is_looked_at_again():
    before = Habits({KEY: Known(Habit(12, 12, 6)), ("8", "USD"): Known(Habit(1, 1, 6))}, USUAL)
    after = Habits({KEY: Known(Habit(11, 12, 7)), ("8", "USD"): Known(Habit(1, 1, 6))}, {"USD": Decimal(600)})
    small = [(("8", "USD"), invoice("2", nov(14), "499.99"))]
    between = [(("8", "USD"), invoice("2", nov(14), "500.00"))]
    large = [(("8", "USD"), invoice("2", nov(14), "600.00"))]

    assert after.touched(before, [(KEY, invoice("1", nov(14), "1.00")), *small, *large]) == {KEY}
    assert after.touched(before, between) == {("8", "USD")}
    assert after.touched(after, [(KEY, invoice("1")), *between]) == set()
    assert after.touched(Habits(), small) == {("8", "USD")}


def test_amounts_are_compared_as_they_are_owed_now():
    part_paid = invoice("1", nov(14), "400.00", total=usd("900.00"))
    habits = Habits({KEY: Known(Habit(None, None, 0), first_invoice_id="1")}, USUAL)

    assert early(habits, part_paid) == set()
