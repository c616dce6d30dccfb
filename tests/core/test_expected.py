"""When open invoices can be expected, and the cash of the weeks ahead; worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.expected import expected, forecast
from qb_collections.core.survival import of_days
from qb_collections.core.traits import Knowledge, know
from tests.core.pasts import Books, usd

TODAY = date(2026, 6, 3)  # a Wednesday
D = Decimal


def traits_of(paid, still_open=()):
    """A customer of whom we know this curve."""
    known = know(Books().past(), TODAY)
    return replace(known.unknown, curve=of_days(paid, still_open), invoices=len(paid))


def open_invoice(due, balance="100"):
    books = Books().invoice("1", due - timedelta(days=30), due, balance)
    return books.invoices["1"]


TEN = traits_of(range(1, 11))  # paid one to ten days late, a tenth each


def test_an_invoice_that_is_not_due_is_expected_as_late_as_they_usually_are():
    due = date(2026, 6, 20)

    one = expected(open_invoice(due), "7", TEN, TODAY)

    days = [(day - due).days for day in (one.from_on, one.on, one.until_on)]
    assert days == [1, 5, 9]
    assert one.rests_on == 10


def test_who_is_late_already_is_expected_later():
    """Due seven days ago, so unpaid through day six: the four that took seven to ten days are left."""
    due = TODAY - timedelta(days=7)

    one = expected(open_invoice(due), "7", TEN, TODAY)

    assert [(day - due).days for day in (one.from_on, one.on, one.until_on)] == [7, 8, 10]


@pytest.mark.parametrize(("late", "named"), [(10, True), (11, False)])
def test_later_than_anybody_has_paid_no_day_is_named(late, named):
    due = TODAY - timedelta(days=late)

    one = expected(open_invoice(due), "7", TEN, TODAY)

    assert (one.on is not None) is named


def test_without_a_due_date_no_day_is_named():
    invoice = replace(open_invoice(date(2026, 6, 20)), due_on=None)

    assert expected(invoice, "7", TEN, TODAY).on is None


def test_when_more_than_one_in_ten_never_paid_there_is_no_latest_day():
    """Eight of ten paid on day three; two are unpaid after 90 days."""
    one = expected(open_invoice(date(2026, 6, 20)), "7", traits_of([3] * 8, [90, 90]), TODAY)

    assert (one.on, one.until_on) == (date(2026, 6, 23), None)


def knowledge(traits):
    return Knowledge(TODAY, traits, {"7": traits}, traits)


def test_each_week_gets_the_share_that_is_paid_in_it():
    """Due Friday 5 June, paid one to ten days late: days 1 and 2 are this week, 3 to 9 the next, 10 after."""
    [found] = forecast([("7", open_invoice(date(2026, 6, 5)))], knowledge(TEN), TODAY)

    first, second, third = found.weeks[:3]
    assert [week.expected for week in (first, second, third)] == [usd("20.00"), usd("70.00"), usd("10.00")]
    assert (first.first_on, first.last_on) == (TODAY, date(2026, 6, 7))
    assert (second.first_on, second.last_on) == (date(2026, 6, 8), date(2026, 6, 14))
    assert (found.later, found.unlikely, found.disputed) == (usd("0"), usd("0"), usd("0"))
    # 100 * sqrt(0.2 * 0.8) = 40; 1.2816 of that is 51.26: from nothing to 71.26.
    assert (first.low, first.high) == (usd("0.00"), usd("71.26"))


def test_what_is_open_is_all_accounted_for():
    never = open_invoice(TODAY - timedelta(days=300), "60")
    disputed = replace(open_invoice(date(2026, 6, 5), "30"), id="2")
    soon = replace(open_invoice(date(2026, 6, 5), "100"), id="3")

    [found] = forecast(
        [("7", never), ("7", disputed), ("7", soon)],
        knowledge(traits_of([3] * 8, [90, 90])),
        TODAY,
        disputed_ids=frozenset("2"),
    )

    assert (found.open, found.unlikely, found.disputed) == (usd("190"), usd("60"), usd("30"))
    assert sum(week.expected.amount for week in found.weeks) == 80
    assert found.later == usd("20.00")


def test_currencies_are_kept_apart():
    euro = replace(open_invoice(date(2026, 6, 5)), id="2")
    euro = replace(euro, balance=replace(euro.balance, currency="EUR"))

    found = forecast([("7", open_invoice(date(2026, 6, 5))), ("7", euro)], knowledge(TEN), TODAY)

    assert [(one.currency, one.open.amount) for one in found] == [("EUR", D(100)), ("USD", D(100))]


def test_nothing_open_nothing_expected():
    assert forecast([], knowledge(TEN), TODAY) == []


def test_what_is_settled_is_not_expected_again_and_a_bill_without_a_due_date_has_no_week():
    paid = replace(open_invoice(date(2026, 6, 5)), id="2", balance=usd("0"))
    undated = replace(open_invoice(date(2026, 6, 5), "40"), id="3", due_on=None)

    [found] = forecast([("7", paid), ("7", undated)], knowledge(TEN), TODAY)

    assert (found.open, found.unlikely) == (usd("40"), usd("40"))


def test_two_invoices_of_one_day_are_twice_the_cash():
    one = open_invoice(date(2026, 6, 5))

    [found] = forecast([("7", one), ("7", replace(one, id="2"))], knowledge(TEN), TODAY)

    assert found.weeks[0].expected == usd("40.00")
