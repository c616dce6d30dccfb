"""The sentences that people read: a fact with number and date, the rule, and what comes next."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import ContactKind, HoldKind, Plan
from qb_collections.core.decide import decide, invoice_trace
from qb_collections.core.decision import Outcome
from qb_collections.core.money import Money
from qb_collections.core.wording import (
    amount_text,
    count_text,
    day_text,
    fit,
    invoice_text,
    list_text,
    money_text,
    short,
)

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


def reason(made, today):
    return decide(made, RULES, today).reason


def finding(made, today, place=0):
    return decide(made, RULES, today).findings[place].because


def test_a_message_is_planned():
    assert reason(case(), octo(28)) == (
        "Message planned: invoice 10611 ($780.40) was due on Friday, October 23, and nobody has "
        "asked about it yet. "
        "The first message goes out on Wednesday, October 28."
    )
    assert finding(case(), octo(28)) == (
        "Part of it: invoice 10611 ($780.40) was due on Friday, October 23. "
        "The first message goes out on Wednesday, October 28."
    )


def test_a_message_about_several():
    assert reason(after(S1, invoices=(invoice(), invoice("2", octo(27)))), nov(3)) == (
        "Message planned: 2 invoices, $1,560.80 in all, are open; the oldest, 10611, was due on "
        "Friday, October 23; "
        "the last contact was on Wednesday, October 28. The second message goes out on Tuesday, November 3."
    )


def test_a_step_that_waits_names_its_day_and_rule():
    assert reason(case(), octo(26)) == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. "
        "The first message goes out on Wednesday, October 28 if it is still open."
    )
    waiting = after(S1, reminder("S2", nov(3), reply_by_on=nov(12)))
    assert reason(waiting, nov(9)) == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. We asked for an "
        "answer by Thursday, "
        "November 12. The call is for you on Thursday, November 12 if it is still open."
    )
    firm = after(reminder("S4", nov(10), act_by_on=nov(18)))
    assert reason(firm, nov(18)) == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. "
        "The final notice waits for your yes from Friday, November 27 on if it is still open."
    )
    assert reason(replace(firm, contacts=(replace(firm.contacts[0], act_by_on=nov(27)),)), nov(18)) == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. They have until "
        "Friday, November 27, and we "
        "wait two business days more. The final notice waits for your yes from Tuesday, December 1 on "
        "if it is still open."
    )


def test_a_step_that_needs_a_yes_says_so_while_it_waits():
    """The firm message needs one for important customers only, the call never: it is a person's anyway."""
    called = after(reminder("S3", nov(9)))
    written = after(S1, reminder("S2", nov(3), reply_by_on=nov(12)))

    assert reason(called, nov(16)).endswith(
        "The firm message goes out on Tuesday, November 17 if it is still open."
    )
    assert reason(replace(called, important=True), nov(16)).endswith(
        "The firm message waits for your yes from Tuesday, November 17 on if it is still open."
    )
    assert reason(replace(written, important=True), nov(9)).endswith(
        "The call is for you on Thursday, November 12 if it is still open."
    )


def test_what_was_late_at_the_start_gets_an_opening_and_not_a_second_message():
    """Nobody has written to them yet, although the age of the invoice has reached the second message."""
    old = case(invoice(due=octo(5)), is_backlog=True)

    assert reason(old, octo(31)).endswith(
        "A message about older invoices goes out on Monday, November 2 if it is still open."
    )
    assert reason(old, nov(2)).endswith(
        "and nobody has asked about it yet. A message about older invoices goes out on Monday, November 2."
    )
    assert "second message" not in reason(old, nov(2))


def test_the_decision_that_waits():
    final = after(reminder("S5", nov(30), act_by_on=date(2026, 12, 14)))

    assert reason(final, date(2026, 12, 15)).endswith(
        "The decision is yours on Wednesday, December 16 if it is still open."
    )
    short_ladder = replace(RULES, ladder=RULES.ladder[:-1])
    assert (
        "You choose what comes next on Wednesday, December 16"
        in decide(final, short_ladder, date(2026, 12, 15)).reason
    )


def test_the_last_contact_may_set_the_day():
    near = rules(changed(**{"contact_gap_days = 6 ": "contact_gap_days = 3 "}))

    assert decide(after(S1), near, nov(2)).reason == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. The last contact was on "
        "Wednesday, "
        "October 28. The second message goes out on Tuesday, November 3 if it is still open."
    )


