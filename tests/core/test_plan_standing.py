"""Where a plan stands, on both sides of every boundary: 400.00 in four monthly payments of 100.00."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import Plan, PlanPart
from qb_collections.core.plan_standing import PlanState, received, standing, unapplied

from .making import invoice, nov, octo, payment, usd

DAYS = (nov(16), date(2026, 12, 16), date(2027, 1, 18), date(2027, 2, 16))
PLAN = Plan(
    1,
    "PP1",
    frozenset({"1", "2"}),
    frozenset(),
    None,
    "active",
    overlay=True,
    agreed_on=octo(30),
    parts=tuple(PlanPart(place, on, usd("100.00")) for place, on in enumerate(DAYS, start=1)),
    taken=(("1", usd("250.00")), ("2", usd("150.00"))),
)


@pytest.mark.parametrize(
    ("came", "today", "state", "missed", "following"),
    [
        ("0", nov(16), PlanState.ON_TRACK, None, 1),  # the day itself is not late
        ("0", nov(17), PlanState.LATE, 1, 2),
        ("99.99", nov(17), PlanState.LATE, 1, 2),
        ("100.00", nov(17), PlanState.ON_TRACK, None, 2),
        ("0", nov(25), PlanState.LATE, 1, 2),
        ("0", nov(26), PlanState.BROKEN, 1, 2),  # ten days after 16 November
        ("100.00", date(2026, 12, 26), PlanState.BROKEN, 2, 3),
        ("250.00", date(2026, 12, 26), PlanState.ON_TRACK, None, 3),  # ahead by half a payment
        ("399.99", date(2027, 2, 16), PlanState.ON_TRACK, None, 4),
        ("400.00", date(2026, 11, 1), PlanState.PAID_OFF, None, None),
        ("500.00", date(2027, 12, 1), PlanState.PAID_OFF, None, None),  # more than was agreed
    ],
)
def test_money_is_set_against_the_payments_oldest_first(came, today, state, missed, following):
    found = standing(PLAN, usd(came), today)

    assert found.state is state
    assert (found.missed.number if found.missed else None) == missed
    assert (found.next.number if found.next else None) == following


def test_what_is_missing_is_told_with_its_days_and_the_day_on_which_the_plan_breaks():
    found = standing(PLAN, usd("30.00"), date(2026, 12, 20))

    assert (found.missed.amount, found.missed.due_on) == (usd("70.00"), nov(16))
    assert (found.missed_amount, found.missed_days) == (usd("170.00"), 34)
    assert (found.broken_on, found.remaining, found.paid) == (nov(26), usd("370.00"), 0)


def test_the_agreement_says_after_how_many_days_it_is_broken():
    patient = replace(PLAN, broken_after_days=30)

    assert standing(patient, usd("0"), date(2026, 12, 15)).state is PlanState.LATE
    assert standing(patient, usd("0"), date(2026, 12, 16)).state is PlanState.BROKEN


def test_an_overlay_has_received_what_left_the_balances_that_it_took_in():
    one = invoice("1", balance="200.00", total=usd("250.00"))
    two = invoice("2", balance="150.00")

    assert received(PLAN, [one, two]) == usd("50.00")
    assert received(PLAN, [one]) == usd("200.00")  # the second is settled
    grown = invoice("2", balance="165.00")  # somebody added a late fee
    assert received(PLAN, [one, grown]) == usd("50.00")


def test_money_on_no_invoice_counts_from_the_day_of_the_agreement_on():
    before = replace(payment("30.00"), received_on=octo(29))
    since = replace(payment("40.00"), received_on=octo(30))

    assert unapplied(PLAN, [before, since]) == usd("40.00")
    both = [invoice("1", balance="250.00"), invoice("2", balance="150.00")]
    assert received(PLAN, both, [before, since]) == usd("40.00")


def test_with_invoices_of_its_own_a_plan_looks_at_these_and_not_at_the_originals():
    parts = tuple(replace(one, invoice_id=f"9{one.number}") for one in PLAN.parts)
    written = replace(PLAN, overlay=False, parts=parts)
    still = [invoice(f"9{number}", balance="100.00") for number in (1, 3, 4)]

    # The second was paid before the first: the money counts for the first.
    assert received(written, still) == usd("100.00")
    assert standing(written, received(written, still), nov(20)).state is PlanState.ON_TRACK
