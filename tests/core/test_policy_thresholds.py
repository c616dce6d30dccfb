"""The call threshold from what late customers owe: nearest rank, round, never below the fixed amount."""

from decimal import Decimal

import pytest

from qb_collections.core.policy import parse
from qb_collections.core.policy_thresholds import rounded, worked_out

from .making import STANDARD, TEXT

OWED = [Decimal(one) for one in ("100", "800", "320", "1240", "40", "60", "90", "5000")]


def following(least, percentile=75):
    text = TEXT.replace("call = 500 ", f"call = {least} ").replace(
        "call_from_balances = false", "call_from_balances = true"
    )
    return parse(text.replace("call_percentile = 75", f"call_percentile = {percentile}"))


@pytest.mark.parametrize(
    ("percentile", "call"),
    [
        # Sorted: 40 60 90 100 320 800 1240 5000.  75 % of 8 is the sixth, 76 % the seventh.
        (75, "800"),
        (76, "1000"),  # of 1240
        (50, "100"),
        (51, "300"),  # of 320
        (1, "40"),
        (99, "5000"),
    ],
)
def test_the_threshold_is_the_nearest_rank_made_round(percentile, call):
    assert worked_out(following(0, percentile), OWED).thresholds.call == Decimal(call)


@pytest.mark.parametrize(("least", "call"), [("799", "800"), ("801", "801")])
def test_the_fixed_amount_is_the_least(least, call):
    assert worked_out(following(least), OWED).thresholds.call == Decimal(call)


def test_a_fixed_amount_stays_and_so_does_one_of_a_company_to_which_nobody_is_late():
    assert worked_out(STANDARD, OWED) is STANDARD
    assert worked_out(following(500), []).thresholds.call == 500


def test_nothing_else_of_the_policy_changes():
    before = following(0)

    after = worked_out(before, OWED)

    assert after.model_copy(update={"thresholds": before.thresholds}) == before


@pytest.mark.parametrize(
    ("amount", "round_one"),
    [
        ("0", "0"),
        ("0.30", "0.3"),
        ("350", "300"),  # as near to 400: the smaller
        ("350.01", "400"),
        ("1250", "1000"),
        ("1250.01", "1500"),
        ("9", "8"),
        ("9.01", "10"),
        ("99.99", "100"),
    ],
)
def test_round_amounts_are_those_that_people_call_round(amount, round_one):
    assert rounded(Decimal(amount)) == Decimal(round_one)


def test_amounts_by_currency_go_before_the_companys():
    text = TEXT + "\n[thresholds.call_in]\nJPY = 75000\n[thresholds.plan_offer_in]\nEUR = 400\n"

    found = parse(text).thresholds

    assert (found.call_for("JPY"), found.call_for("USD")) == (75000, 500)
    assert (found.plan_offer_for("EUR"), found.plan_offer_for("USD")) == (400, 500)
