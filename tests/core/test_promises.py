"""What became of a promise, and how the steps answer to it: Friday 30 October, with grace to 3 November."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import HoldKind, Receipt
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome
from qb_collections.core.promises import PromiseState, judge
from tests.core.making import after, case, changed, hold, invoice, nov, octo, reminder, rules, usd

RULES = rules()
S1 = reminder("S1", octo(28))
PROMISED = hold(HoldKind.PROMISE, "1", until_on=octo(30), placed_on=octo(28), amount=usd("300.00"))


def came(on, amount="300.00", late=None):
    return Receipt(on, usd(amount), usd(late or amount))


def state(promise, today, *receipts, **facts):
    return judge(promise, case(receipts=receipts, **facts), RULES, today).state


@pytest.mark.parametrize(
    ("receipts", "today", "expected"),
    [
        ((), nov(3), PromiseState.OPEN),
        ((), nov(4), PromiseState.BROKEN),
        ((came(octo(28)),), octo(29), PromiseState.KEPT),  # on the very day it was made
        ((came(nov(3)),), nov(4), PromiseState.KEPT),  # the last grace day
        ((came(nov(4)),), nov(4), PromiseState.BROKEN),
        ((came(octo(27)),), nov(4), PromiseState.BROKEN),  # before it was made
        ((came(octo(30), "299.99"),), nov(3), PromiseState.OPEN),
        ((came(octo(30), "299.99"),), nov(4), PromiseState.PART_KEPT),
        ((came(octo(29), "100.00"), came(octo(30), "200.00")), nov(4), PromiseState.KEPT),
    ],
)
def test_a_promise_is_judged_by_what_came_from_its_day_through_the_last_grace_day(receipts, today, expected):
    assert state(PROMISED, today, *receipts) is expected


@pytest.mark.parametrize(
    ("open_invoices", "expected"),
    [
        ((invoice("2", due=nov(20)),), PromiseState.KEPT),
        ((invoice("1"), invoice("2", due=nov(20))), PromiseState.BROKEN),
    ],
)
@pytest.mark.parametrize("invoice_id", ["1", None])
def test_without_an_amount_all_of_what_it_was_about_is_promised(invoice_id, open_invoices, expected):
    promised = replace(PROMISED, amount=None, invoice_id=invoice_id)

    assert judge(promised, case(*open_invoices), RULES, nov(4)).state is expected


def test_what_was_promised_has_come_so_the_rest_is_spoken_of_again_and_nothing_says_broken():
    paid_as_agreed = after(S1, holds=(PROMISED,), receipts=(came(octo(29), late="10.00"),))

    decision = decide(paid_as_agreed, RULES, nov(3))

    assert (decision.gate, decision.outcome) == ("contact", Outcome.REMIND)
    assert "promise" not in decision.reason


def test_a_broken_promise_goes_on_one_step_firmer_without_waiting_for_that_steps_own_day():
    without = decide(after(reminder("S1", octo(24))), RULES, octo(30))
    broken = replace(PROMISED, until_on=octo(26), placed_on=octo(24), amount=None)

    decision = decide(after(reminder("S1", octo(24)), holds=(broken,)), RULES, octo(30))

    assert (without.outcome, without.review_on) == (Outcome.SILENCE, nov(2))
    assert (decision.outcome, decision.stage) == (Outcome.REMIND, "S2")
    assert "the promise to pay by Monday, October 26 was not kept" in decision.reason


def test_a_broken_promise_shortens_no_gap():
    broken = replace(PROMISED, until_on=octo(26), placed_on=octo(24), amount=None)

    decision = decide(after(reminder("S1", octo(25)), holds=(broken,)), RULES, octo(30))

    assert (decision.outcome, decision.gate) == (Outcome.SILENCE, "contact_gap")


def test_a_promise_kept_in_part_goes_on_as_usual_and_names_what_came():
    part = after(reminder("S1", octo(24)), holds=(PROMISED,), receipts=(came(octo(30), "120.00", "1.00"),))

    decision = decide(part, RULES, nov(4))

    assert decision.stage == "S2"
    assert (
        "the promise to pay $300.00 by Friday, October 30 was kept in part: $120.00 came" in decision.reason
    )


TWICE = (
    replace(PROMISED, id=1, placed_on=octo(24), until_on=octo(26), amount=None),
    replace(PROMISED, id=2, placed_on=octo(27), until_on=octo(28), amount=None),
)


def test_after_a_second_broken_promise_a_person_decides():
    decision = decide(after(reminder("S1", octo(24)), holds=TWICE), RULES, octo(31 - 1))
    later = decide(after(reminder("S1", octo(24)), holds=TWICE), RULES, nov(2))

    assert decision.gate == "promise"  # 28 October and two business days: Friday 30 October
    assert (later.outcome, later.task_kind) == (Outcome.DECIDE, "decide")
    assert later.reason == (
        "A person decides: invoice 10611 ($780.40) was due on Friday, October 23. The promise to pay by "
        "Wednesday, October 28 was not the first one broken. Choose: call again, a plan, hand "
        "over, or stop."
    )


def test_where_one_broken_promise_is_enough_the_sentence_speaks_of_one():
    once = changed(**{"broken_before_person = 2": "broken_before_person = 1"})
    decision = decide(after(reminder("S1", octo(24)), holds=TWICE[1:]), rules(once), nov(2))

    assert decision.outcome is Outcome.DECIDE
    assert "The promise to pay by Wednesday, October 28 was not kept. Choose" in decision.reason


def test_what_a_person_chooses_stays_theirs_over_a_weekend():
    saturday = decide(after(reminder("S1", octo(24)), holds=TWICE), RULES, nov(7))

    assert saturday.outcome is Outcome.DECIDE


def test_how_many_broken_promises_are_enough_is_the_policys():
    patient = rules(changed(**{"broken_before_person = 2": "broken_before_person = 3"}))

    assert decide(after(reminder("S1", octo(24)), holds=TWICE), patient, nov(2)).stage == "S2"


def test_once_somebody_has_spoken_with_them_the_steps_go_on():
    spoken = after(reminder("S1", octo(24)), reminder("S2", nov(3), number=2), holds=TWICE)

    decision = decide(spoken, RULES, nov(10))

    assert (decision.outcome, decision.stage) == (Outcome.CALL, "S3")


def test_a_broken_promise_is_told_on_a_closed_day_with_the_day_that_follows():
    """28 October and two business days are Friday 30; the day after is a Saturday."""
    broken = replace(PROMISED, until_on=octo(28), placed_on=octo(24), amount=None)

    decision = decide(after(reminder("S1", octo(24)), holds=(broken,)), RULES, octo(31))

    assert (decision.gate, decision.review_on) == ("stage", nov(2))
    assert decision.reason == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. The promise to pay by Wednesday, "
        "October 28 was not kept. The second message goes out on Monday, November 2 if it is still open."
    )


def test_a_promise_without_an_amount_that_was_kept_in_part_names_what_came():
    promised = replace(PROMISED, amount=None)
    part = after(reminder("S1", octo(24)), holds=(promised,), receipts=(came(octo(30), "120.00", "1.00"),))

    decision = decide(part, RULES, nov(4))

    assert decision.reason == (
        "Message planned: invoice 10611 ($780.40) was due on Friday, October 23; the promise to pay "
        "by Friday, "
        "October 30 was kept in part: $120.00 came. The second message goes out on Wednesday, November 4."
    )


@pytest.mark.parametrize(("left", "expected"), [("0.01", PromiseState.BROKEN), ("0", PromiseState.KEPT)])
def test_a_promise_of_all_that_is_due_is_kept_when_not_a_cent_of_it_is_left(left, expected):
    """What falls due after the promised day was not promised."""
    everything = hold(HoldKind.PROMISE, placed_on=octo(28), until_on=octo(30))
    rest = (invoice(balance=left), invoice("2", octo(31)))

    assert judge(everything, case(*rest), RULES, nov(4)).state is expected


@pytest.mark.parametrize(
    ("receipts", "today", "expected"),
    [
        ((), nov(3), PromiseState.OPEN),  # the last grace day
        ((), nov(4), PromiseState.KEPT),  # none of what it was about was due
        ((came(octo(29), "0.01"),), octo(29), PromiseState.KEPT),
        ((came(octo(27)),), octo(29), PromiseState.OPEN),  # before they said it
    ],
)
def test_a_promise_about_what_falls_due_later_holds_while_nothing_has_come(receipts, today, expected):
    everything = hold(HoldKind.PROMISE, placed_on=octo(28), until_on=octo(30))

    found = judge(everything, case(invoice("2", octo(31)), receipts=receipts), RULES, today)

    assert found.state is expected


def test_no_copy_goes_out_before_the_due_day_to_who_has_promised_to_pay():
    """A courtesy, five days before Saturday 14 November, to who said that they would pay by the 12th."""
    said = hold(HoldKind.PROMISE, placed_on=nov(6), until_on=nov(12))
    known = {"history_since": date(2024, 10, 1), "early_ids": frozenset({"1"})}

    free, promised = (
        decide(case(invoice(due=nov(14)), holds=held, **known), RULES, nov(9)) for held in ((), (said,))
    )

    assert (free.outcome, promised.outcome) == (Outcome.REMIND, Outcome.SILENCE)
    assert promised.findings[0].gate == "promise"
    nothing_open = replace(case(holds=(said,)), invoices=())
    assert judge(said, nothing_open, RULES, nov(9)).state is PromiseState.KEPT