def test_the_gap_names_its_own_end_and_no_other_day():
    """The second message waits ten days after the due date too: that is the step's reason, not the gap's."""
    assert reason(case(contacts=(replace(S1, on=nov(3), kind=ContactKind.CALL),)), nov(4)) == (
        "Left alone: you spoke with Marlow Print Works on Tuesday, November 3. We keep at least six "
        "days between "
        "contacts, so not before Monday, November 9."
    )
    foreign = replace(S1, on=nov(3), kind=ContactKind.FOREIGN, stage=None, cycle=None)
    assert reason(case(contacts=(foreign,)), nov(4)).startswith(
        "Left alone: QuickBooks wrote to Marlow Print Works on"
    )
    later = after(S1, invoices=(invoice(due=octo(27)),))
    in_the_gap, after_the_gap = decide(later, RULES, nov(2)), decide(later, RULES, nov(3))
    assert in_the_gap.reason.endswith(
        "We keep at least six days between contacts, so not before Tuesday, November 3."
    )
    assert in_the_gap.review_on == nov(3)
    assert after_the_gap.reason == (
        "Left alone: invoice 10611 ($780.40) was due on Tuesday, October 27. "
        "The second message goes out on Friday, November 6 if it is still open."
    )


def test_a_day_is_named_on_which_something_can_go_out():
    """Six days after Monday 2 November is Sunday the 8th."""
    spoken = case(contacts=(replace(S1, on=nov(2), kind=ContactKind.CALL),))
    notices = tuple(replace(S1, on=day, kind=ContactKind.NOTICE) for day in (octo(18), octo(26), nov(2)))

    assert reason(spoken, nov(7)).endswith("so not before Monday, November 9.")
    assert decide(spoken, RULES, nov(7)).review_on == nov(8)
    assert reason(case(contacts=notices), nov(4)).endswith("so not before Monday, November 9.")


def test_the_caps_tell_of_the_sister_company():
    made = case(contacts=(replace(S1, on=nov(2)),), contacted_elsewhere=(octo(19), octo(26)))

    assert reason(made, nov(4)).startswith(
        "Left alone: Marlow Print Works has been contacted three times since Monday, October 19, two times "
        "by another of your companies. Your limit is 3 in 21 days"
    )
    assert "19, each time by another" in reason(
        case(contacted_elsewhere=(octo(19), octo(26), nov(2))), nov(4)
    )
    two = (replace(S1, on=octo(26)), replace(S1, on=nov(2)))
    assert "19, once by another" in reason(case(contacts=two, contacted_elsewhere=(octo(19),)), nov(4))


def test_what_happens_next_is_never_cut_off_for_what_has_been():
    """With the last contact it would have 260 characters: that is left out, and not the choices."""
    bills = (invoice("1"), invoice("2", balance="1240.00"))
    final = after(reminder("S5", nov(4), "1", "2", act_by_on=nov(18)), invoices=bills)
    day = date(2026, 12, 7)

    assert reason(final, day) == (
        "A person decides: 2 invoices, $2,020.40 in all, are open; the oldest, 10611, was due on Friday, "
        "October 23. All steps are done. Choose: call again, offer a plan, propose mediation, hand over, or "
        "stop."
    )
    promised = replace(final, holds=(hold(HoldKind.PROMISE, until_on=nov(20)),))
    assert reason(promised, day).startswith(
        "A person decides: 2 invoices, $2,020.40 in all, are open; the promise to pay by Friday, November 20 "
        "was not kept. "
    )


def test_the_caps_name_the_limit_and_the_day():
    contacts = tuple(replace(S1, on=day, kind=ContactKind.NOTICE) for day in (octo(19), octo(26), nov(2)))

    assert reason(case(contacts=contacts), nov(4)) == (
        "Left alone: Marlow Print Works has been contacted three times since Monday, October 19. "
        "Your limit is 3 in 21 "
        "days, so not before Monday, November 9."
    )


def test_the_caps_name_their_own_end_when_the_step_comes_later():
    """The second message waits until ten days after Monday 2 November, the caps through the 8th."""
    notices = tuple(replace(S1, on=day, kind=ContactKind.NOTICE) for day in (octo(19), octo(26)))
    later = after(*notices, replace(S1, on=nov(2)), invoices=(invoice(due=nov(2)),))

    decision = decide(later, RULES, nov(4))

    assert decision.reason.endswith("Your limit is 3 in 21 days, so not before Monday, November 9.")
    assert decision.review_on == nov(9)
    assert "The second message goes out on Thursday, November 12" in reason(later, nov(9))


