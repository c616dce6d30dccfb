"""The day to look again comes before every change: nobody is looked at too late."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import HoldKind, Plan
from qb_collections.core.decide import decide

from .making import (
    DUE,
    after,
    case,
    changed,
    customer,
    hold,
    invoice,
    nov,
    octo,
    payment,
    reminder,
    rules,
    usd,
)

RULES = rules()
COURTESY = {"history_since": date(2024, 10, 1), "early_ids": frozenset({"1", "2"})}


def plan(state="active"):
    return Plan(1, "PP17", frozenset({"1"}), frozenset({"2", "3"}), "m9", state, DUE, usd("400.00"), 2, 6)


def told(made, today, by=RULES):
    decision = decide(made, by, today)
    return decision.gate, decision.review_on


@pytest.mark.parametrize(("looked_at", "review_on"), [((), date(2027, 10, 24)), (("2",), None)])
def test_a_missed_payment_of_a_plan_is_looked_at_again_when_it_grows_too_old(looked_at, review_on):
    """366 days after 23 October 2026; one that a person has looked at never grows too old."""
    made = case(invoice("2"), plans=(plan(),), looked_at_ids=frozenset(looked_at))

    assert told(made, octo(28)) == ("plan_missed", review_on)
    if review_on is not None:
        assert told(made, review_on)[0] == "too_old"


@pytest.mark.parametrize(
    "kept_out",
    [
        {"plans": (plan("broken"),)},
        {"holds": (hold(HoldKind.DISPUTE, "1"),)},
        {"holds": (hold(HoldKind.EXCLUSION),)},
    ],
)
def test_what_keeps_a_copy_back_is_looked_at_every_day_until_the_due_date(kept_out):
    """On Wednesday 11 November, a holiday, no copy could go out anyway; that is the reason then."""
    made = case(invoice("1", nov(14)), **COURTESY, **kept_out)

    gate, review_on = told(made, nov(9))

    assert gate in ("plan", "dispute", "exclusion")
    assert review_on == nov(10)
    assert told(made, nov(11))[0] == "not_overdue"


def test_what_is_held_and_late_needs_no_look_before_somebody_lifts_it():
    made = case(invoice("1"), holds=(hold(HoldKind.EXCLUSION),), **COURTESY)

    assert told(made, nov(9)) == ("exclusion", None)


def test_a_silence_is_looked_at_when_the_next_step_goes_before_the_repeat():
    """Today a second call would be next, which needs a phone; tomorrow it is the firm message, by e-mail."""
    said = (reminder("S1", octo(28)), reminder("S2", nov(3), number=2), reminder("S3", nov(10), number=3))
    made = after(
        *said,
        invoices=(invoice(), invoice("2", octo(28))),
        customer=customer(emails=()),
        holds=(hold(HoldKind.OPEN_REPLY),),
    )

    assert told(made, nov(16)) == ("open_reply", nov(17))
    assert told(made, nov(17))[0] == "no_contact"


@pytest.mark.parametrize(
    ("balance", "today", "stage"),
    [
        ("1000.00", octo(30), "S1"),
        ("999.99", octo(30), None),  # the first message is left out below 1000
        ("999.99", nov(6), "S2"),  # ten days after the due date
    ],
)
def test_what_was_late_at_the_start_enters_at_a_step_that_applies_to_it(balance, today, stage):
    policy = changed(**{'"did_it_reach_you"\n': '"did_it_reach_you"\nmin_balance = 1000\n'})
    made = case(invoice(due=octo(27), balance=balance), is_backlog=True, start_on=octo(30))

    decision = decide(made, rules(policy), today)

    assert decision.stage == stage
    assert decision.backlog == (stage is not None)


def test_what_was_late_at_the_start_and_is_too_little_for_every_message_is_for_a_person():
    policy = changed(
        **{
            '"did_it_reach_you"\n': '"did_it_reach_you"\nmin_balance = 1000\n',
            '"may_we_have_a_date"\n': '"may_we_have_a_date"\nmin_balance = 1000\n',
        }
    )
    small, large = (
        case(invoice(balance="999.99"), is_backlog=True),
        case(invoice(balance="1000"), is_backlog=True),
    )

    assert decide(small, rules(policy), nov(9)).outcome == "decide"
    assert decide(large, rules(policy), nov(9)).outcome == "remind"


def test_credits_count_against_the_balance_of_a_step_at_the_start_too():
    policy = changed(**{'"did_it_reach_you"\n': '"did_it_reach_you"\nmin_balance = 700\n'})
    made = case(invoice(due=octo(27)), is_backlog=True)
    with_credit = replace(made, payments=(payment("80.41"),))

    assert decide(made, rules(policy), octo(30)).stage == "S1"
    assert decide(with_credit, rules(policy), octo(30)).stage is None


def test_a_copy_that_waits_is_looked_at_on_its_own_day():
    """Five days before Saturday 14 November is Monday 9; five before Friday 13 is Sunday 8, so Monday too."""
    made = case(invoice("1", nov(14)), invoice("2", nov(13)), **COURTESY)

    decision = decide(made, RULES, nov(6))

    assert [finding.review_on for finding in decision.findings] == [nov(9), nov(9)]
    assert decision.findings[0].because == (
        "Not due yet: invoice 10611 ($780.40) is due on Saturday, November 14. "
        "A copy goes out on Monday, November 9."
    )
    assert decision.review_on == nov(9)
