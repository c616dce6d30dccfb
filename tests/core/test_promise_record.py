"""Promises to pay, judged by money that came in by the last grace day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.promise_record import Promise, judge, kept_by_customer
from qb_collections.core.promises import PromiseState
from qb_collections.core.traits import Kept
from tests.core.pasts import Books, usd

MADE, PROMISED = date(2026, 3, 2), date(2026, 3, 9)
LAST = date(2026, 3, 11)


def last_day(promised_on):
    return promised_on + timedelta(days=2)


def promise(amount="100", invoice_id=None, lifted_on=None):
    hold = Hold(
        1,
        HoldKind.PROMISE,
        invoice_id,
        "phone",
        "Dana",
        MADE,
        PROMISED,
        usd(amount) if amount is not None else None,
    )
    return Promise(hold, "7", lifted_on)


def books():
    return Books().invoice("1", date(2026, 1, 5), date(2026, 2, 4), "100")


@pytest.mark.parametrize(
    ("received", "outcome"),
    [
        ((), PromiseState.BROKEN),
        (((date(2026, 3, 1), "100"),), PromiseState.BROKEN),  # before it was made
        (((MADE, "100"),), PromiseState.KEPT),
        (((LAST, "100"),), PromiseState.KEPT),
        (((LAST + timedelta(days=1), "100"),), PromiseState.BROKEN),
        (((MADE, "60"), (LAST, "40")), PromiseState.KEPT),
        (((LAST, "99.99"),), PromiseState.PART_KEPT),
    ],
)
def test_money_by_the_last_grace_day_decides(received, outcome):
    made = books()
    for day, amount in received:
        made.pay(day, total=amount)  # applied to nothing: it counts all the same

    [found] = judge(made.past(), [promise()], last_day, date(2026, 3, 31))

    assert found.state is outcome


@pytest.mark.parametrize(
    ("on", "outcome"), [(LAST - timedelta(days=1), PromiseState.OPEN), (LAST, PromiseState.BROKEN)]
)
def test_it_is_open_until_the_end_of_its_last_grace_day(on, outcome):
    [found] = judge(books().past(), [promise()], last_day, on)

    assert found.state is outcome


def test_one_that_was_made_later_is_not_known_yet():
    assert judge(books().past(), [promise()], last_day, MADE - timedelta(days=1)) == []


def test_withdrawn_when_a_person_lifts_it_before_its_end():
    [found] = judge(books().past(), [promise(lifted_on=date(2026, 3, 5))], last_day, date(2026, 3, 31))
    paid = books().pay(date(2026, 3, 4), ("1", "100")).past()
    [kept] = judge(paid, [promise(lifted_on=date(2026, 3, 5))], last_day, date(2026, 3, 31))

    assert (found.state, kept.state) == (PromiseState.WITHDRAWN, PromiseState.KEPT)


def test_without_an_amount_it_was_about_what_was_owed():
    """30 of the invoice's 100 had come before; the other 70 are promised."""
    made = books().pay(date(2026, 2, 20), ("1", "30")).pay(date(2026, 3, 6), ("1", "70"))

    [of_invoice] = judge(made.past(), [promise(None, "1")], last_day, date(2026, 3, 31))
    [of_all] = judge(made.past(), [promise(None)], last_day, date(2026, 3, 31))

    assert (of_invoice.promised, of_invoice.state) == (Decimal(70), PromiseState.KEPT)
    assert (of_all.promised, of_all.state) == (Decimal(70), PromiseState.KEPT)


def test_counts_go_to_whose_case_it_is():
    made = books()
    past = made.past()
    found = judge(past, [promise(), promise("50")], last_day, date(2026, 3, 31))

    assert kept_by_customer(past, found) == {"7": Kept(0, 0, 2)}


def test_what_was_billed_after_the_promise_is_none_of_it_and_a_payment_of_nothing_no_money():
    made = (
        books()
        .invoice("2", date(2026, 3, 5), date(2026, 3, 6), "500")
        .credit("m", date(2026, 3, 4), "20", ("1", "20"))
    )

    [found] = judge(made.past(), [promise(None)], last_day, date(2026, 3, 31))

    assert (found.promised, found.received, found.state) == (Decimal(100), Decimal(0), PromiseState.BROKEN)


def test_only_promises_are_judged():
    dispute = Promise(Hold(2, HoldKind.DISPUTE, "1", "price", "Dana", MADE), "7")

    assert judge(books().past(), [dispute], last_day, date(2026, 3, 31)) == []


def test_open_promises_make_no_record_yet():
    past = books().past()

    assert kept_by_customer(past, judge(past, [promise()], last_day, MADE)) == {}


def test_a_bill_of_the_promises_own_day_is_part_of_it_and_money_of_that_day_is_not_taken_off():
    made = Books().invoice("1", MADE, PROMISED, "100").pay(MADE, ("1", "30"))

    [found] = judge(made.past(), [promise(None, "1")], last_day, date(2026, 3, 31))

    assert (found.promised, found.received, found.state) == (
        Decimal(100),
        Decimal(30),
        PromiseState.PART_KEPT,
    )


@pytest.mark.parametrize(("due", "promised"), [(PROMISED, "100"), (PROMISED + timedelta(days=1), "0")])
def test_about_the_whole_account_is_what_is_due_by_the_promised_day(due, promised):
    made = Books().invoice("1", date(2026, 1, 5), due, "100")

    [found] = judge(made.past(), [promise(None)], last_day, date(2026, 3, 31))

    assert found.promised == Decimal(promised)
    assert found.state is PromiseState.BROKEN