def test_a_dispute_says_when_the_day_for_an_answer_has_passed():
    """Thursday 12 November is still in time; the customer hears nothing either way."""
    disputed = case(holds=(hold(HoldKind.DISPUTE, "1", owner="Dana", answer_by_on=nov(12)),))

    in_time, passed = decide(disputed, RULES, nov(12)), decide(disputed, RULES, nov(13))

    assert in_time.reason.endswith(
        "Dana is to answer by Thursday, November 12. It stays out until Dana closes the dispute."
    )
    assert passed.reason == (
        "Not in any message: invoice 10611 is disputed (cooler failed again). Dana was to answer by "
        "Thursday, "
        "November 12; that day has passed and an answer is due. It stays out until that is settled."
    )
    assert (in_time.review_on, passed.review_on) == (nov(13), None)
    wordy = hold(HoldKind.DISPUTE, "1", owner="Dana Whitlock", answer_by_on=nov(11), reason="cooler " * 9)
    assert reason(case(holds=(wordy,)), nov(29)).endswith("It stays out until that is settled.")
    assert {in_time.outcome, passed.outcome} == {Outcome.SILENCE}


def test_a_promise_names_every_day():
    promised = hold(HoldKind.PROMISE, "1", until_on=nov(6), amount=usd("1240.00"))

    assert finding(case(holds=(promised,)), nov(3)) == (
        "Left alone: they promised $1,240.00 by Friday, November 6. We wait through Tuesday, November "
        "10, two business "
        "days after, and look again on Wednesday, November 11."
    )
    assert "they promised to pay by" in finding(case(holds=(replace(promised, amount=None),)), nov(3))


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (
            hold(HoldKind.DISPUTE, "1", owner="Dana", answer_by_on=nov(12)),
            "Not in any message: invoice 10611 is disputed (cooler failed again). Dana is to answer "
            "by Thursday, "
            "November 12. It stays out until Dana closes the dispute.",
        ),
        (
            hold(HoldKind.DISPUTE, "1", until_on=nov(12)),
            "Not in any message: invoice 10611 is disputed (cooler failed again). "
            "It stays out until Thursday, November 12.",
        ),
        (
            hold(HoldKind.IN_TRANSIT, "1", reason="check 1042"),
            "Left alone: payment of invoice 10611 is said to be on its way (check 1042). We wait "
            "through Monday, "
            "November 2 and look again on Tuesday, November 3.",
        ),
        (
            hold(HoldKind.EXCLUSION, reason="my brother"),
            "Left alone: Dana asked on Monday, October 26 to leave invoice 10611 out (my brother). "
            "It stays out until somebody lifts it.",
        ),
        (
            hold(HoldKind.EXCLUSION, reason="my brother", until_on=nov(9)),
            "Left alone: Dana asked on Monday, October 26 to leave invoice 10611 out (my brother). "
            "It stays out through Monday, November 9.",
        ),
        (
            hold(HoldKind.INSOLVENT, reason="notice from a court"),
            "Hard stop: somebody else speaks for Marlow Print Works (notice from a court). Nothing "
            "is sent to them. "
            "Dana or another person can lift this.",
        ),
        (
            hold(HoldKind.OPEN_REPLY, reason="asks for a copy"),
            "Left alone: they answered on Monday, October 26 (asks for a copy) and nobody has dealt "
            "with it yet. "
            "Nothing is sent before somebody has.",
        ),
        (
            hold(HoldKind.UPSET, reason="shouted"),
            "Left alone: Marlow Print Works was upset on Monday, October 26 (shouted). Nothing goes "
            "out by itself "
            "through Monday, November 2.",
        ),
    ],
)
def test_what_a_person_marked_is_named_with_its_reason(held, sentence):
    assert finding(case(holds=(held,)), octo(28)) == sentence


def test_credits_name_what_to_apply():
    assert reason(case(invoice(balance="402.10"), credit_memos=(memo("415.00"),)), octo(28)) == (
        "Left alone: credits of $415.00 cover all that is due ($402.10). Apply credit memo 1187 "
        "in QuickBooks and "
        "this closes."
    )
    several = case(credit_memos=(memo("500"), memo("300", "m2", None)))
    assert "Apply credit memos 1187 and id m2 in QuickBooks" in reason(several, octo(28))
    assert "Apply the open payment in QuickBooks" in reason(case(payments=(payment("800"),)), octo(28))


def test_a_credit_nobody_sees_is_named_with_its_amount():
    assert reason(case(books_balance=usd("180.40")), octo(28)) == (
        "Left alone: QuickBooks says Marlow Print Works owes $180.40, but their invoices less known "
        "credits come to $780.40. A credit of "
        "$600.00, perhaps a journal entry, has to be found and applied first."
    )


