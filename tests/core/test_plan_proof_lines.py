"""A proof beyond the trial balance: income by class and location, and cents of exchange that were told."""

from decimal import Decimal

import pytest

from qb_collections.core.plan_proof import Figures, compare, only_exchange


def figures(accounts, **by):
    return Figures(
        {name: Decimal(amount) for name, amount in accounts.items()},
        {"Grill": Decimal("100.00")},
        frozenset({"Sales"}),
        income_by={name.replace("_", " "): Decimal(amount) for name, amount in by.items()},
    )


BOOKS = {"Receivables": "100.00", "Sales": "-100.00"}


def test_the_net_income_of_a_class_is_shown_and_other_rows_where_they_differ():
    before = figures(BOOKS)
    before.income_by.update(
        {
            "class Boats, Sales": Decimal(60),
            "class Boats, Net Income": Decimal(60),
            "class Bait, Sales": Decimal(40),
        }
    )
    after = figures(BOOKS)
    after.income_by.update(before.income_by | {"class Bait, Sales": Decimal(39)})

    proof = compare(before, after)

    assert not proof.unchanged
    named = [line.what for line in proof.lines if line.what.startswith("class")]
    assert named == ["class Bait, Sales", "class Boats, Net Income"]


@pytest.mark.parametrize(
    ("after", "told", "allowed"),
    [
        ({"Receivables": "99.99", "Exchange": "0.01"}, ["-0.01"], True),
        ({"Receivables": "99.99", "Exchange": "0.01"}, ["0.00", "0.01"], True),  # either sign: it is one cent
        ({"Receivables": "99.98", "Exchange": "0.02"}, ["0.01"], False),  # more than was told
        ({"Receivables": "99.99"}, ["0.01"], False),  # it went nowhere
        ({"Receivables": "99.98", "Exchange": "0.01", "Clearing": "0.01"}, ["0.01"], False),
        ({}, ["0.01"], False),  # nothing moved at all
        ({"Receivables": "99.99", "Exchange": "0.01"}, [], False),  # nothing was told
    ],
)
def test_only_the_cents_that_were_told_may_move(after, told, allowed):
    proof = compare(figures(BOOKS), figures(BOOKS | after))

    assert only_exchange(proof, [Decimal(one) for one in told]) is allowed
