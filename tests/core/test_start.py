"""The first days of contacting: who is held back, and with what words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qb_collections.core.decision import Channel, Decision, Finding, Outcome
from qb_collections.core.money import Money
from qb_collections.core.start import cap_first_night

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
        "This one is looked at again on Monday 9 March."
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
