"""Every rule on both sides of its boundary.  All days are worked by hand."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import ContactKind, HoldKind, Plan
from qb_collections.core.decide import decide, invoice_trace
from qb_collections.core.decision import Channel, Outcome
from qb_collections.core.money import Money

from .making import (
    DUE,
    after,
    case,
    changed,
    customer,
    hold,
    invoice,
    memo,
    nov,
    octo,
    payment,
    reminder,
    rules,
    usd,
)

RULES = rules()
S1 = reminder("S1", octo(28))
S2 = reminder("S2", nov(3), number=2, reply_by_on=nov(10))


def answer(made, today, by=RULES):
    decision = decide(made, by, today)
    return decision.outcome, decision.stage, decision.gate


def silence(gate):
    return Outcome.SILENCE, None, gate


def task(gate):
    return Outcome.TASK, None, gate


def remind(stage):
    return Outcome.REMIND, stage, "contact"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (octo(23), silence("not_overdue")),  # its due date
        (octo(24), silence("stage")),  # overdue since today
        (octo(27), silence("stage")),  # two business days after
        (octo(28), remind("S1")),  # three business days after
        (octo(31), silence("stage")),  # a Saturday: the message waits for Monday
        (nov(2), remind("S1")),
    ],
)
def test_the_first_message_goes_out_three_business_days_after_the_due_date(today, expected):
    assert answer(case(), today) == expected


def test_a_holiday_is_no_business_day():
    made = case(invoice(due=nov(9)))  # Monday; Tuesday 10, Thursday 12, Friday 13

    assert answer(made, nov(12)) == silence("stage")
    assert answer(made, nov(13)) == remind("S1")


def test_nothing_is_sent_on_a_holiday_or_in_a_quiet_season():
    assert answer(case(), nov(11)) == silence("stage")
    assert decide(case(), RULES, nov(11)).review_on == nov(12)
    assert decide(case(), RULES, date(2026, 12, 24)).review_on == date(2027, 1, 4)  # 2 January is a Saturday


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (nov(2), silence("contact_gap")),  # ten days late, five days after the first message
        (nov(3), remind("S2")),  # six days after
    ],
)
def test_the_second_message_waits_six_days_after_the_first(today, expected):
    assert answer(after(S1), today) == expected


def test_the_second_message_waits_for_ten_days_after_the_due_date():
    made = after(S1, invoices=(invoice(due=octo(27)),))  # ten days after: Friday 6 November

    assert answer(made, nov(5)) == silence("stage")
    assert answer(made, nov(6)) == remind("S2")


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (nov(9), silence("stage")),  # 17 days late, but an answer was asked for by the 10th
        (nov(10), (Outcome.CALL, "S3", "contact")),
    ],
)
def test_the_call_waits_for_the_day_an_answer_was_asked_for_by(today, expected):
    assert answer(after(S1, S2), today) == expected


@pytest.mark.parametrize(
    ("balance", "today", "expected"),
    [
        ("500.00", nov(10), (Outcome.CALL, "S3", "contact")),
        ("499.99", nov(10), silence("stage")),
        ("499.99", nov(16), silence("stage")),
        ("499.99", nov(17), remind("S4")),  # 25 days after the due date, at its own offset
    ],
)
def test_below_the_call_threshold_the_call_is_left_out(balance, today, expected):
    assert answer(after(S1, S2, invoices=(invoice(balance=balance),)), today) == expected


def test_credits_count_against_the_call_threshold():
    made = after(S1, S2, invoices=(invoice(balance="600.00"),), payments=(payment("100.01"),))

    assert answer(made, nov(10)) == silence("stage")


def test_a_missed_call_opens_the_e_mail_of_the_call():
    made = after(S1, S2)
    missed = replace(made, cycle=replace(made.cycle, missed_call_on=nov(10)))

    decision = decide(missed, RULES, nov(10))
    without = decide(replace(missed, customer=customer(emails=())), RULES, nov(10))

    assert (decision.outcome, decision.stage, decision.channel) == (Outcome.REMIND, "S3", Channel.EMAIL)
    assert decision.task_kind == "missed_call"
    assert decision.reply_by_on == nov(18)  # five business days on, the 11th is a holiday
    assert (without.outcome, without.channel) == (Outcome.CALL, Channel.CALL)


S3 = reminder("S3", nov(10), number=3)
S4 = reminder("S4", nov(18), number=4, act_by_on=nov(25))
S5 = reminder("S5", nov(30), number=5, act_by_on=date(2026, 12, 14))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (nov(16), silence("caps")),  # six days after the call, 24 days late
        (nov(17), silence("caps")),  # 25 days late, but the fourth contact in 21 days
        (nov(18), remind("S4")),
    ],
)
def test_the_firm_message_after_a_call_waits_for_the_cap(today, expected):
    assert answer(after(S1, S2, S3), today) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (
            nov(27),
            silence("stage"),
        ),  # 35 days late; the 26th is a holiday, so one business day after the 25th
        (nov(30), remind("S5")),  # two business days after the date we set
    ],
)
def test_the_final_notice_never_overtakes_the_date_of_the_firm_message(today, expected):
    assert answer(after(S1, S2, S3, S4), today) == expected


def test_the_final_notice_needs_approval_and_sets_fourteen_days():
    decision = decide(after(S1, S2, S3, S4), RULES, nov(30))

    assert decision.approval
    assert decision.act_by_on == date(2026, 12, 14)
    assert decision.reply_by_on is None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 15), silence("stage")),
        (date(2026, 12, 16), (Outcome.DECIDE, "S6", "contact")),  # two business days after the 14th
    ],
)
def test_a_person_decides_once_the_final_date_has_passed(today, expected):
    assert answer(after(S1, S2, S3, S4, S5), today) == expected


def test_without_a_last_step_a_person_still_decides():
    policy = changed()
    short = replace(RULES, ladder=policy.ladder[:-1])
    made = after(S1, S2, S3, S4, S5)

    assert answer(made, date(2026, 12, 15), short) == silence("stage")
    assert answer(made, date(2026, 12, 16), short) == (Outcome.DECIDE, None, "contact")


def test_the_firm_message_gives_seven_days_but_never_less_than_five_business_days():
    decision = decide(after(S1, S2, S3), RULES, nov(20))  # Friday; the 26th is a holiday

    assert decision.act_by_on == nov(30)  # 23, 24, 25, 27, 30


@pytest.mark.parametrize(
    ("important", "stage_before", "today", "approval"),
    [
        (True, (S1,), nov(3), False),  # the second message
        (True, (S1, S2, S3), nov(18), True),  # the firm one
        (False, (S1, S2, S3), nov(18), False),
    ],
)
def test_important_customers_need_approval_from_the_firm_message_on(important, stage_before, today, approval):
    made = after(*stage_before, important=important)

    assert decide(made, RULES, today).approval is approval


# Which invoices


def test_up_to_the_call_the_message_lists_everything_late():
    young, disputed = invoice("2", octo(27)), invoice("3", octo(20))
    made = case(disputed, invoice(), young, invoice("4", nov(5)), holds=(hold(HoldKind.DISPUTE, "3"),))

    decision = decide(made, RULES, octo(28))

    assert decision.invoice_ids == ("1", "2")
    assert decision.amount == usd("1560.80")
    assert [finding.gate for finding in decision.findings] == ["dispute", "contact", "contact", "not_overdue"]


def test_the_firm_message_demands_only_what_an_earlier_message_named():
    made = after(S1, S2, S3, invoices=(invoice(), invoice("2", nov(6))))

    decision = decide(made, RULES, nov(18))

    assert decision.invoice_ids == ("1",)
    assert decision.also_open_ids == ("2",)
    assert decision.amount == usd("780.40")
    assert decision.findings[1].because.startswith("Not part of this message: invoice 10612 ($780.40)")


def test_after_a_firm_message_an_invoice_never_named_is_for_a_person():
    made = after(S1, S2, S3, S4, invoices=(invoice("2", nov(20)),))  # what we wrote about is paid

    assert answer(made, nov(30)) == (Outcome.DECIDE, "S6", "contact")
    assert "10612" in decide(made, RULES, nov(30)).reason


def test_paying_the_oldest_does_not_restart_and_a_new_invoice_repeats_the_current_step():
    made = after(S1, reminder("S2", nov(3), number=2), invoices=(invoice("2", nov(6)),))

    assert answer(made, nov(13)) == silence("stage")  # three business days after, but the step is the second
    assert answer(made, nov(16)) == remind("S2")  # ten days after its due date


def test_rising_goes_before_repeating():
    """A new invoice each week does not hold up the old one."""
    made = after(S1, invoices=(invoice(), invoice("2", octo(29))))

    assert answer(made, nov(3)) == remind("S2")  # the second invoice reaches the first step today


def test_nothing_repeats_for_an_invoice_already_listed():
    made = after(reminder("S1", octo(28), "1", "2"), invoices=(invoice("2", octo(27)),))

    assert answer(made, nov(4)) == silence("stage")


def test_a_step_repeats_where_the_ladder_says_so():
    policy = changed(
        **{"after_last_days = 6          # gives": "repeat_every_days = 14\nafter_last_days = 6 #"}
    )
    small = invoice(balance="100.00")
    made = after(S1, replace(S2, reply_by_on=None), invoices=(small,))
    long_ladder = replace(rules(policy), ladder=policy.ladder[:3])

    assert answer(made, nov(16), long_ladder) == silence("stage")
    assert answer(made, nov(17), long_ladder) == remind("S2")


def test_a_step_taken_out_of_the_policy_is_no_longer_sent():
    current = changed()
    without_second = current.model_copy(update={"ladder": (*current.ladder[:2], *current.ladder[3:])})
    kept = replace(RULES, policy=without_second)  # the running cycle keeps its own ladder

    assert answer(after(S1), nov(3), kept) == silence("stage")
    assert answer(after(S1), nov(9), kept) == (Outcome.CALL, "S3", "contact")


def test_a_cycle_whose_step_nobody_knows_is_for_a_person():
    made = after(S1)

    assert answer(replace(made, cycle=replace(made.cycle, stage="X9")), nov(3))[0] is Outcome.DECIDE


# Before the due date


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (nov(8), silence("not_overdue")),
        (nov(9), remind("S0")),  # Monday, five days before Saturday 14 November
        (nov(11), silence("not_overdue")),  # a holiday
        (nov(13), remind("S0")),
        (nov(14), silence("not_overdue")),  # the due date, a Saturday
    ],
)
def test_a_copy_goes_out_five_days_before_when_history_says_it_is_a_courtesy(today, expected):
    made = case(invoice(due=nov(14)), history_since=date(2024, 10, 1), early_ids=frozenset({"1"}))

    assert answer(made, today) == expected


@pytest.mark.parametrize(
    ("history_since", "early_ids"),
    [(None, frozenset({"1"})), (date(2024, 10, 1), None), (date(2024, 10, 1), frozenset())],
)
def test_no_copy_goes_out_while_history_is_not_known_or_says_nothing(history_since, early_ids):
    made = case(invoice(due=nov(14)), history_since=history_since, early_ids=early_ids)

    assert answer(made, nov(9)) == silence("not_overdue")


@pytest.mark.parametrize(("today", "expected"), [(nov(12), remind("S0")), (nov(13), silence("not_overdue"))])
def test_a_copy_before_the_due_date_never_goes_out_on_it(today, expected):
    made = case(invoice(due=nov(13)), history_since=date(2024, 10, 1), early_ids=frozenset({"1"}))

    assert answer(made, today) == expected


def test_a_copy_is_sent_once_and_only_while_nothing_is_late():
    soon = invoice("2", nov(14))
    known = {"history_since": date(2024, 10, 1), "early_ids": frozenset({"2", "3"})}
    sent = after(reminder("S0", nov(9), "2"), invoices=(soon,), **known)
    late_too = case(invoice(), soon, **known)
    past = after(S1, invoices=(soon,), **known)
    another = after(reminder("S0", nov(2), "2"), invoices=(soon, invoice("3", nov(14))), **known)

    assert answer(sent, nov(12)) == silence("not_overdue")
    assert decide(late_too, RULES, nov(9)).invoice_ids == ("1",)
    assert decide(late_too, RULES, nov(9)).findings[1].gate == "not_overdue"
    assert answer(past, nov(12)) == silence("not_overdue")
    assert decide(another, RULES, nov(9)).invoice_ids == ("3",)


def test_after_the_copy_the_first_message_follows():
    made = after(reminder("S0", octo(19)))

    assert answer(made, octo(28)) == remind("S1")


def test_no_copy_without_a_step_for_it_or_for_too_small_an_amount_or_too_late():
    policy = changed()
    none = replace(rules(policy), ladder=policy.ladder[1:])
    small = changed(**{"needs_history = true ": "min_balance = 1000 "})
    weekend = changed(**{"after_due_days = -5 ": "after_due_days = -1 ", "needs_history = true ": "# "})

    assert answer(case(invoice(due=nov(14))), nov(9), none) == silence("not_overdue")
    assert answer(case(invoice(due=nov(14))), nov(9), rules(small)) == silence("not_overdue")
    # One day before Sunday 15 November is a Saturday; the next open day is after the due date.
    assert answer(case(invoice(due=nov(15))), nov(13), rules(weekend)) == silence("not_overdue")


# Channels


def test_quickbooks_sends_the_copy_of_one_invoice_and_we_write_about_several():
    one, several = case(), case(invoice(), invoice("2", octo(26)))

    assert decide(one, RULES, octo(28)).channel is Channel.QUICKBOOKS
    assert decide(several, RULES, octo(28)).channel is Channel.EMAIL
    assert decide(after(S1), RULES, nov(3)).channel is Channel.EMAIL


def test_the_second_message_asks_for_an_answer_within_five_business_days():
    assert decide(after(S1), RULES, nov(3)).reply_by_on == nov(10)
    assert decide(after(S1), RULES, nov(4)).reply_by_on == nov(12)  # over the holiday


@pytest.mark.parametrize(
    ("emails", "bill_email", "expected"),
    [
        ((), None, task("no_contact")),
        ((), "ap@marlow.example", remind("S1")),
        (("ap@marlow.example",), None, remind("S1")),
    ],
)
def test_without_an_e_mail_address_a_person_adds_one(emails, bill_email, expected):
    made = case(invoice(email=bill_email), customer=customer(emails=emails))

    assert answer(made, octo(28)) == expected


@pytest.mark.parametrize(
    ("phone", "expected"), [("423-555-0118", (Outcome.CALL, "S3", "contact")), (None, task("no_contact"))]
)
def test_a_call_needs_a_phone_number_but_no_e_mail_address(phone, expected):
    made = after(S1, S2, customer=customer(emails=(), phone=phone))

    assert answer(made, nov(10)) == expected


def test_a_missing_address_is_looked_at_again_when_the_call_comes_before_the_repeat():
    """The second message for a new invoice cannot go out; the call about the old one can."""
    listed = reminder("S2", octo(30), number=2, reply_by_on=nov(10))
    made = after(S1, listed, invoices=(invoice(), invoice("2", octo(20))), customer=customer(emails=()))
    without_date = replace(made, contacts=(S1, replace(listed, reply_by_on=None)))

    assert answer(without_date, nov(5)) == task("no_contact")
    assert decide(without_date, RULES, nov(5)).review_on == nov(6)  # 17 days after 20 October
    assert answer(without_date, nov(6)) == (Outcome.CALL, "S3", "contact")
    assert answer(made, nov(10)) == (Outcome.CALL, "S3", "contact")


def test_a_decision_needs_no_address():
    made = after(S1, S2, S3, S4, S5, customer=customer(emails=(), phone=None))

    assert answer(made, date(2026, 12, 16)) == (Outcome.DECIDE, "S6", "contact")


# Backlog


@pytest.mark.parametrize(
    ("due", "stage"),
    [
        (octo(27), "S1"),  # Tuesday: three business days after is Friday, ten days after 6 November
        (octo(21), "S1"),  # nine days late on 30 October
        (octo(20), "S2"),  # ten days late
        (date(2026, 5, 4), "S2"),  # half a year late: still not above the second
    ],
)
def test_backlog_enters_at_its_age_but_not_above_the_second_step(due, stage):
    made = case(invoice(due=due), is_backlog=True, start_on=octo(30))

    decision = decide(made, RULES, octo(30))

    assert (decision.stage, decision.backlog, decision.channel) == (stage, True, Channel.EMAIL)
    assert decision.reply_by_on == nov(6)


def test_the_policy_says_how_high_backlog_may_enter():
    gentle = rules(changed(**{'enter_at_most = "S2"': 'enter_at_most = "S1"'}))
    made = case(invoice(due=date(2026, 5, 4)), is_backlog=True)

    assert decide(made, gentle, octo(30)).stage == "S1"


def test_what_was_said_in_an_earlier_cycle_does_not_count_in_this_one():
    earlier = reminder("S1", date(2026, 9, 1), cycle=0)
    made = after(reminder("S2", nov(3)), invoices=(invoice(), invoice("2", octo(23))))
    made = replace(made, contacts=(replace(earlier, invoice_ids=("2",)), *made.contacts))

    # Invoice 2 was named in the first cycle only, so the firm message leaves it out.
    assert decide(made, rules(changed(**{"call = 500 ": "call = 9999 "})), nov(17)).invoice_ids == ("1",)


def test_backlog_waits_for_its_day():
    made = case(is_backlog=True, start_on=nov(9))

    assert answer(made, nov(6)) == silence("stage")
    assert "starts on Monday, November 9" in decide(made, RULES, nov(6)).reason
    assert decide(made, RULES, nov(9)).backlog


def test_backlog_without_a_day_enters_at_once_and_goes_on_like_any_other():
    entered = after(reminder("S2", nov(2), backlog=True, reply_by_on=nov(9)), is_backlog=True)

    assert decide(case(is_backlog=True), RULES, octo(28)).backlog
    assert answer(entered, nov(9)) == (Outcome.CALL, "S3", "contact")


def test_backlog_not_yet_at_the_first_step_waits_for_it():
    made = case(invoice(due=octo(28)), is_backlog=True, start_on=octo(29))

    assert answer(made, octo(30)) == silence("stage")
    assert decide(made, RULES, nov(2)).stage == "S1"


def test_a_ladder_without_messages_leaves_backlog_to_a_person():
    policy = changed()
    calls_only = replace(rules(policy), ladder=(policy.ladder[3],))

    assert answer(case(is_backlog=True), nov(9), calls_only)[0] is Outcome.DECIDE


# Gap and caps


@pytest.mark.parametrize(
    "kind", [ContactKind.REMINDER, ContactKind.CALL, ContactKind.NOTICE, ContactKind.FOREIGN]
)
def test_every_contact_but_an_answer_starts_the_gap(kind):
    contact = replace(S1, on=octo(30), kind=kind, stage=None, cycle=None)
    made = case(contacts=(contact,))

    assert answer(made, nov(4)) == silence("contact_gap")
    assert answer(made, nov(5)) == remind("S1")


def test_an_answer_starts_no_gap():
    contact = replace(S1, on=octo(30), kind=ContactKind.ANSWER, stage=None, cycle=None)

    assert answer(case(contacts=(contact,)), nov(2)) == remind("S1")


@pytest.mark.parametrize(
    ("sent_on", "ids", "gate"),
    [
        (octo(22), ("1",), "contact"),  # the bill itself, before the due date
        (octo(23), ("1",), "contact_gap"),  # from the due date on it reminds
        (octo(23), ("99",), "contact"),  # about an invoice that is no longer open
        (octo(23), (), "contact_gap"),  # a statement
    ],
)
def test_what_quickbooks_sent_counts_from_the_due_date_on(sent_on, ids, gate):
    foreign = replace(S1, on=sent_on, kind=ContactKind.FOREIGN, stage=None, cycle=None, invoice_ids=ids)

    assert answer(case(contacts=(foreign,)), octo(28))[2] == gate


def test_at_most_three_contacts_in_21_days():
    days = (octo(19), octo(26), nov(2))
    contacts = tuple(replace(S1, on=day, kind=ContactKind.NOTICE, stage=None, cycle=None) for day in days)
    made = case(contacts=contacts)

    assert answer(made, nov(8)) == silence("caps")
    assert decide(made, RULES, nov(8)).review_on == nov(9)  # 21 days after the first
    assert answer(made, nov(9)) == remind("S1")


# Holds


@pytest.mark.parametrize(
    ("today", "expected"),
    [(nov(9), silence("promise")), (nov(10), silence("promise")), (nov(12), remind("S1"))],
)
def test_a_promise_holds_through_its_second_business_day_after(today, expected):
    """Promised for Friday 6 November: Monday, Tuesday; we look again on Wednesday, which is a holiday."""
    made = case(holds=(hold(HoldKind.PROMISE, "1", until_on=nov(6), amount=usd("780.40")),))

    assert answer(made, today) == expected
    assert decide(made, RULES, nov(9)).review_on == nov(11)


def test_a_promise_without_grace_or_day_holds_for_the_day_it_was_made():
    strict = rules(changed(**{"grace_business_days = 2": "grace_business_days = 0"}))
    made = case(holds=(hold(HoldKind.PROMISE, placed_on=octo(28)),))

    assert answer(made, octo(28), strict) == silence("promise")
    assert answer(made, octo(29), strict) == remind("S1")


@pytest.mark.parametrize(
    ("kind", "until_on", "last_day", "free_day"),
    [
        (HoldKind.DISPUTE, nov(5), nov(5), nov(6)),
        (HoldKind.EXCLUSION, nov(5), nov(5), nov(6)),
        (HoldKind.IN_TRANSIT, nov(5), nov(5), nov(6)),
        (HoldKind.IN_TRANSIT, None, nov(2), nov(3)),  # five business days after Monday 26 October
        (HoldKind.UPSET, None, nov(2), nov(3)),
        (HoldKind.HARDSHIP, nov(5), nov(5), nov(6)),
        (HoldKind.HANDED_OVER, nov(5), nov(5), nov(6)),
        (HoldKind.PEOPLE_ONLY, nov(5), nov(5), nov(6)),
        (HoldKind.INSOLVENT, nov(5), nov(5), nov(6)),
        (HoldKind.OPEN_REPLY, nov(5), nov(5), nov(6)),
    ],
)
def test_a_hold_stands_through_its_last_day_and_ends_by_itself(kind, until_on, last_day, free_day):
    made = case(holds=(hold(kind, until_on=until_on),))

    assert decide(made, RULES, last_day).outcome is Outcome.SILENCE
    assert decide(made, RULES, last_day).review_on == free_day
    assert answer(made, free_day) == remind("S1")


@pytest.mark.parametrize(
    "kind",
    [
        *(HoldKind.DISPUTE, HoldKind.EXCLUSION, HoldKind.HARDSHIP, HoldKind.HANDED_OVER),
        *(HoldKind.PEOPLE_ONLY, HoldKind.INSOLVENT, HoldKind.OPEN_REPLY),
    ],
)
def test_a_hold_without_an_end_stands_until_a_person_lifts_it(kind):
    made = case(holds=(hold(kind),), looked_at_ids=frozenset({"1"}))

    decision = decide(made, RULES, date(2027, 6, 1))

    assert (decision.outcome, decision.review_on) == (Outcome.SILENCE, None)


def test_a_hold_on_one_invoice_leaves_the_others():
    made = case(invoice(), invoice("2"), holds=(hold(HoldKind.EXCLUSION, "1"),))

    assert decide(made, RULES, octo(28)).invoice_ids == ("2",)


def test_the_order_of_the_gates_is_the_precedence():
    every = tuple(
        hold(kind)
        for kind in (HoldKind.OPEN_REPLY, HoldKind.HARDSHIP, HoldKind.HANDED_OVER, HoldKind.INSOLVENT)
    )

    gates = []
    for count in range(len(every), 0, -1):
        gates.append(decide(case(holds=every[:count]), RULES, octo(28)).gate)

    assert gates == ["people_only", "handed_over", "hardship", "open_reply"]


# Money


@pytest.mark.parametrize(
    ("credit", "expected"),
    [
        ("779.39", silence("too_small")),  # leaves $1.01
        ("779.40", task("credits")),  # leaves the tolerance of $1.00
        ("900.00", task("credits")),
    ],
)
def test_credits_that_cover_what_is_due_are_to_be_applied(credit, expected):
    assert answer(case(credit_memos=(memo(credit),)), octo(28)) == expected
    assert answer(case(payments=(payment(credit),)), octo(28)) == expected


@pytest.mark.parametrize(
    ("credit", "expected"),
    [("779.40", task("credits")), ("779.39", remind("S0")), ("780.40", task("credits"))],
)
def test_no_copy_goes_out_before_the_due_date_of_what_credits_cover_already(credit, expected):
    ahead = {"history_since": date(2024, 10, 1), "early_ids": frozenset({"1"})}
    made = case(invoice(due=nov(14)), payments=(payment(credit),), **ahead)

    assert answer(made, nov(9)) == expected
    if expected != remind("S0"):
        assert decide(made, RULES, nov(9)).reason.startswith(
            f"Left alone: credits of ${credit} cover all that falls due next ($780.40). Apply the open"
        )


def test_credits_that_cover_a_part_are_shown_in_the_message():
    decision = decide(case(credit_memos=(memo("100.00"),), payments=(payment("50.00"),)), RULES, octo(28))

    assert decision.credits == usd("150.00")
    assert decision.amount == usd("780.40")


@pytest.mark.parametrize(("balance", "expected"), [("24.99", silence("too_small")), ("25.00", remind("S1"))])
def test_less_than_the_smallest_balance_is_not_chased(balance, expected):
    assert answer(case(invoice(balance=balance)), octo(28)) == expected


def test_another_currency_may_have_its_own_smallest_balance():
    policy = changed(**{"[contact_hours]  ": "[limits.smallest_balance_in]\nUSD = 1000\n[contact_hours] "})

    assert answer(case(), octo(28), rules(policy)) == silence("too_small")


@pytest.mark.parametrize(
    ("books", "expected"),
    [("780.39", task("credit_not_visible")), ("780.40", remind("S1")), ("900.00", remind("S1"))],
)
def test_a_credit_that_no_document_shows_stops_us(books, expected):
    assert answer(case(books_balance=usd(books)), octo(28)) == expected


def test_open_documents_count_less_their_credits_when_compared_with_the_books():
    made = case(books_balance=usd("630.40"), credit_memos=(memo("100.00"),), payments=(payment("50.00"),))

    assert answer(made, octo(28)) == remind("S1")


def test_a_balance_in_another_currency_is_not_compared():
    assert answer(case(books_balance=Money(usd("1").amount, "EUR")), octo(28)) == remind("S1")


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 10, 22), remind("S1")),  # 364 days late
        (date(2027, 10, 25), task("too_old")),  # Monday, 367 days late
    ],
)
def test_debts_older_than_a_year_wait_for_a_person(today, expected):
    assert answer(case(), today) == expected


def test_exactly_the_oldest_age_is_still_chased_and_one_day_more_is_not():
    due = date(2025, 10, 28)

    assert answer(case(invoice(due=due)), octo(28)) == remind("S1")  # 365 days
    assert answer(case(invoice(due=due)), octo(29)) == task("too_old")


def test_a_silence_without_an_end_is_looked_at_again_when_an_invoice_grows_too_old():
    made = case(holds=(hold(HoldKind.HARDSHIP),))

    assert decide(made, RULES, octo(28)).review_on == date(2027, 10, 24)  # 366 days after 23 October 2026
    assert decide(replace(made, looked_at_ids=frozenset({"1"})), RULES, octo(28)).review_on is None


def test_an_old_invoice_is_chased_once_a_person_has_looked():
    made = case(invoice(due=date(2024, 1, 5)), looked_at_ids=frozenset({"1"}))

    assert answer(made, octo(28)) == remind("S1")


# Odd documents


@pytest.mark.parametrize(
    ("odd", "gate"),
    [
        (invoice(balance="0"), "settled"),
        (invoice(balance="-5.00"), "settled"),
        (invoice(voided=True), "settled"),
        (invoice(due=None), "not_overdue"),
        (invoice(issued_on=date(2027, 5, 5)), "not_overdue"),
        (invoice(due=date(2006, 1, 2)), "too_old"),
    ],
)
def test_every_odd_invoice_has_its_finding_and_stops_nothing_else(odd, gate):
    decision = decide(case(odd, invoice("2")), RULES, octo(28))

    assert [finding.gate for finding in decision.findings] == [gate, "contact"]
    assert decision.invoice_ids == ("2",)


def test_nothing_open_is_settled():
    made = replace(case(), invoices=())

    decision = decide(made, RULES, octo(28))

    assert (decision.gate, decision.findings, decision.reason) == ("settled", (), "Nothing is open.")


def test_only_settled_invoices_say_so():
    assert answer(case(invoice(balance="0")), octo(28)) == silence("settled")
    assert answer(case(invoice(balance="0"), invoice("2", nov(20))), octo(28)) == silence("not_overdue")
    held = case(invoice("2", nov(20)), invoice(), holds=(hold(HoldKind.DISPUTE, "1"),))
    assert answer(held, octo(28)) == silence("dispute")


def test_another_currency_in_a_case_is_our_mistake():
    euros = Money(usd("5").amount, "EUR")

    for wrong in (
        case(invoice(balance="1")),
        case(payments=(replace(payment("5"), unapplied=euros),)),
        case(credit_memos=(replace(memo("5"), remaining=euros),)),
    ):
        if wrong.invoices[0].balance == usd("1"):
            wrong = replace(wrong, invoices=(replace(wrong.invoices[0], balance=euros),))
        with pytest.raises(ValueError, match="cannot hold EUR"):
            decide(wrong, RULES, octo(28))


# Plans


def plan(state="active", **facts):
    made = Plan(1, "PP17", frozenset({"1"}), frozenset({"2", "3"}), "m9", state, DUE, usd("400.00"), 2, 6)
    return replace(made, **facts)


@pytest.mark.parametrize("state", ["building", "active", "broken"])
def test_an_original_on_a_plan_is_left_alone(state):
    assert answer(case(plans=(plan(state),)), octo(28)) == silence("plan")


@pytest.mark.parametrize("state", ["cancelled", "paid"])
def test_a_plan_that_has_ended_holds_nothing(state):
    assert answer(case(plans=(plan(state),)), octo(28)) == remind("S1")


@pytest.mark.parametrize(
    ("today", "expected"),
    [(octo(23), silence("not_overdue")), (octo(27), silence("plan")), (octo(28), task("plan_missed"))],
)
def test_a_missed_installment_is_left_to_a_person_who_speaks_before_anything_is_sent(today, expected):
    made = case(invoice("2", balance="400.00"), plans=(plan(),))
    with_another = case(invoice("2", balance="400.00"), invoice("4", octo(20)), plans=(plan(),))

    assert answer(made, today) == expected
    assert answer(with_another, octo(28)) == task("plan_missed")
    assert all(finding.gate == "plan_missed" for finding in decide(with_another, RULES, octo(28)).findings)


def test_unapplied_money_counts_against_a_missed_installment():
    made = case(invoice("2", balance="400.00"), plans=(plan(),), payments=(payment("400.00"),))

    assert answer(made, octo(28)) == task("credits")


def test_a_plans_own_memo_is_no_credit():
    made = case(invoice("4"), plans=(plan("building"),), credit_memos=(memo("780.40", "m9"),))

    assert answer(made, octo(28)) == remind("S1")


def test_a_ladder_without_overdue_steps_asks_about_a_missed_installment_the_day_after():
    policy = changed()
    early_only = replace(rules(policy), ladder=policy.ladder[:1])
    made = case(invoice("2", octo(26), balance="400.00"), plans=(plan(),))

    assert answer(made, octo(27), early_only) == task("plan_missed")
    assert "a payment ($400.00)" in decide(made, early_only, octo(27)).reason


# What comes with the answer


def test_a_contact_carries_its_number_within_the_cycle():
    first, second = decide(case(next_cycle=4), RULES, octo(28)), decide(after(S1), RULES, nov(3))

    assert (first.cycle, first.number) == (4, 1)
    assert (second.cycle, second.number) == (1, 2)


def test_the_trace_ends_with_the_gate_that_stopped():
    decision = decide(after(S1), RULES, nov(2))

    assert [finding.gate for finding in decision.trace] == [
        *("people_only", "handed_over", "hardship", "credits", "credit_not_visible", "too_small"),
        *("plan_missed", "no_contact", "open_reply", "caps", "contact_gap"),
    ]
    assert [finding.stops for finding in decision.trace] == [False] * 10 + [True]


def test_the_trace_of_one_invoice_ends_with_the_gate_that_stopped_it():
    made = case(invoice(), invoice("2"), holds=(hold(HoldKind.DISPUTE, "1"),))

    assert [one.gate for one in invoice_trace(made, RULES, octo(28), "1")] == [
        "settled",
        "not_overdue",
        "plan",
        "dispute",
    ]
    assert not any(one.stops for one in invoice_trace(made, RULES, octo(28), "2"))
    assert invoice_trace(made, RULES, octo(28), "99") == ()
