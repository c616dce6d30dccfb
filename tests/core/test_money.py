"""Amounts of money: exact, in one currency, split without losing a cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.money import Money, quantum, split_evenly, total

from .making import usd


@pytest.mark.parametrize(("currency", "unit"), [("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_each_currency_has_its_smallest_unit(currency, unit):
    assert quantum(currency) == Decimal(unit)


def test_sums_and_comparisons_are_exact():
    assert usd("0.10") + usd("0.20") == usd("0.30")
    assert usd("1") - usd("0.01") == usd("0.99")
    assert -usd("1") == usd("-1")
    assert usd("1") < usd("1.01") and usd("1.01") > usd("1")
    assert usd("1") <= usd("1.00") and usd("1.00") >= usd("1")
    assert not usd("1") < usd("1.00") and not usd("1") > usd("1.00")
    assert not usd("0.00") and usd("0.01")
    assert total([usd("1"), usd("2")], "USD") == usd("3")
    assert total([], "EUR") == Money.zero("EUR")
    assert str(usd("1240")) == "$1,240.00"


def test_currencies_are_never_mixed():
    euros = Money(Decimal(1), "EUR")

    for mixed in (lambda: usd("1") + euros, lambda: usd("1") < euros, lambda: total([euros], "USD")):
        with pytest.raises(ValueError, match="cannot mix"):
            mixed()


def test_only_finite_decimals_are_money():
    with pytest.raises(TypeError, match="needs a Decimal, got float"):
        Money(0.1, "USD")
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"), "USD")


@given(st.data(), st.integers(1, 60), st.sampled_from(["USD", "JPY", "KWD"]))
def test_installments_sum_to_the_total_and_differ_by_one_unit(data, count, currency):
    """No cent is lost, invented, or left to a lump at the end."""
    unit = quantum(currency)
    whole = Money(data.draw(st.integers(count, 10**12)) * unit, currency)

    parts = [part.amount for part in split_evenly(whole, count)]

    assert sum(parts) == whole.amount
    assert max(parts) - min(parts) <= unit
    assert parts == sorted(parts, reverse=True)


def test_a_split_that_would_leave_an_empty_installment_is_refused():
    with pytest.raises(ValueError, match="too small for 3"):
        split_evenly(usd("0.02"), 3)
    with pytest.raises(ValueError, match="at least one"):
        split_evenly(usd("1"), 0)
