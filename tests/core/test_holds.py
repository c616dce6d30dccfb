"""Holds that end by the invoice's own day or by another address; the sentences say when and who."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core import cycles
from qb_collections.core.addresses import bounced, named_in, usable
from qb_collections.core.case import HoldKind
from qb_collections.core.decide import decide, invoice_trace
from qb_collections.core.decision import Outcome
from qb_collections.core.holds import collected

from .making import (
    after,
    case,
    changed,
    customer,
    hold,
    invoice,
    nov,
    octo,
    reminder,
    rules,
)

RULES = rules()
S1, S2 = reminder("S1", octo(28)), reminder("S2", nov(3), number=2, reply_by_on=nov(9))
CARD = hold(HoldKind.AUTOPAY, reason="card on file")
BOUNCED = hold(HoldKind.BOUNCED, reason="mailbox is full", placed_on=octo(27))


def gate(made, today, under=RULES):
    return decide(made, under, today).gate


# Collected by itself


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (octo(28), "autopay"),
        (octo(30), "autopay"),  # five business days after Friday 23 October
        (octo(31), "stage"),  # a Saturday: the first message goes out on the next open day
        (nov(2), "contact"),
    ],
)
@pytest.mark.parametrize("invoice_id", [None, "1"])
def test_what_is_collected_by_itself_waits_through_its_due_date_and_five_business_days(
    invoice_id, today, expected
):
    made = case(holds=(replace(CARD, invoice_id=invoice_id),))

    assert gate(made, today) == expected
    assert decide(made, RULES, octo(28)).review_on == octo(31)


def test_how_long_a_collection_may_take_is_the_policys():
    quick = rules(changed(**{"in_transit_business_days = 5": "in_transit_business_days = 3"}))

    assert gate(case(holds=(CARD,)), octo(28), quick) == "autopay"
    assert gate(case(holds=(CARD,)), octo(29), quick) == "contact"


@pytest.mark.parametrize(("today", "expected"), [(nov(9), "autopay"), (nov(10), "contact")])
def test_an_invoice_that_is_collected_on_a_day_of_its_own_waits_for_that_day(today, expected):
    made = case(holds=(replace(CARD, invoice_id="1", until_on=nov(9)),))

    assert gate(made, today) == expected


@pytest.mark.parametrize(
    ("until_on", "expected"),
    [(octo(23), "autopay"), (octo(22), "contact")],  # due on Friday 23 October
)
def test_what_falls_due_after_the_arrangement_has_ended_is_not_collected_by_itself(until_on, expected):
    made = case(holds=(replace(CARD, until_on=until_on),))

    assert gate(made, octo(28)) == expected


def test_of_two_arrangements_the_longer_one_holds():
    both = (CARD, replace(CARD, id=2, invoice_id="1", until_on=nov(4)))

    assert decide(case(holds=both), RULES, nov(3)).review_on == nov(5)


def test_a_collection_of_one_invoice_leaves_the_others():
    made = case(invoice(), invoice("2"), holds=(replace(CARD, invoice_id="1"),))

    assert decide(made, RULES, octo(28)).invoice_ids == ("2",)


def test_without_a_due_date_an_invoice_is_never_late_whoever_collects_it():
    assert gate(case(invoice(due=None), holds=(CARD,)), octo(28)) == "not_overdue"
    assert collected(CARD, invoice(due=None), RULES) is None


def test_no_copy_goes_out_before_what_is_collected_by_itself_is_due():
    made = case(
        invoice(due=nov(6), balance="5000.00"),
        holds=(CARD,),
        history_since=octo(1),
        early_ids=frozenset({"1"}),
    )

    assert gate(replace(made, holds=()), nov(2)) == "contact"
    assert gate(made, nov(2)) == "autopay"


def test_what_is_collected_by_itself_is_said_with_its_days_and_who_can_change_it():
    decision = decide(case(holds=(CARD,)), RULES, octo(28))

    assert decision.reason == (
        "Left alone: invoice 10611 is collected by itself on Friday, October 23 (card on file). "
        "We wait for it through Friday, October 30 and look again the day after. Dana can lift this."
    )


def test_once_its_days_are_over_the_trace_says_that_nothing_stands_in_the_way():
    trace = invoice_trace(case(holds=(CARD,)), RULES, nov(2), "1")

    assert ("autopay", "It is not collected by itself, or its days for that are over.") in [
        (one.gate, one.because) for one in trace
    ]


def test_what_is_collected_by_itself_begins_no_round_of_reminders():
    assert cycles.advance(case(), 1, octo(24)) is not None
    assert cycles.advance(case(holds=(CARD,)), 1, octo(24)) is None


# E-mail that came back


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("mailbox is full", ()),  # names none: all of them
        ("ap@marlow.example: mailbox is full", ("june@marlow.example",)),
        ("AP@Marlow.example.", ("june@marlow.example",)),
        ("came back from <ap@marlow.example>", ("june@marlow.example",)),
        ("xap@marlow.example", ("ap@marlow.example", "june@marlow.example")),
        ("ap@marlow.example, june@marlow.example", ()),
    ],
)
def test_the_addresses_that_came_back_are_not_used(reason, expected):
    made = case(
        invoice(email="June@marlow.example"),
        customer=customer(emails=("ap@marlow.example", "june@marlow.example")),
        holds=(replace(BOUNCED, reason=reason),),
    )

    assert usable(made, made.invoices) == expected


def test_the_customers_own_addresses_come_before_those_of_the_invoices_and_each_once():
    made = case(
        invoice(email="AP@marlow.example"),
        invoice("2", email="site@marlow.example"),
        invoice("3"),
        customer=customer(emails=("ap@marlow.example", "june@marlow.example")),
    )

    assert usable(made, made.invoices) == (
        "ap@marlow.example",
        "june@marlow.example",
        "site@marlow.example",
    )
    assert usable(made, made.invoices[2:]) == ("ap@marlow.example", "june@marlow.example")
    assert bounced(made, made.invoices) is None


def test_the_bounce_that_is_told_is_the_latest_of_an_address_that_is_still_there():
    older = replace(BOUNCED, reason="ap@marlow.example", placed_on=octo(20))
    gone = replace(BOUNCED, reason="old@marlow.example", placed_on=octo(28))

    found = bounced(case(holds=(older, gone)), ())

    assert found is not None
    assert (found.address, found.on) == ("ap@marlow.example", octo(20))


def test_a_reason_may_name_several_addresses():
    assert named_in("A@b.example; c@d.example!") == {"a@b.example", "c@d.example"}
    assert named_in("the mailbox @ their office") == frozenset()


def test_where_every_address_came_back_a_person_adds_one():
    decision = decide(case(holds=(BOUNCED,)), RULES, octo(28))

    assert (decision.outcome, decision.gate, decision.task_kind) == (Outcome.TASK, "no_contact", "add_email")
    assert decision.reason == (
        "Can't reach them: e-mail to ap@marlow.example came back on Tuesday, October 27, and Marlow Print "
        "Works has no other address. Messages wait: add one in QuickBooks, or call 423-555-0118."
    )
    assert decision.review_on == date(2027, 10, 24)  # 366 days after 23 October 2026: too old then


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"customer": customer(emails=("ap@marlow.example", "june@marlow.example"))}, "contact"),
        ({"customer": customer(emails=("new@marlow.example",))}, "contact"),
        ({"invoices": (invoice(email="june@marlow.example"),)}, "contact"),
        ({"invoices": (invoice(email="AP@marlow.example"),)}, "no_contact"),
        ({}, "no_contact"),
    ],
)
def test_another_address_of_the_customer_or_the_invoice_goes_on_by_itself(facts, expected):
    made = case(holds=(replace(BOUNCED, reason="ap@marlow.example: no such user"),))

    assert gate(replace(made, **facts), octo(28)) == expected


@pytest.mark.parametrize(("phone", "expected"), [("423-555-0118", Outcome.CALL), (None, Outcome.TASK)])
def test_a_call_is_not_stopped_by_e_mail_that_came_back(phone, expected):
    made = after(S1, S2, customer=replace(customer(), phone=phone), holds=(BOUNCED,))

    assert decide(made, RULES, nov(10)).outcome is expected


def test_without_a_phone_number_only_the_missing_address_is_asked_for():
    made = case(customer=customer(phone=None), holds=(BOUNCED,))

    assert decide(made, RULES, octo(28)).reason.endswith("Messages wait: add one in QuickBooks.")


def test_the_e_mail_after_a_call_that_reached_nobody_needs_an_address_from_which_nothing_came_back():
    missed = after(S1, S2)
    missed = replace(missed, cycle=replace(missed.cycle, missed_call_on=nov(10)))

    assert decide(missed, RULES, nov(11 + 1)).outcome is Outcome.REMIND
    assert decide(replace(missed, holds=(BOUNCED,)), RULES, nov(12)).outcome is Outcome.CALL


# What the others say


def test_a_hardship_with_a_day_asks_for_another_look_by_then():
    hard = hold(HoldKind.HARDSHIP, reason="the oven broke", until_on=nov(12))

    assert decide(case(holds=(hard,)), RULES, octo(28)).reason == (
        "Left alone: Marlow Print Works is in difficulty (the oven broke). Nothing goes out by itself "
        "through Thursday, November 12; look at it again by then, or offer to spread the amount."
    )
    assert "lift the mark when things are better" in (
        decide(case(holds=(replace(hard, until_on=None),)), RULES, octo(28)).reason
    )


@pytest.mark.parametrize(("owner", "who"), [(None, "somebody else"), ("Ridge & Co", "Ridge & Co")])
def test_who_looks_after_an_account_that_was_handed_over_is_named(owner, who):
    handed = hold(HoldKind.HANDED_OVER, reason="agency", owner=owner)

    assert decide(case(holds=(handed,)), RULES, octo(28)).reason == (
        f"Handed over: {who} has looked after Marlow Print Works since Monday, October 26 (agency). "
        "Nothing is sent from here until a person takes the account back."
    )


@pytest.mark.parametrize("kind", [kind for kind in HoldKind if kind is not HoldKind.PROMISE])
def test_no_sentence_of_a_hold_is_cut_however_long_the_reason(kind):
    who = customer(
        name="Northgate Property Management and Sons of Chattanooga",
        phone="+1 (423) 555-0118 ext. 4",
        emails=("accounts.payable.office@northgate-property.example",),
    )
    place = hold(
        kind,
        "1",
        reason="the walk-in cooler failed again " * 6,
        until_on=nov(12) if kind is not HoldKind.BOUNCED else None,
        owner="Dana Whitlock of accounts",
        answer_by_on=octo(29),
    )

    told = decide(case(customer=who, holds=(place,)), RULES, octo(28)).reason

    assert told.endswith(".")
    assert len(told) <= 240
