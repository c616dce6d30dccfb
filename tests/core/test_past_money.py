"""How much of what settled an invoice was money, and what is assumed where the books say nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from qb_collections.core.case import Plan
from qb_collections.core.past import PlanSpan, looked_through
from tests.core.pasts import Books, at, usd
from tests.core.test_past import feb, jan, mar


def amounts(one):
    """(day, amount, of it money) of everything applied."""
    return [(part.on, part.amount, part.money) for part in one.applied]


@pytest.mark.parametrize(
    ("total", "unapplied", "money"),
    [
        ("100", "0", (60, 40)),
        ("120", "20", (60, 40)),  # more came than was applied
        ("80", "0", (48, 32)),  # 20 of credit: four fifths of each were money
        ("100", "20", (48, 32)),  # 80 of the 100 were applied, and 20 of credit
        ("0", "0", (0, 0)),
    ],
)
def test_a_payments_money_is_what_of_it_was_applied(total, unapplied, money):
    books = Books().invoice("1", jan(5), feb(4), "60").invoice("2", jan(5), feb(4), "40")
    books.pay(feb(3), ("1", "60"), ("2", "40"), total=total)
    books.payments[0] = replace(books.payments[0], unapplied=usd(unapplied))

    first, second = books.past().invoices

    assert (first.paid, second.paid) == money
    assert amounts(first) == [(feb(3), 60, money[0])]


@pytest.mark.parametrize(
    ("balance", "updated_at", "on"),
    [
        ("0", at(feb(9), 23), feb(9)),  # in the company's calendar; it is the 10th in UTC
        ("0", at(jan(2)), jan(5)),  # never before it was issued
        ("0", None, jan(5)),
        ("30", at(feb(9)), jan(5)),  # still open: the last change says nothing about the rest
    ],
)
def test_what_was_settled_otherwise_is_taken_to_be_settled_on_the_last_change(balance, updated_at, on):
    books = Books().invoice("1", jan(5), feb(4), "100")
    books.invoices["1"] = replace(books.invoices["1"], balance=usd(balance), updated_at=updated_at)

    [one] = books.past().invoices

    assert amounts(one) == [(on, 100 - Decimal(balance), 0)]
    assert one.paid_on() is None


def test_every_assumption_is_counted():
    books = Books()
    for id in ("1", "2", "3"):
        books.invoice(id, jan(5), feb(4), "100")
        books.invoices[id] = replace(books.invoices[id], balance=usd("0"), created_at=None)
    books.pay(jan(20), changed=at(jan(25)), total="10").pay(jan(21), changed=at(jan(25)), total="10")
    books.credit("m1", jan(8), "5").credit("m2", jan(8), "5")
    books.memos = [replace(one, created_at=None) for one in books.memos]

    assert books.past().assumed == {
        "credits entered": 2,
        "invoices entered": 3,
        "payments changed": 2,
        "settled otherwise": 3,
    }


def test_an_installments_credit_stays_credit_on_the_originals_it_is_poured_on():
    """100 of 12 were 60 of money and 40 of credit: 30 of money finish the first original, 30 go to the next.

    70 of 11 come first; what 13 brings is all money.
    """
    books = Books().invoice("1", jan(2), jan(16), "100").invoice("2", jan(5), jan(20), "200")
    books.credit("m1", feb(2), "300", ("1", "100"), ("2", "200"))
    for id, day in (("11", feb(16)), ("12", feb(23)), ("13", mar(2))):
        books.invoice(id, feb(2), day, "100")
    allocation = books.payments[0].id
    books.pay(feb(16), ("11", "70")).pay(feb(18), ("12", "100"), total="60").pay(feb(20), ("13", "100"))
    plan = Plan(1, "PP1", frozenset("12"), frozenset(("11", "12", "13")), "m1", "active")
    books.plans.append(PlanSpan(plan, "7", at(feb(2)), None, allocation))

    first, second = looked_through(books.past()).invoices

    assert amounts(first) == [(feb(16), 70, 70), (feb(18), 30, 30)]
    assert amounts(second) == [(feb(18), 70, 30), (feb(20), 100, 100)]
    assert (first.settled_on(), second.balance_on(mar(2))) == (feb(18), 30)