def test_too_small_names_the_limit():
    assert reason(case(invoice(balance="18.20")), octo(28)) == (
        "Too small: $18.20 is under your limit of $25.00. Nothing is sent unless more becomes late."
    )
    assert reason(case(credit_memos=(memo("770.00"),)), octo(28)).startswith(
        "Too small: $780.40 late less $770.00 in credits is under your limit of $25.00."
    )


def test_no_address_names_the_phone():
    assert reason(case(customer=customer(emails=())), octo(28)) == (
        "Can't reach them: QuickBooks has no e-mail address of Marlow Print Works. Messages wait "
        "until you add one, "
        "or call 423-555-0118."
    )
    assert reason(case(customer=customer(emails=(), phone=None)), octo(28)).endswith("until you add one.")


def test_an_old_debt_names_its_due_date():
    assert finding(case(invoice(due=date(2023, 8, 28))), octo(28)) == (
        "No message: invoice 10611 ($780.40) was due on Monday, August 28, 2023. Debts more than "
        "365 days late need a "
        "person's look; in some places they can no longer be claimed."
    )


def test_a_plan_names_the_payment_and_the_day():
    plan = Plan(1, "PP17", frozenset({"1"}), frozenset({"2"}), "m9", "active", DUE, usd("5"), 2, 6)

    on_time = case(invoice(), invoice("2", DUE, "1606.67"), plans=(plan,))

    assert finding(on_time, octo(26), 1) == (
        "On a plan: payment 2 of 6 ($1,606.67) of PP17 is due on Friday, October 23. "
        "Nothing to do before Wednesday, October 28."
    )
    assert finding(on_time, octo(26)) == (
        "On a plan: invoice 10611 ($780.40) is part of payment plan PP17, whose payments have "
        "their own dates. "
        "Nothing is sent about it unless you end the plan."
    )
    assert reason(on_time, octo(28)) == (
        "Needs you: payment 2 of 6 ($1,606.67) of PP17 was due on Friday, October 23 and has not "
        "come. Please speak "
        "with them first: another day, or the end of the plan."
    )
    assert finding(case(plans=(replace(plan, state="building"),)), octo(28)).endswith(
        "is being written or taken back in QuickBooks. We look again when that is done."
    )


def test_calls_approvals_and_decisions():
    two = after(S1, reminder("S2", nov(3)))
    assert reason(two, nov(10)) == (
        "Call for you: invoice 10611 ($780.40) was due on Friday, October 23; the last contact was "
        "on Tuesday, "
        "November 3. From $500.00 on, a call on Tuesday, November 10 is the next step."
    )
    assert reason(replace(two, customer=customer(phone=None)), nov(10)).endswith(
        "QuickBooks has no phone number."
    )
    missed = replace(two, cycle=replace(two.cycle, missed_call_on=nov(10)))
    assert reason(missed, nov(10)).endswith(
        "Nobody could be reached by phone, so an e-mail goes out on Tuesday, November 10."
    )
    seen = changed(**{'code = "S3"\nname = "call"': 'code = "S3"\nname = "call"\napproval = true'})
    assert decide(missed, rules(seen), nov(10)).reason.endswith(
        "Nobody could be reached by phone; an e-mail goes out on Tuesday, November 10 once you approve it."
    )
    every = changed(**{"\ncall = 500": "\ncall = 0"})
    assert decide(two, rules(every), nov(10)).reason.endswith(
        "A call on Tuesday, November 10 is the next step."
    )
    firm = after(reminder("S3", nov(10)), important=True)
    assert reason(firm, nov(17)) == (
        "Waiting for you: invoice 10611 ($780.40) was due on Friday, October 23; the last contact "
        "was on Tuesday, "
        "November 10. The firm message goes out on Tuesday, November 17 once you approve it; you "
        "asked to see these first."
    )
    final = after(reminder("S5", nov(2), act_by_on=nov(12)))
    assert reason(final, date(2026, 12, 7)) == (
        "A person decides: invoice 10611 ($780.40) was due on Friday, October 23; the last "
        "contact was on Monday, "
        "November 2. All steps are done. Choose: call again, offer a plan, propose mediation, "
        "hand over, or stop."
    )


def test_a_promise_that_was_not_kept_is_named_and_a_bill_is_no_contact():
    promised = hold(HoldKind.PROMISE, "1", until_on=octo(30))
    bill = replace(S1, on=octo(20), kind=ContactKind.FOREIGN, stage=None, cycle=None)

    assert "; the promise to pay by Friday, October 30 was not kept. The first" in reason(
        case(holds=(promised,)), nov(4)
    )
    assert "promised" not in reason(case(invoice(), holds=(replace(promised, invoice_id="2"),)), nov(4))
    assert "nobody has asked about it yet" in reason(case(contacts=(bill,)), nov(4))


