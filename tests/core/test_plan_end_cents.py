"""Cents at home when a foreign plan is ended, worked by hand."""

from decimal import Decimal

import pytest

from qb_collections.core.plan_end_cents import PartThen, Rates, comes_out_even, gains

ZERO = Decimal(0)


def record(total, balance):
    line = {"DetailType": "SalesItemLineDetail", "Amount": Decimal(total)}
    return {"TotalAmt": Decimal(total), "Balance": Decimal(balance), "Line": [line]}


def part(own, kept):
    return PartThen(record(own, Decimal(own) - Decimal(kept)), Decimal(own), Decimal(kept))


@pytest.mark.parametrize(
    ("kept", "even"),
    [
        ([], True),
        (["0.01"], True),  # one part is its own memo
        (["0.01", "0.01"], False),  # a cent each; 0.02 euros are one cent
        (["0.02", "0.02"], True),
        (["0.01", "0.02"], True),  # 0.01 and 0.01; 0.03 euros are 1.5 cents: two
    ],
)
def test_parts_have_to_be_worth_their_memo(kept, even):
    at = Rates("EUR", Decimal("0.5"), "USD")

    assert comes_out_even([Decimal(one) for one in kept], at) is even


def test_a_smaller_installment_gives_up_another_share():
    """Of 50.02 euros, 62.53 dollars, 25.01 is the share of 31.27; alone it is worth 31.26."""
    at = Rates("EUR", Decimal("1.25"), "USD")
    originals = [(record("100.03", "0.00"), Decimal("100.03"), Decimal("25.01"))]

    found = gains([part("50.02", "25.01"), part("50.01", "0.00")], originals, at, added=False)

    assert found == (Decimal("0.01"),)


def test_documents_that_are_added_are_set_against_what_is_left_of_the_installments():
    """200.00 euros are 100.00 dollars; 50.01 less a cent and 50.00 less a cent are 99.99."""
    at = Rates("EUR", Decimal("0.5"), "USD")

    found = gains([part("100.02", "0.01"), part("100.00", "0.01")], [], at, added=True)

    assert found == (Decimal("0.01"),)


def test_a_plan_that_nobody_paid_on_moves_no_cent():
    at = Rates("EUR", Decimal("1.3"), "USD")
    originals = [(record("100.01", "0.00"), Decimal("100.01"), ZERO)]

    assert gains([part("50.01", "0.00"), part("50.00", "0.00")], originals, at, added=False) == (ZERO,)
