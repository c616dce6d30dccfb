"""How long until paid, with some still unpaid: worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.survival import of_days

D = Decimal
# Paid on days 2, 5 and 5; unpaid up to days 3 and 6.
#   day 2: 1 of 5 pays, 4/5 are left;  day 5: 2 of the 3 still watched pay, 4/5 * 1/3 are left.
FIVE = of_days([2, 5, 5], [3, 6])


def test_what_is_left_after_each_day():
    left = [FIVE.unpaid_after(day) for day in (1, 2, 4, 5, 99)]

    assert left[:3] == [1, D("0.8"), D("0.8")]
    assert [one.quantize(D("0.0001")) for one in left[3:]] == [D("0.2667")] * 2


@pytest.mark.parametrize(("share", "day"), [("0.1", 2), ("0.2", 2), ("0.21", 5), ("0.73", 5), ("0.74", None)])
def test_the_day_by_which_a_share_is_paid(share, day):
    assert FIVE.day_of(D(share)) == day


def test_what_stayed_unpaid_is_judged_from_there_on():
    """Unpaid through day 2: two thirds of those are paid on day 5."""
    assert FIVE.day_of(D("0.5"), unpaid_through=2) == 5
    assert FIVE.paid_between(2, 5, unpaid_through=2).quantize(D("0.0001")) == D("0.6667")
    assert FIVE.day_of(D("0.1"), unpaid_through=5) is None


def test_when_everything_was_paid_nothing_is_left():
    assert of_days([1, 2, 3]).unpaid_after(3) == 0
    assert of_days([1, 2, 3]).day_of(D("0.5"), unpaid_through=3) is None


def test_unpaid_ones_make_the_middle_later():
    """Leaving out the four that are still unpaid after 60 days would say ten."""
    assert of_days([10, 10, 20, 30]).day_of(D("0.5")) == 10
    assert of_days([10, 10, 20, 30], [60] * 4).day_of(D("0.5")) == 30


@given(st.lists(st.integers(-30, 120), min_size=1, max_size=30), st.lists(st.integers(-30, 120), max_size=30))
def test_it_agrees_with_the_slow_way(paid, still_open):
    """For each day: the product over earlier days of the share that did not pay, in exact fractions."""
    curve = of_days(paid, still_open)

    for day in {*paid, *still_open}:
        left = Fraction(1)
        for earlier in sorted({one for one in paid if one <= day}):
            watched = sum(one >= earlier for one in (*paid, *still_open))
            left *= 1 - Fraction(paid.count(earlier), watched)
        assert abs(Fraction(curve.unpaid_after(day)) - left) < Fraction(1, 10**20)


def test_no_chance_before_the_day_of_looking_and_none_where_nobody_is_left():
    assert FIVE.paid_between(0, 2, unpaid_through=2) == 0
    assert of_days([1, 2]).paid_between(2, 9, unpaid_through=2) == 0


def test_where_nothing_was_paid_nothing_is_known():
    curve = of_days([], [5, 9])

    assert (curve.day_of(D("0.5")), curve.unpaid_after(99)) == (None, 1)
