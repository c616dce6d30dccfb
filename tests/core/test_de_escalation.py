"""What holds a step or brings the tone back: money that came in, an answer of the customer's."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import Receipt
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome
from tests.core.making import after, changed, invoice, nov, octo, reminder, rules, usd

RULES = rules()
S1 = reminder("S1", octo(28))
S2 = reminder("S2", nov(4), number=2)


def paid(on, late):
    return Receipt(on, usd(late), usd(late))


@pytest.mark.parametrize(
    ("late", "held"),
    [("780.39", False), ("780.40", True), ("5000.00", True)],  # 780.40 are still open
)
def test_half_of_what_was_late_holds_the_step_for_a_week(late, held):
    decision = decide(after(S1, receipts=(paid(nov(2), late),)), RULES, nov(5))

    if held:
        assert (decision.outcome, decision.review_on) == (Outcome.SILENCE, nov(9))
        assert "They paid a good part of it on Monday, November 2, so we wait seven days." in decision.reason
    else:
        assert decision.stage == "S2"


def test_the_week_counts_from_the_last_of_several_payments_and_ends():
    receipts = (paid(octo(31), "400.00"), paid(nov(2), "400.00"))

    assert decide(after(S1, receipts=receipts), RULES, nov(5)).review_on == nov(9)
    assert decide(after(S1, receipts=receipts), RULES, nov(9)).stage == "S2"


@pytest.mark.parametrize(
    ("first_on", "sent_on"),
    [
        (octo(24), nov(6)),  # six days before the second: together they are half, and rest seven days
        (octo(23), nov(2)),  # seven days before: each of them is less than half
    ],
)
def test_payments_count_together_within_the_days_that_a_step_rests(first_on, sent_on):
    """What holds on Monday still holds on Tuesday, although the first payment is longer ago by then."""
    receipts = (paid(first_on, "400.00"), paid(octo(30), "400.00"))
    made = after(reminder("S1", octo(26)), receipts=receipts)

    sent = [day for day in (nov(2), nov(3), nov(4), nov(5), nov(6)) if decide(made, RULES, day).stage == "S2"]

    assert sent[0] == sent_on
    if sent_on == nov(6):
        assert decide(made, RULES, nov(2)).review_on == nov(6)


def test_money_for_what_was_not_late_holds_nothing():
    early = Receipt(nov(2), usd("5000.00"), usd("0"))

    assert decide(after(S1, receipts=(early,)), RULES, nov(5)).stage == "S2"


def test_the_policy_says_how_much_and_how_long():
    strict = rules(
        changed(
            **{
                "half_paid_percent = 50": "half_paid_percent = 80",
                "half_paid_holds_days = 7": "half_paid_holds_days = 10",
            }
        )
    )

    assert decide(after(S1, receipts=(paid(nov(2), "780.40"),)), strict, nov(5)).stage == "S2"
    assert decide(after(S1, receipts=(paid(nov(2), "3200.00"),)), strict, nov(5)).review_on == nov(12)


def test_paying_the_oldest_invoice_does_not_restart_the_steps():
    younger = invoice("2", due=octo(23))

    decision = decide(after(S1, S2, invoices=(younger,)), RULES, nov(10))

    assert decision.stage == "S3"


NAMED = (S1, S2, reminder("S3", nov(10), number=3))


@pytest.mark.parametrize(
    ("replied_on", "stage", "firm"), [(None, "S4", True), (nov(9), "S4", True), (nov(12), "S2", False)]
)
def test_after_an_answer_the_next_written_step_is_in_the_tone_of_cooperation_again(replied_on, stage, firm):
    decision = decide(after(*NAMED, replied_on=replied_on), RULES, nov(18))

    assert (decision.outcome, decision.stage) == (Outcome.REMIND, stage)
    assert (decision.act_by_on is not None) == firm


def test_an_answer_makes_no_soft_step_firmer_and_brings_no_call_back():
    assert decide(after(S1, replied_on=nov(1)), RULES, nov(4)).stage == "S2"
    assert decide(after(S1, S2, replied_on=nov(5)), RULES, nov(10)).outcome is Outcome.CALL


FINAL = (*NAMED, reminder("S4", nov(18), number=4))


def test_after_an_answer_a_letter_becomes_a_message_that_lists_everything_late():
    """The final notice would name the first invoice only; the cooperative message lists both."""
    made = after(*FINAL, invoices=(invoice(), invoice("2", due=nov(20))))
    answered = replace(made, replied_on=nov(19))

    firm, gentle = decide(made, RULES, nov(30)), decide(answered, RULES, nov(30))

    assert (firm.stage, firm.invoice_ids, firm.also_open_ids) == ("S5", ("1",), ("2",))
    assert (gentle.stage, gentle.invoice_ids, gentle.also_open_ids) == ("S2", ("1", "2"), ())
    assert (gentle.template, gentle.reply_by_on) == ("may_we_have_a_date", date(2026, 12, 7))


@pytest.mark.parametrize(
    ("replied_on", "stage"),
    [
        (nov(9), "S4"),  # before the last contact: that was the gentler one
        (nov(10), "S2"),  # on its day: nobody knows which came first
    ],
)
def test_an_answer_of_the_last_contacts_own_day_still_counts(replied_on, stage):
    assert decide(after(*NAMED, replied_on=replied_on), RULES, nov(18)).stage == stage


@pytest.mark.parametrize(("most", "stage"), [("S1", "S1"), ("S2", "S2"), ("S4", "S4")])
def test_how_gentle_the_next_message_is_the_policy_says(most, stage):
    policy = changed(**{'after_reply_at_most = "S2" ': f'after_reply_at_most = "{most}" '})

    assert decide(after(*NAMED, replied_on=nov(12)), rules(policy), nov(18)).stage == stage


def test_without_a_gentle_message_in_the_ladder_the_step_stays():
    firm_only = replace(RULES, ladder=RULES.ladder[3:])  # the call is the first step
    policy = changed(**{'after_reply_at_most = "S2" ': 'after_reply_at_most = "S3" '})
    strict = replace(firm_only, policy=policy)

    assert decide(after(*NAMED, replied_on=nov(12)), strict, nov(18)).stage == "S4"


def test_a_ladder_may_begin_with_its_gentle_message():
    short = replace(RULES, ladder=RULES.ladder[2:])  # the second message is the first step

    assert decide(after(*NAMED, replied_on=nov(12)), short, nov(18)).stage == "S2"
