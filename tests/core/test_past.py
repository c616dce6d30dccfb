"""Balances of past days, rebuilt from what was applied; plan documents looked through."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.case import Plan
from qb_collections.core.past import PlanSpan, looked_through
from tests.core.pasts import Books, at, usd


def jan(day):
    return date(2026, 1, day)


def feb(day):
    return date(2026, 2, day)


def mar(day):
    return date(2026, 3, day)


@pytest.mark.parametrize(
    ("day", "owed"),
    [
        (jan(4), "0"),  # not issued yet
        (jan(5), "100"),
        (jan(19), "100"),
        (jan(20), "70"),  # the payment's own day
        (feb(9), "70"),
        (feb(10), "0"),
        (mar(31), "0"),
    ],
)
def test_a_balance_is_what_was_owed_at_the_end_of_that_day(day, owed):
    books = Books().invoice("1", jan(5), feb(4), "100").pay(jan(20), ("1", "30")).pay(feb(10), ("1", "70"))

    [one] = books.past().invoices

    assert one.balance_on(day) == Decimal(owed)


def test_paid_in_part_and_the_rest_by_credit_is_paid_on_the_day_of_the_money():
    books = (
        Books()
        .invoice("1", jan(5), feb(4), "100")
        .pay(jan(20), ("1", "60"))
        .credit("m1", feb(9), "40", ("1", "40"))
    )

    [one] = books.past().invoices

    assert (one.settled_on(), one.paid_on(), one.paid) == (feb(9), jan(20), Decimal(60))


def test_settled_by_credit_alone_is_not_paid():
    [one] = (
        Books().invoice("1", jan(5), feb(4), "100").credit("m1", feb(9), "100", ("1", "100")).past().invoices
    )

    assert (one.settled_on(), one.paid_on()) == (feb(9), None)


def test_as_of_an_earlier_day_the_last_payment_has_not_come():
    [one] = Books().invoice("1", jan(5), feb(4), "100").pay(feb(10), ("1", "100")).past().invoices

    assert one.settled_on(feb(9)) is None
    assert one.settled_on(feb(10)) == feb(10)


def test_money_that_came_before_the_invoice_counts_from_the_invoice_on():
    [one] = Books().invoice("1", feb(5), mar(4), "100").pay(jan(20), ("1", "100")).past().invoices

    assert (one.balance_on(feb(4)), one.balance_on(feb(5)), one.settled_on()) == (0, 0, feb(5))


def test_voided_invoices_are_left_out_and_counted():
    books = Books().invoice("1", jan(5), feb(4), "0", voided=True)

    past = books.past()

    assert (past.invoices, past.voided) == ((), 1)


def test_what_nobody_says_is_assumed_and_counted():
    books = Books().invoice("1", jan(5), feb(4), "100").invoice("2", jan(6), feb(4), "50")
    books.invoices["1"] = replace(books.invoices["1"], created_at=None)
    # 2 is settled, and no payment of ours says how; it was last changed on 3 March.
    books.invoices["2"] = replace(books.invoices["2"], balance=usd("0"), updated_at=at(mar(3)))
    books.pay(jan(20), ("1", "30"), changed=at(jan(25)))

    past = books.past()

    assert past.assumed == {"invoices entered": 1, "settled otherwise": 1, "payments changed": 1}
    assert [one.settled_on() for one in past.invoices] == [None, mar(3)]


def on_a_plan(books, *, paid):
    """Invoices 1 (100, older) and 2 (200) on a plan of three payments of 100, from 2 February on."""
    books.invoice("1", jan(2), jan(16), "100").invoice("2", jan(5), jan(20), "200")
    books.credit("m1", feb(2), "300", ("1", "100"), ("2", "200"))
    allocation = books.payments[-1].id
    for place, id in enumerate(("11", "12", "13")):
        books.invoice(id, feb(2), feb(16) + timedelta(days=14 * place), "100")
    for day, id, amount in paid:
        books.pay(day, (id, amount))
    plan = Plan(1, "PP1", frozenset("12"), frozenset(("11", "12", "13")), "m1", "active")
    books.plans.append(PlanSpan(plan, "7", at(feb(2)), None, allocation))
    return books


def test_a_plan_is_looked_through_its_payments_count_on_the_oldest_original():
    books = on_a_plan(Books(), paid=[(feb(16), "11", "100"), (mar(2), "12", "40")])

    seen = looked_through(books.past())

    assert [one.invoice.id for one in seen.invoices] == ["1", "2"]
    first, second = seen.invoices
    assert (first.settled_on(), second.settled_on()) == (feb(16), None)
    assert [second.balance_on(day) for day in (feb(16), mar(1), mar(2))] == [200, 200, 160]
    assert seen.memos == ()
    assert [one.payment.total.amount for one in seen.payments] == [100, 40]


def test_settled_by_a_plan_is_not_paid():
    seen = looked_through(on_a_plan(Books(), paid=[]).past())

    assert [one.settled_on() for one in seen.invoices] == [None, None]
    assert sum(one.balance_on(mar(31)) for one in seen.invoices) == 300


def test_one_payment_over_two_originals_is_split_at_what_each_brought_into_the_plan():
    books = on_a_plan(Books(), paid=[(feb(16), "11", "100"), (feb(18), "12", "100"), (feb(20), "13", "100")])

    seen = looked_through(books.past())

    assert [one.settled_on() for one in seen.invoices] == [feb(16), feb(20)]
    assert [one.paid for one in seen.invoices] == [100, 200]


def test_a_payment_that_also_applied_a_credit_paid_each_invoice_in_the_same_proportion():
    """60 of money and 40 of credit on two invoices of 50: 30 of money each."""
    books = Books().invoice("1", jan(5), feb(4), "50").invoice("2", jan(5), feb(4), "50")
    books.pay(feb(3), ("1", "50"), ("2", "50"), total="60")
    books.payments[0] = replace(books.payments[0], unapplied=usd("0"))

    assert [one.paid for one in books.past().invoices] == [30, 30]


def test_currencies_and_single_invoices_can_be_asked_for():
    past = Books().invoice("1", jan(5), feb(4), "50").past()

    assert past.currencies == ["USD"]
    assert past.invoice("1") is past.invoices[0]
    assert past.invoice("2") is None


def test_a_past_without_plans_needs_no_looking_through():
    past = Books().invoice("1", jan(5), feb(4), "50").past()

    assert looked_through(past) is past


def test_a_payment_whose_times_nobody_says_is_not_called_changed():
    books = Books().invoice("1", jan(5), feb(4), "50").pay(feb(3), ("1", "50"))
    books.payments[0] = replace(books.payments[0], created_at=None, updated_at=None)

    assert books.past().assumed == {"payments entered": 1}


def test_a_days_first_instant_is_the_companys_midnight():
    past = Books().past()

    assert past.start_of(mar(8)) == at(mar(8), 0)
    assert past.day_of(at(mar(8), 23)) == mar(8)
