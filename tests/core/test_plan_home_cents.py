"""Payments of a plan in a foreign currency come to the home amount of the whole.  All worked by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core import plan_home_cents
from qb_collections.core.money import Money
from qb_collections.core.plan_home_cents import SHIFTS_MAX, adding_up, home, residue, worth

RATE = Decimal("1.1")


def eur(*amounts):
    return tuple(Money(Decimal(amount), "EUR") for amount in amounts)


@pytest.mark.parametrize(
    ("amount", "rate", "currency", "expected"),
    [
        ("33.35", "1.1", "USD", "36.69"),  # 36.685
        ("33.34", "1.1", "USD", "36.67"),  # 36.674
        ("10.00", "160.05", "JPY", "1601"),  # 1600.5: half a yen is a yen
        ("10.00", "160.04", "JPY", "1600"),  # 1600.4
        ("10.00", "0.33255", "KWD", "3.326"),  # 3.3255: a thousandth is the smallest unit
        ("-33.35", "1.1", "USD", "-36.69"),  # away from zero on both sides
        ("33.35", "1", "USD", "33.35"),
    ],
)
def test_half_a_home_cent_is_rounded_away_from_zero(amount, rate, currency, expected):
    assert home(eur(amount)[0], Decimal(rate), currency) == Decimal(expected)


@pytest.mark.parametrize(
    ("parts", "whole", "expected"),
    [
        # 3 x 36.69 are 110.07; 100.05 are 110.055, so 110.06.
        (("33.35", "33.35", "33.35"), "100.05", "0.01"),
        # 3 x 36.67 are 110.01; 100.02 are 110.022, so 110.02.
        (("33.34", "33.34", "33.34"), "100.02", "-0.01"),
        # 36.70 + 36.69 + 36.67
        (("33.36", "33.35", "33.34"), "100.05", "0"),
        ((), "100.05", "-110.06"),
    ],
)
def test_the_residue_is_what_the_parts_come_to_beyond_the_whole(parts, whole, expected):
    assert residue(eur(*parts), eur(whole)[0], RATE, "USD") == Decimal(expected)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # A cent too much: one moves from the last payment to the first.
        (("33.35", "33.35", "33.35"), ("33.36", "33.35", "33.34")),
        # A cent too little: 36.69 + 36.67 + 36.66 are 110.02.
        (("33.34", "33.34", "33.34"), ("33.35", "33.34", "33.33")),
        # Nothing is left over: nothing moves.
        (("33.36", "33.35", "33.34"), ("33.36", "33.35", "33.34")),
        (("100.05",), ("100.05",)),
        # 36.69 + 110.06 = 146.75; 133.40 are 146.74.  0.01 from the second: 36.70 + 110.04.
        (("33.35", "100.05"), ("33.36", "100.04")),
        # 22.02 + 22.01 = 44.03, and 40.03 are 44.033.
        (("20.02", "20.01"), ("20.02", "20.01")),
    ],
)
def test_single_cents_move_until_nothing_is_left_over(parts, expected):
    assert adding_up(eur(*parts), RATE, "USD") == eur(*expected)


def test_the_smallest_units_are_those_of_both_currencies():
    """Yen at home: 3 x 5338 (5337.67) are 16014, the whole 16013.00; 5339 + 5338 + 5336 are 16013.

    Yen abroad: 3 x 2.16 (2.1645) are 6.48, 999 are 6.49 (6.4935); 334 are 2.17 (2.171), 332 are 2.16 (2.158).
    """
    yen = tuple(Money(Decimal(amount), "JPY") for amount in (333, 333, 333))

    at_home = adding_up(eur(*["33.35"] * 3), Decimal("160.05"), "JPY")
    abroad = adding_up(yen, Decimal("0.0065"), "USD")

    assert residue(eur(*["33.35"] * 3), eur("100.05")[0], Decimal("160.05"), "JPY") == 1
    assert at_home == eur("33.36", "33.35", "33.34")
    assert abroad == tuple(Money(Decimal(amount), "JPY") for amount in (334, 333, 332))


def test_a_cent_moves_the_other_way_where_only_that_helps():
    """0.05 and 0.01 at 0.5: 0.03 + 0.01 = 0.04 for 0.06, which are 0.03.  Only the first can give.

    0.04 and 0.02 are 0.02 + 0.01 = 0.03.
    """
    assert adding_up(eur("0.05", "0.01"), Decimal("0.5"), "USD") == eur("0.04", "0.02")


def test_several_cents_move_one_after_the_other():
    """Six times 33.35 leave three home cents: 6 x 36.69 = 220.14 for 200.10, which are 220.11.

    The first takes one from the sixth (36.70 and 36.67 for twice 36.69).  Another from the sixth (36.66)
    would gain nothing, so the fifth gives it (33.37 are 36.71), and then the fourth (33.38 are 36.72).
    """
    found = adding_up(eur(*["33.35"] * 6), RATE, "USD")

    assert found == eur("33.38", "33.35", "33.35", "33.34", "33.34", "33.34")


@pytest.mark.parametrize(
    "parts",
    [
        # Half a cent each becomes a cent: 0.02 for 0.02, which are 0.01; and no payment may become nothing.
        ("0.01", "0.01"),
        # 0.01 + 0.01 + 0.01 = 0.03 for 0.04, which are 0.02; 0.02 is the only one that could give, and
        # whoever takes it is then the 0.02.
        ("0.02", "0.01", "0.01"),
    ],
)
def test_where_no_cent_can_move_no_way_is_found(parts):
    assert adding_up(eur(*parts), Decimal("0.5"), "USD") is None


def test_after_so_many_cents_it_is_given_up(monkeypatch):
    """Six times 33.35 need three.  A plan has at most 60 payments, each with half a cent at most: 30."""
    assert SHIFTS_MAX == 60
    monkeypatch.setattr(plan_home_cents, "SHIFTS_MAX", 2)

    assert adding_up(eur(*["33.35"] * 6), RATE, "USD") is None


@given(
    st.lists(st.integers(2, 50_000), min_size=1, max_size=5),
    st.integers(1, 30_000).map(lambda n: Decimal(n).scaleb(-4)),
)
def test_not_a_cent_of_the_plan_is_lost_and_nothing_is_left_over(cents, rate):
    parts = tuple(Money(Decimal(one).scaleb(-2), "EUR") for one in cents)

    found = adding_up(parts, rate, "USD")

    if found is not None:
        total = sum(one.amount for one in parts)
        assert sum(one.amount for one in found) == total
        assert all(one.amount > 0 for one in found)
        assert residue(found, Money(total, "EUR"), rate, "USD") == 0


def record(total, balance, *lines, tax=()):
    return {
        "CurrencyRef": {"value": "EUR"},
        "TotalAmt": Decimal(total),
        "Balance": Decimal(balance),
        "Line": [{"DetailType": kind, "Amount": Decimal(amount)} for kind, amount in lines],
        "TxnTaxDetail": {"TaxLine": [{"Amount": Decimal(one)} for one in tax]},
    }


SOLD, OFF, SUBTOTAL = "SalesItemLineDetail", "DiscountLineDetail", "SubTotalLineDetail"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([record("100.00", "100.00", (SOLD, "100.00"))], "110.00"),
        ([record("100.00", "100.00", (SOLD, "90.00"), (SUBTOTAL, "90.00"), tax=("10.00",))], "110.00"),
        ([record("90.00", "90.00", (SOLD, "100.00"), (OFF, "10.00"))], "99.00"),
        ([record("100.00", "50.00", (SOLD, "100.00"))], "55.00"),  # half was paid
        # Two lines of 0.05 are 0.06 each at home, and the document of 0.10 is 0.11.
        ([record("0.10", "0.10", (SOLD, "0.05"), (SOLD, "0.05"))], None),
        # Two balances of 33.35 are 36.69 each, and 66.70 are 73.37.
        ([record("33.35", "33.35", (SOLD, "33.35"))] * 2, None),
        ([record("0.00", "0.00")], "0.00"),
        ([], None),
    ],
)
def test_what_invoices_are_worth_at_home_is_told_where_no_rounding_matters(records, expected):
    assert worth(records, RATE, "USD") == (None if expected is None else Decimal(expected))


def test_a_record_without_a_currency_is_in_the_home_currency():
    assert worth([{"TotalAmt": 10, "Balance": 10, "Line": None}], Decimal(1), "USD") is None
    lines = [{"DetailType": SOLD, "Amount": 10}]
    assert worth([{"TotalAmt": 10, "Balance": 10, "Line": lines}], Decimal(1), "USD") == 10
