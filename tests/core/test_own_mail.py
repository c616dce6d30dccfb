"""What leaves by the company's own mail account, to whom, and what a plan says of money on its way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core import addresses
from qb_collections.core.case import Cycle, HoldKind, Plan, PlanPart
from qb_collections.core.cycles import advance
from qb_collections.core.decide import decide
from qb_collections.core.decision import Announced
from qb_collections.core.identity import facts_hash
from qb_collections.core.plan_agreement import accepted, ways
from qb_collections.core.plan_classes import weights
from qb_collections.core.plan_proof import Proof, ProofLine, only_exchange
from qb_collections.core.rules import Rules

from .making import STANDARD, after, case, customer, hold, invoice, nov, octo, payment, reminder, rules, usd


def test_what_leaves_by_itself_is_another_thing_to_agree_to():
    by_hand, mailed = (decide(case(own_mail=own), rules(), octo(28)) for own in (False, True))

    assert (by_hand.mailed, mailed.mailed) == (False, mailed.channel == "email")
    assert facts_hash(replace(by_hand, mailed=True), "x") != facts_hash(by_hand, "x")


def test_a_policy_may_leave_every_message_to_a_person():
    several = (invoice("1"), invoice("2"))
    mail = STANDARD.mail.model_copy(update={"by_hand": True})
    policy = STANDARD.model_copy(update={"mail": mail})

    assert decide(case(*several, own_mail=True), rules(), octo(28)).mailed
    assert not decide(case(*several, own_mail=True), rules(policy), octo(28)).mailed
    stopped = case(*several, own_mail=True, stopped=frozenset({"ap@marlow.example"}))
    assert not decide(stopped, rules(), octo(28)).mailed


@pytest.mark.parametrize(("count", "mailed"), [(100, True), (101, False)])
def test_more_invoices_than_one_email_carries_are_a_persons(count, mailed):
    many = [invoice(str(number)) for number in range(count)]

    assert decide(case(*many, own_mail=True), rules(), octo(28)).mailed is mailed


def test_an_address_that_asked_for_no_more_comes_last_and_is_not_mailed():
    two = case(
        customer=customer(emails=("ap@marlow.example", "june@marlow.example")),
        stopped=frozenset({"ap@marlow.example"}),
    )

    assert addresses.usable(two, two.invoices) == ("june@marlow.example", "ap@marlow.example")
    assert addresses.mailable(two, two.invoices) == ("june@marlow.example",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ap@marlow.example", True),
        ("o'brien@marlow.example", True),
        ("ap@marlow.example, june@marlow.example", False),
        ("write to ap@marlow.example", False),
        ("ap@marlow.example\u200b", False),
        ("", False),
    ],
)
def test_one_address_is_one_address_and_nothing_else(text, expected):
    assert addresses.is_address(text) is expected


PARTS = (PlanPart(1, nov(16), usd("390.20")), PlanPart(2, nov(30), usd("390.20")))
OVERLAY = Plan(
    *(1, "PP1", frozenset({"1"}), frozenset(), None, "active"),
    overlay=True,
    agreed_on=octo(26),
    parts=PARTS,
    taken=(("1", usd("780.40")),),
)


@pytest.mark.parametrize(
    ("came", "today", "sentence"),
    [
        (
            "780.40",
            nov(3),
            "On a plan: payment 1 of 2 ($390.20) of PP1 is due on Monday, November 16. "
            "Nothing to do before Thursday, November 19.",
        ),
        (
            "780.40",
            nov(17),
            "On a plan: payment 1 of 2 ($390.20) of PP1 was due on Monday, November 16. "
            "We wait for it until Thursday, November 19.",
        ),
        (
            "780.40",
            nov(26),
            "Needs you: payment plan PP1 was broken, and invoice 10611 ($780.40) belongs to it. "
            "Nothing is sent before you agree on a new plan or end this one.",
        ),
    ],
)
def test_a_plan_beside_the_books_is_told_by_its_own_payments(came, today, sentence):
    found = decide(case(invoice("1", balance=came), plans=(OVERLAY,)), rules(), today)

    assert found.findings[0].because == sentence


def test_a_payment_that_is_missing_after_its_days_is_for_a_person():
    found = decide(case(plans=(OVERLAY,)), rules(), nov(19))

    assert (found.gate, found.task_kind) == ("plan_missed", "plan_missed")
    assert found.reason.startswith(
        "Needs you: payment 1 of 2 ($390.20) of PP1 was due on Monday, November 16"
    )


def test_once_all_has_come_only_the_books_are_left_to_be_closed():
    money = replace(payment("780.40"), received_on=nov(2))
    found = decide(case(plans=(OVERLAY,), payments=(money,)), rules(), nov(3))

    assert found.findings[0].because == (
        "On a plan: all payments of PP1 have come. What is still open on invoice 10611 ($780.40) closes once "
        "they are applied to it in QuickBooks."
    )


def test_a_plan_of_another_currency_tells_this_case_nothing():
    foreign = replace(
        OVERLAY, parts=tuple(replace(one, amount=replace(one.amount, currency="CAD")) for one in PARTS)
    )

    found = decide(case(plans=(foreign,)), rules(), nov(3))

    assert found.findings[0].gate == "plan"


def test_how_an_agreement_was_accepted_has_words():
    assert accepted("email") == "by e-mail"
    assert accepted("smoke signals") is None
    assert ways() == "phone, email and 3 more"


def test_an_original_without_sold_lines_has_no_class():
    sold = {
        "DetailType": "SalesItemLineDetail",
        "Amount": Decimal(80),
        "SalesItemLineDetail": {"ClassRef": {"value": "9"}},
    }

    assert weights([({"Line": [sold]}, usd("80")), ({"Line": []}, usd("20"))]) == (
        (None, Decimal(20)),
        ("9", Decimal(80)),
    )


def line(what, before, after):
    return ProofLine(what, Decimal(before), Decimal(after))


@pytest.mark.parametrize(
    ("lines", "gains", "expected"),
    [
        ([line("account 84", 0, -3), line("account 90", 0, 3)], [Decimal(3)], True),
        ([line("account 84", 0, -3), line("account 90", 0, 3)], [Decimal(-3)], True),
        ([line("account 84", 0, -3), line("account 90", 0, 3)], [Decimal(4)], False),
        ([line("account 84", 0, -3), line("account 90", 0, 3)], [Decimal(0)], False),
        ([line("account 84", 0, -3)], [Decimal(3)], False),
        ([line("account 84", 0, -3), line("account 90", 0, 2)], [Decimal(3)], False),
        ([line("account 84", 0, -3), line("account 90", 0, 3), line("tax", 0, 1)], [Decimal(3)], False),
        ([line("account 84", 0, -3), line("account 90", 0, 3), line("income", 0, 3)], [Decimal(3)], True),
    ],
)
def test_a_difference_may_be_an_exchange_gain_and_nothing_else(lines, gains, expected):
    assert only_exchange(Proof(tuple(lines)), gains) is expected


@pytest.mark.parametrize(
    ("today", "expected"), [(octo(25), False), (octo(26), True), (nov(25), True), (nov(26), False)]
)
def test_what_was_confirmed_may_be_announced_for_thirty_days(today, expected):
    """Through 25 November, the thirtieth day after 26 October; and not for a day before it was said."""
    meant = Announced("agency", "Harbor Recovery", "Dana", octo(26))

    found = replace(rules(), announced=meant).announced_on(today)

    assert found == (meant if expected else None)
    assert rules().announced_on(today) is None


def test_an_old_invoice_on_a_plan_beside_the_books_is_asked_for_by_the_plan():
    old = invoice("1", date(2025, 1, 6))

    found = decide(case(old, plans=(OVERLAY,)), rules(), nov(19))

    assert found.task_kind == "plan_missed"


FINAL = after(
    reminder("S1", octo(28)),
    reminder("S2", nov(5), number=2),
    reminder("S3", nov(12), number=3),
    reminder("S4", nov(20), number=4, act_by_on=nov(30)),
)


@pytest.mark.parametrize(("confirmed_on", "named"), [(nov(3), True), (nov(2), False)])
def test_a_final_notice_says_what_was_confirmed_within_thirty_days(confirmed_on, named):
    """On 3 December: 3 November is thirty days ago."""
    meant = Announced("agency", "Harbor Recovery", "Dana", confirmed_on)

    found = decide(FINAL, replace(rules(), announced=meant), date(2026, 12, 3))

    assert (found.stage, found.approval, found.announced) == ("S5", True, meant if named else None)
    early = decide(case(), replace(rules(), announced=replace(meant, confirmed_on=octo(28))), octo(28))
    assert (early.stage, early.announced) == ("S1", None)


@pytest.mark.parametrize(
    ("stopped", "channel"),
    [(set(), "quickbooks"), ({"june@marlow.example"}, "quickbooks"), ({"ap@marlow.example"}, "email")],
)
def test_a_copy_goes_by_quickbooks_while_an_address_takes_automatic_mail(stopped, channel):
    found = decide(case(stopped=frozenset(stopped)), rules(), octo(28))

    assert found.channel == channel


def test_a_cycle_that_begins_keeps_its_day_and_its_policy():
    assert advance(case(next_cycle=4), 3, octo(28)) == Cycle(4, octo(28), None, 0, 3)
    assert advance(case(holds=(hold(HoldKind.UPSET),)), 3, octo(28)) == Cycle(1, octo(28), None, 0, 3)
    assert advance(case(invoice(due=octo(28))), 3, octo(28)) is None
    assert advance(case(invoice(balance="0.50")), 3, octo(28)) is not None  # a dollar is not the least


def test_which_step_needs_a_yes_is_said_by_the_policy_of_today():
    """The ladder of a running cycle has no yes at S2; the policy has it since; S9 is gone from the policy."""
    asks = STANDARD.stage("S2").model_copy(update={"approval": True})
    today = STANDARD.model_copy(
        update={"ladder": tuple(asks if one.code == "S2" else one for one in STANDARD.ladder)}
    )
    held = Rules(today, STANDARD.ladder, rules().calendar, "en_US")
    gone = asks.model_copy(update={"code": "S9"})

    assert held.needs_approval(STANDARD.stage("S2"), False)
    assert not held.needs_approval(STANDARD.stage("S1"), False)
    assert rules().needs_approval(gone, False)


def test_important_customers_may_need_a_yes_from_the_first_step_on():
    first = STANDARD.ladder[0]
    always = STANDARD.model_copy(
        update={"approvals": STANDARD.approvals.model_copy(update={"important_from": first.code})}
    )

    assert rules(always).needs_approval(first, True)
    assert not rules(always).needs_approval(first, False)
    assert not rules().needs_approval(first, True)


def test_a_call_is_worth_its_time_from_the_currencys_own_amount_on():
    terms = STANDARD.thresholds.model_copy(
        update={"call_in": {"CAD": Decimal(700)}, "call_from_balances": True}
    )
    policy = STANDARD.model_copy(update={"thresholds": terms})
    worked_out = replace(rules(policy), usual_late={"CAD": Decimal(900), "USD": Decimal(400)})

    assert worked_out.call_threshold("CAD") == Decimal(900)
    assert worked_out.call_threshold("USD") == Decimal(500)
    assert worked_out.call_threshold("EUR") == Decimal(500)
    assert rules(STANDARD).call_threshold("CAD") == Decimal(500)
