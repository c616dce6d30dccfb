"""The first days of contacting: who is held back, and with what words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from qb_collections.core.decision import Channel, Decision, Finding, Outcome
from qb_collections.core.money import Money
from qb_collections.core.start import cap_first_night, with_start
from tests.core.making import case

MONDAY = date(2026, 3, 9)


def _contact(customer: str, amount: str, outcome: Outcome = Outcome.REMIND) -> Decision:
    invoice = f"i-{customer}"
    return Decision(
        customer_id=customer,
        currency="USD",
        outcome=outcome,
        reason="Message planned.",
        gate="contact",
        findings=(Finding("contact", "Part of it.", False, None, invoice),),
        trace=(),
        review_on=date(2026, 3, 7),
        stage="S1",
        channel=Channel.EMAIL,
        cycle=1,
        number=1,
        invoice_ids=(invoice,),
        amount=Money(Decimal(amount), "USD"),
    )


def _silent(customer: str) -> Decision:
    found = Finding("promise", "They promised.", True, MONDAY, f"i-{customer}")
    return Decision(customer, "USD", Outcome.SILENCE, "They promised.", "promise", (found,), (), MONDAY)


def test_the_largest_go_first_and_the_rest_are_told_when_they_start():
    decisions = [_contact("a", "100.00"), _silent("b"), _contact("c", "900.00"), _contact("d", "500.00")]

    kept = cap_first_night(decisions, 2, MONDAY)

    assert [one.outcome for one in kept] == ["silence", "silence", "remind", "remind"]
    held = kept[0]
    assert held.gate == "first night"
    assert held.reason == (
        "We start small, with no more than 2 customers on the first day. "
        "This one is looked at again on Monday, March 9."
    )
    assert held.review_on == MONDAY
    assert held.findings == (Finding("first night", held.reason, True, MONDAY, "i-a"),)
    assert (held.stage, held.number, held.invoice_ids, held.amount) == (None, None, (), None)
    assert kept[1] == decisions[1]
    assert kept[2:] == decisions[2:]


def test_a_cap_that_is_not_reached_changes_nothing():
    decisions = [_contact("a", "100.00"), _contact("c", "900.00", Outcome.CALL)]

    assert cap_first_night(decisions, 2, MONDAY) == decisions


def test_among_equal_amounts_the_customer_id_decides_so_that_the_answer_never_varies():
    decisions = [_contact("b", "100.00"), _contact("a", "100.00")]

    kept = cap_first_night(decisions, 1, MONDAY)

    assert [one.outcome for one in kept] == ["silence", "remind"]


def test_the_last_of_the_cap_is_for_the_larger_amount_to_a_hundredth_of_a_cent():
    decisions = [_contact("a", "100.0001"), _contact("b", "100.0002")]

    kept = cap_first_night(decisions, 1, MONDAY)

    assert [one.outcome for one in kept] == ["silence", "remind"]


def test_one_customer_is_one_and_what_the_day_has_decided_already_counts():
    decisions = [_contact("a", "100.00"), _contact("b", "900.00"), _contact("c", "500.00")]

    first = cap_first_night(decisions, 1, MONDAY)
    second = cap_first_night(decisions, 3, MONDAY, taken=1)
    full = cap_first_night(decisions, 3, MONDAY, taken=7)

    assert first[0].reason.startswith("We start small, with no more than 1 customer on the first day.")
    assert [one.outcome for one in second] == ["silence", "remind", "remind"]
    assert [one.outcome for one in full] == ["silence"] * 3


def test_a_contact_without_an_amount_comes_after_every_other():
    decisions = [replace(_contact("a", "1.00"), amount=None), _contact("b", "0.01")]

    kept = cap_first_night(decisions, 1, MONDAY)

    assert [one.outcome for one in kept] == ["silence", "remind"]


def test_what_is_held_back_keeps_its_cycle_and_loses_all_that_would_have_left():
    whole = replace(
        _contact("a", "100.00"),
        trace=(Finding("stage", "The next step's day has come."),),
        template="monthly",
        approval=True,
        also_open_ids=("9",),
        credits=Money(Decimal(5), "USD"),
        reply_by_on=MONDAY,
        act_by_on=MONDAY,
        backlog=True,
        task_kind="missed_call",
    )

    [held] = cap_first_night([whole], 0, MONDAY)

    stop = Finding("first night", held.reason, True, MONDAY)
    assert held == Decision(
        "a",
        "USD",
        Outcome.SILENCE,
        held.reason,
        "first night",
        findings=(replace(stop, invoice_id="i-a"),),
        trace=(*whole.trace, stop),
        review_on=MONDAY,
        cycle=1,
    )


def test_an_invoice_that_the_contact_would_not_have_named_keeps_its_own_reason():
    other = Finding("dispute", "Disputed.", True, None, "i-2")
    whole = _contact("a", "100.00")

    [held] = cap_first_night([replace(whole, findings=(*whole.findings, other))], 0, MONDAY)

    assert held.findings[1] == other


def test_only_a_customer_with_a_day_of_its_own_starts_as_backlog():
    starts = {("7", "USD"): MONDAY}

    made = with_start(case(), starts)

    assert (made.is_backlog, made.start_on) == (True, MONDAY)
    assert with_start(case(), {("7", "EUR"): MONDAY, ("8", "USD"): MONDAY}) == case()