def test_a_promise_is_open_through_its_grace_and_then_reads_as_not_kept():
    """Promised for Friday 30 October: Tuesday 3 November is the last day of grace."""
    promised = case(holds=(hold(HoldKind.PROMISE, "1", until_on=octo(30)),))

    def seen(made, today):
        return next(one.because for one in invoice_trace(made, RULES, today, "1") if one.gate == "promise")

    assert seen(promised, nov(3)).startswith("Left alone: they promised to pay by Friday, October 30.")
    assert seen(promised, nov(4)) == "The promise to pay by Friday, October 30 was not kept."
    assert seen(case(), nov(4)) == "No promise to pay it is open."


def test_a_promise_about_the_whole_account_speaks_of_its_own_cycle_only():
    """The cycle began on 24 October."""
    promised = hold(HoldKind.PROMISE, placed_on=octo(24), until_on=octo(30))
    earlier = replace(promised, placed_on=octo(23))

    assert "was not kept" in reason(after(S1, holds=(promised,)), nov(4))
    assert "was not kept" not in reason(after(S1, holds=(earlier,)), nov(4))


def test_before_the_due_date_one_short_sentence_is_enough():
    assert finding(case(), octo(22)) == (
        "Not due yet: invoice 10611 ($780.40) is due on Friday, October 23, and nothing is asked before then."
    )


def test_an_invoice_without_due_date_or_number_is_named_all_the_same():
    assert finding(case(invoice(due=None, number=None)), octo(28)) == (
        "No due date: invoice (no number, id 1) ($780.40) has none in QuickBooks, so it is never "
        "late and nothing is "
        "sent. Add one there and we look at it the same night."
    )


@pytest.mark.parametrize(
    ("amount", "currency", "locale"),
    [
        ("1234567.891", "USD", "en_US"),
        ("0", "USD", "en_US"),
        ("-5.5", "USD", "en_US"),
        ("12", "JPY", "ja_JP"),
        ("1234567", "JPY", "en_US"),
        ("1.2345", "KWD", "en_US"),
        ("1234567.89", "EUR", "de_DE"),
        ("0.05", "EUR", "fr_FR"),
        ("1234567.89", "INR", "en_IN"),
        ("1234567.89", "CHF", "de_CH"),
        ("1234567.89", "EGP", "ar_EG"),
        ("999999.99", "XTS", "en_US"),
        ("1234.5", "EUR", "pl_PL"),
        ("1234.5", "EUR", "es_ES"),
    ],
)
def test_amounts_are_written_as_people_of_the_locale_do(amount, currency, locale):
    money = Money(Decimal(amount), currency)

    assert money_text(money, locale) == money.format(locale)


def test_small_words():
    assert day_text(nov(6), 2026) == "Friday, November 6"
    assert day_text(nov(6), 2027) == "Friday, November 6, 2026"
    assert [count_text(n, "day") for n in (0, 1, 2, 11)] == ["no days", "one day", "two days", "11 days"]
    assert [
        list_text(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"], list("abcd"), list("abcdef"))
    ] == [
        "",
        "a",
        "a and b",
        "a, b and c",
        "a, b and 2 more",
        "a, b and 4 more",
    ]
    assert short("a\x00b\u202e  c\n", 10) == "a b c"
    assert short("abcdefgh", 5) == "abcd…"
    assert invoice_text(invoice(), amount_text("USD", "en_US")) == "invoice 10611 ($780.40)"
    assert len(fit("word " * 100)) <= 240
    assert fit("word " * 100).endswith("word…")


@pytest.mark.parametrize(
    ("locale", "this_year", "next_year"),
    [
        ("en_US", "Friday, November 6", "Friday, November 6, 2026"),
        ("en_CA", "Friday, November 6", "Friday, November 6, 2026"),
        ("en_GB", "Friday 6 November", "Friday 6 November 2026"),
        ("en_AU", "Friday 6 November", "Friday 6 November 2026"),
        ("de_DE", "Friday 6 November", "Friday 6 November 2026"),  # the sentence is English all the same
    ],
)
def test_a_day_stands_in_the_order_of_the_locale(locale, this_year, next_year):
    assert day_text(nov(6), 2026, locale) == this_year
    assert day_text(nov(6), 2027, locale) == next_year


def test_a_british_company_reads_its_reasons_the_british_way():
    told = decide(case(), replace(RULES, locale="en_GB"), octo(28)).reason

    assert "was due on Friday 23 October" in told and "goes out on Wednesday 28 October" in told
