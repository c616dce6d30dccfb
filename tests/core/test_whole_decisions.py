"""Some decisions as a whole, field by field, sentence by sentence: what leaves this module for all others."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.customer_gates import CUSTOMER_GATES
from qb_collections.core.decide import decide, invoice_trace
from qb_collections.core.decision import Channel, Decision, Finding, Outcome

from .making import after, case, changed, customer, hold, invoice, nov, octo, payment, reminder, rules, usd

RULES = rules()
S1, S2 = reminder("S1", octo(28)), reminder("S2", nov(3), number=2, reply_by_on=nov(10))
S3 = reminder("S3", nov(10), number=3)
S4 = reminder("S4", nov(18), number=4, act_by_on=nov(25))
S5 = reminder("S5", nov(30), number=5, act_by_on=date(2026, 12, 14))
PASSED = tuple(Finding(name, because) for name, _, because in CUSTOMER_GATES)
COURTESY = {"history_since": date(2024, 10, 1), "early_ids": frozenset({"2"})}


def whole(outcome, reason, *findings, **facts):
    known = Decision(
        "7", "USD", outcome, reason, "contact", findings, (*PASSED, Finding("contact", reason)), None
    )
    return replace(known, **facts)


def test_a_first_message_about_one_invoice():
    tail = "The first message goes out on Wednesday, October 28."

    assert decide(case(next_cycle=4), RULES, octo(28)) == whole(
        Outcome.REMIND,
        "Message planned: invoice 10611 ($780.40) was due on Friday, October 23, and nobody has asked about "
        f"it yet. {tail}",
        Finding(
            "contact",
            f"Part of it: invoice 10611 ($780.40) was due on Friday, October 23. {tail}",
            False,
            None,
            "1",
        ),
        review_on=octo(29),
        stage="S1",
        template="did_it_reach_you",
        channel=Channel.QUICKBOOKS,
        cycle=4,
        number=1,
        invoice_ids=("1",),
        amount=usd("780.40"),
        tone="helpful",
    )


def test_a_firm_message_with_another_invoice_beside_it_and_a_small_credit():
    young = invoice("2", nov(6), "100.00")
    made = after(S1, S2, S3, invoices=(invoice(), young), payments=(payment("0.50"),))
    tail = "The firm message goes out on Wednesday, November 18."

    assert decide(made, RULES, nov(18)) == whole(
        Outcome.REMIND,
        "Message planned: invoice 10611 ($780.40) was due on Friday, October 23; the last contact was on "
        f"Tuesday, November 10. {tail}",
        Finding(
            "contact",
            f"Part of it: invoice 10611 ($780.40) was due on Friday, October 23. {tail}",
            False,
            None,
            "1",
        ),
        Finding(
            "contact",
            "Not part of this message: invoice 10612 ($100.00) was due on Friday, November 6. No earlier "
            "message has named it; it is listed as also open.",
            True,
            nov(19),
            "2",
        ),
        review_on=nov(19),
        stage="S4",
        template="past_due",
        channel=Channel.EMAIL,
        cycle=1,
        number=4,
        invoice_ids=("1",),
        also_open_ids=("2",),
        amount=usd("780.40"),
        credits=usd("0.50"),
        act_by_on=nov(25),
        tone="firm",
        sender="owner",
    )


def test_a_call_is_work_for_a_person():
    tail = "From $500.00 on, a call on Tuesday, November 10 is the next step."

    assert decide(after(S1, S2), RULES, nov(10)) == whole(
        Outcome.CALL,
        "Call for you: invoice 10611 ($780.40) was due on Friday, October 23; the last contact was "
        "on Tuesday, "
        f"November 3. {tail}",
        Finding(
            "contact",
            f"Part of it: invoice 10611 ($780.40) was due on Friday, October 23. {tail}",
            False,
            None,
            "1",
        ),
        review_on=nov(11),
        stage="S3",
        template="missed_you",
        channel=Channel.CALL,
        cycle=1,
        number=3,
        invoice_ids=("1",),
        amount=usd("780.40"),
        task_kind="call",
        tone="cooperative",
        sender="contact",
    )


def test_the_last_step_is_a_persons_choice_and_sets_no_dates():
    tail = "All steps are done. Choose: call again, offer a plan, propose mediation, hand over, or stop."

    assert decide(after(S1, S2, S3, S4, S5), RULES, date(2026, 12, 16)) == whole(
        Outcome.DECIDE,
        "A person decides: invoice 10611 ($780.40) was due on Friday, October 23; the last contact was on "
        f"Monday, November 30. {tail}",
        Finding(
            "contact",
            f"Part of it: invoice 10611 ($780.40) was due on Friday, October 23. {tail}",
            False,
            None,
            "1",
        ),
        review_on=date(2026, 12, 17),
        stage="S6",
        template="decision",
        channel=Channel.PERSON,
        cycle=1,
        number=6,
        invoice_ids=("1",),
        amount=usd("780.40"),
        task_kind="decide",
    )


def test_a_copy_before_the_due_date_says_that_it_is_due():
    made = case(invoice("2", nov(14)), **COURTESY)
    tail = "The copy before the due date goes out on Monday, November 9."

    decision = decide(made, RULES, nov(9))

    assert decision.reason == (
        f"Message planned: invoice 10612 ($780.40) is due on Saturday, November 14. {tail}"
    )
    assert decision.findings == (
        Finding(
            "contact",
            f"Part of it: invoice 10612 ($780.40) is due on Saturday, November 14. {tail}",
            False,
            None,
            "2",
        ),
    )
    assert (decision.stage, decision.template, decision.task_kind) == ("S0", "before_due", None)


def test_a_copy_the_day_before_says_that_it_is_due():
    """Friday 13 November; on the day itself no copy goes out any more."""
    decision = decide(case(invoice("2", nov(13)), **COURTESY), RULES, nov(12))

    assert decision.reason == (
        "Message planned: invoice 10612 ($780.40) is due on Friday, November 13. "
        "The copy before the due date goes out on Thursday, November 12."
    )
    assert decision.findings[0].because.startswith("Part of it: invoice 10612 ($780.40) is due on Friday")


def test_a_copy_waits_its_turn_after_another_contact_and_says_what_is_due():
    spoken = after(reminder("S0", nov(5), "1"), invoices=(invoice("2", nov(13)),), **COURTESY)
    policy = changed(**{"after_due_days = -5 ": "after_last_days = 7\nafter_due_days = -5 "})

    decision = decide(spoken, rules(policy), nov(11 + 1))

    assert decision.outcome is Outcome.REMIND
    decision = decide(spoken, replace(rules(policy), policy=loose_gap(policy)), nov(10))
    assert decision.reason == (
        "Left alone: invoice 10612 ($780.40) is due on Friday, November 13. The last contact was on "
        "Thursday, "
        "November 5. The copy before the due date goes out on Thursday, November 12 if it is still open."
    )


def loose_gap(policy):
    return policy.model_copy(
        update={"limits": policy.limits.model_copy(update={"contact_gap_days": 3, "at_most_in_7_days": 3})}
    )


def test_a_copy_waits_while_something_is_late():
    made = case(invoice(), invoice("2", nov(14)), **COURTESY)

    assert decide(made, RULES, nov(9)).findings[1] == Finding(
        "not_overdue",
        "Not due yet: invoice 10612 ($780.40) is due on Saturday, November 14. "
        "No copy goes out before then, because other invoices are late.",
        True,
        nov(15),
        "2",
    )


@pytest.mark.parametrize(
    ("said", "steps", "why"),
    [
        ((S1, S2, S3, S4), 6, "The steps that are left name only what they were asked about before"),
        ((S1, S2, S3, S4), 5, "All steps are done"),
        ((S1, S2, S3, S4, S5), 6, "All steps are done"),
    ],
)
def test_a_person_is_told_whether_all_steps_are_done_or_none_may_name_it(said, steps, why):
    """The firm and the final message named another invoice, which is paid."""
    made = after(*said, invoices=(invoice("2", nov(20)),))
    short = replace(RULES, ladder=RULES.ladder[:steps])

    decision = decide(made, short, date(2026, 12, 16))

    assert decision.outcome is Outcome.DECIDE
    assert (
        f" {why}. Choose: call again, offer a plan, propose mediation, hand over, or stop." in decision.reason
    )


def test_a_message_takes_only_what_was_said_to_count():
    """An answer of ours is no contact: nobody has asked about the invoice."""
    answered = replace(S1, kind=ContactKind.ANSWER, stage=None, cycle=None)

    assert "nobody has asked about it yet" in decide(case(contacts=(answered,)), RULES, nov(2)).reason


@pytest.mark.parametrize(
    ("phone", "emails", "stage", "sentence"),
    [
        (
            None,
            (),
            (S1, S2),
            "Can't reach them: QuickBooks has no phone number and no e-mail address of Marlow Print Works. "
            "Messages wait until you add one.",
        ),
        (
            None,
            (),
            (S1,),
            "Can't reach them: QuickBooks has no e-mail address of Marlow Print Works. "
            "Messages wait until you add one.",
        ),
        (
            "423-555-0118",
            (),
            (S1,),
            "Can't reach them: QuickBooks has no e-mail address of Marlow Print Works. "
            "Messages wait until you add one, or call 423-555-0118.",
        ),
    ],
)
def test_who_cannot_be_reached_is_told_with_what_is_missing(phone, emails, stage, sentence):
    made = after(*stage, customer=customer(phone=phone, emails=emails))

    decision = decide(made, RULES, nov(10))

    assert (decision.outcome, decision.reason, decision.task_kind) == (Outcome.TASK, sentence, "add_email")


def test_days_of_quiet_after_an_angry_word_name_the_last_one():
    made = case(holds=(hold(HoldKind.UPSET),))  # Monday 26 October: 27, 28, 29, 30, 2 November

    decision = decide(made, RULES, octo(28))

    assert (decision.gate, decision.review_on, decision.outcome) == ("open_reply", nov(3), Outcome.SILENCE)
    assert decision.reason == (
        "Left alone: Marlow Print Works was upset on Monday, October 26 (cooler failed again). "
        "Nothing goes out by itself through Monday, November 2."
    )
    assert decision.trace[-1] == Finding("open_reply", decision.reason, True, nov(3))
    assert decision.findings == (Finding("open_reply", decision.reason, True, nov(3), "1"),)


def test_a_start_over_several_days_says_over_how_many():
    decision = decide(case(is_backlog=True, start_on=nov(9)), RULES, nov(6))

    assert decision.reason == (
        "Left alone: we go through what was already late over ten business days, largest first. "
        "Marlow Print Works starts on Monday, November 9."
    )


def test_a_start_on_the_steps_own_day_is_said_as_the_start():
    decision = decide(case(is_backlog=True, start_on=octo(28)), RULES, octo(27))

    assert (decision.review_on, "starts on Wednesday, October 28" in decision.reason) == (octo(28), True)


def test_an_old_debt_is_what_a_person_hears_first():
    made = case(
        invoice("1", nov(20)),
        invoice("2"),
        invoice("3", date(2025, 1, 6)),
        holds=(hold(HoldKind.DISPUTE, "2"),),
    )

    decision = decide(made, RULES, octo(28))

    assert (decision.gate, decision.outcome, decision.task_kind) == ("too_old", Outcome.TASK, "look_at_old")
    assert [finding.gate for finding in decision.findings] == ["not_overdue", "dispute", "too_old"]


def test_the_trace_of_an_invoice_names_it_in_every_line_and_a_broken_promise_once():
    promised = hold(HoldKind.PROMISE, "1", placed_on=octo(24), until_on=octo(26))
    made = case(invoice(), invoice("2"), holds=(promised,))

    trace = invoice_trace(made, RULES, nov(2), "1")

    assert {one.invoice_id for one in trace} == {"1"}
    assert [one.because for one in trace if one.gate in ("dispute", "promise", "in_transit")] == [
        "Nobody disputes it.",
        "The promise to pay by Monday, October 26 was not kept.",
        "No payment is said to be on its way.",
    ]
    assert "The promise to pay" not in " ".join(
        one.because for one in invoice_trace(made, RULES, nov(2), "2")
    )


def test_a_thousand_invoices_of_one_customer_have_a_thousand_findings():
    """Half of them are late and go into one message; the sentence says how many, and is no longer for it."""
    many = tuple(
        invoice(str(n), octo(1) if n % 2 else nov(30), "10.00", number=f"INV-{n}") for n in range(1000)
    )

    found = decide(case(*many), rules(), octo(28))

    assert [one.invoice_id for one in found.findings] == [one.id for one in many]
    assert (found.outcome, len(found.invoice_ids), found.amount) == (Outcome.REMIND, 500, usd("5000.00"))
    assert "500 invoices, $5,000.00 in all, are open" in found.reason and len(found.reason) <= 240
