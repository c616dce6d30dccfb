"""Realistic facts: Copperleaf, its customers, and an evening in November 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from qb_collections.core.money import Money
from qb_collections.messages.facts import (
    CallFacts,
    Choice,
    CompanyFacts,
    Credit,
    CustomerFacts,
    Dispute,
    HandOver,
    Item,
    MessageFacts,
    Payment,
    PlanFacts,
    Promise,
)
from qb_collections.messages.reminders import TEMPLATES


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


COMPANY = CompanyFacts(
    name="Copperleaf Refrigeration & Air LLC",
    contact_name="Dana Whitlock",
    contact_role="office manager",
    contact_phone="(423) 555-0142",
    phone_hours="weekdays 8 to 5",
    reply_to="accounts@copperleaf.example",
    payment_instructions="Check to Copperleaf Refrigeration & Air\nBank transfer (ACH): see the invoice",
    address="118 Foundry Lane, Chattanooga, TN 37402",
)
CUSTOMER = CustomerFacts(
    name="Marlow Print Works",
    first_name="June",
    full_name="June Marlow",
    email="june@marlowprint.example",
    phone="(423) 555-0167",
    address="9 Press Street\nChattanooga, TN 37405",
)
ONE = Item(
    "10612",
    date(2026, 9, 23),
    date(2026, 10, 23),
    usd("780.40"),
    usd("780.40"),
    "walk-in cooler, service call",
)
TWO = Item(
    "10588", date(2026, 9, 11), date(2026, 10, 11), usd("1240.00"), usd("840.00"), "compressor", "PO-2214"
)
YOUNG = Item("10655", date(2026, 10, 9), date(2026, 11, 8), usd("385.00"), usd("385.00"))
LONG_LATE = replace(ONE, issued_on=date(2026, 8, 11), due_on=date(2026, 9, 10))  # 61 days late
MEMO = Credit("Credit memo 1187", usd("150.00"))

BASE = MessageFacts(
    company=COMPANY,
    customer=CUSTOMER,
    as_of=datetime(2026, 11, 10, 14, 2, tzinfo=UTC),
    zone="America/New_York",
    total=usd("780.40"),
    items=(ONE,),
)
SEVERAL = replace(BASE, items=(TWO, ONE), total=usd("1620.40"))
WITH_CREDIT = replace(SEVERAL, credits=(MEMO,), total=usd("1470.40"))
FIRM = replace(
    WITH_CREDIT,
    also_open=(YOUNG,),
    letters_on=(date(2026, 10, 28), date(2026, 11, 4)),
    calls_on=(date(2026, 11, 9),),
    act_by=date(2026, 11, 17),
    deadline=date(2026, 11, 24),
    terms="Net 30",
)
CALL = CallFacts(
    caller="Dana Whitlock",
    local_time="9:02 am",
    habit="12 days after due, Fridays, from 14 invoices",
    last_payment=Payment(usd("400.00"), date(2026, 10, 16), ("10588",), "check 2214"),
    history=("October 28: e-mail, no answer", "November 4: e-mail, no answer"),
    promises=("$400.00 by October 16, kept",),
    documents=("signed work order", "delivery slip"),
    bought=usd("9412.75"),
    offer="three monthly payments, the first within 14 days",
    approver="Ray Copper",
)
PLAN = PlanFacts(
    label="P-0007",
    shapes=(
        "3 monthly payments of $490.14, $490.13 and $490.13, the first on November 20, 2026",
        "half now and half on December 18, 2026",
    ),
    part=2,
    count=6,
    amount=usd("245.07"),
    on=date(2026, 12, 15),
    remaining=usd("980.26"),
    grace_end_on=date(2026, 12, 18),
)
MISSED = Promise(date(2026, 11, 2), usd("840.00"), date(2026, 11, 6), usd("0"))
DISPUTE = Dispute(
    "10588",
    usd("840.00"),
    "Ray Copper",
    date(2026, 11, 17),
    "the cooler failed again two days after the repair",
    "sent a technician on November 9 and taken $200.00 for the second visit off the bill",
)

# golden file -> (stage, variant, facts)
CASES: dict[str, tuple[str, str, MessageFacts]] = {
    "s0": (
        "S0",
        "",
        replace(BASE, items=(YOUNG,), total=usd("385.00"), as_of=datetime(2026, 11, 3, 14, 2, tzinfo=UTC)),
    ),
    "s1_one": ("S1", "", BASE),
    "s1_one_unusual": ("S1", "", replace(BASE, unusual=True, attachments=("a copy of invoice 10612",))),
    "s1_several": ("S1", "", SEVERAL),
    "s1_several_credit": ("S1", "", WITH_CREDIT),
    "backlog_several": ("S1", "backlog", replace(SEVERAL, reply_by=date(2026, 11, 17))),
    "backlog_long": (
        "",
        "backlog",
        replace(BASE, items=(LONG_LATE,), reply_by=date(2026, 11, 17)),
    ),
    "backlog_one": ("", "backlog", replace(BASE, reply_by=date(2026, 11, 17))),
    "s2_first": ("S2", "", replace(SEVERAL, reply_by=date(2026, 11, 17))),
    "s2_unanswered": ("S2", "", replace(BASE, reply_by=date(2026, 11, 17), letters_on=(date(2026, 10, 28),))),
    "s2_british": ("S2", "", replace(SEVERAL, reply_by=date(2026, 11, 17), locale="en_GB")),
    "s3_missed_call": (
        "S3",
        "missed_call",
        replace(SEVERAL, reply_by=date(2026, 11, 17), missed_call_on=date(2026, 11, 9)),
    ),
    "s3_call_sheet": ("S3", "", replace(FIRM, call=CALL)),
    "s3_call_sheet_bare": (
        "S3",
        "",
        replace(BASE, company=CompanyFacts("Copperleaf"), customer=CustomerFacts("Marlow")),
    ),
    "s4": ("S4", "", FIRM),
    "s4_broken_promise": ("S4", "", replace(FIRM, promise=MISSED, plan=PLAN)),
    "s4_broken_promise_of_a_payment": (
        "S4",
        "",
        replace(FIRM, promise=Promise(date(2026, 11, 2), None, date(2026, 11, 6), missed=True)),
    ),
    "s4_never_written": ("S4", "", replace(FIRM, letters_on=(), calls_on=())),
    "s5": ("S5", "", FIRM),
    "s5_pause_work": (
        "S5",
        "",
        replace(FIRM, consequence=Choice("pause_work", date(2026, 11, 25), confirmed_on=date(2026, 11, 2))),
    ),
    "s5_letter": ("S5", "letter", replace(FIRM, attachments=("a statement of your account",))),
    "s6_decision_card": (
        "S6",
        "",
        replace(FIRM, final_notice_on=date(2026, 10, 26), deadline=date(2026, 11, 9), promise=MISSED),
    ),
    "s6_decision_card_known": (
        "S6",
        "",
        replace(
            FIRM,
            letters_on=(),
            hand_over=HandOver(
                why="A person decides: invoice 10588 ($840.00) was due on Sunday 11 October; the promise to "
                "pay by Friday 6 November was not kept. More than one promise was not kept, so the next word "
                "is yours.",
                known_from=date(2024, 11, 1),
                bought=usd("18240.00"),
                paid=14,
                late=3,
                late_days=12,
                promises_made=3,
                promises_kept=1,
                can_go_on=True,
            ),
        ),
    ),
    "s6_decision_card_young": (
        "S6",
        "",
        replace(
            FIRM, calls_on=(), letters_on=(), hand_over=HandOver("All steps are done.", date(2026, 3, 1))
        ),
    ),
    "s6_message": (
        "S6",
        "message",
        replace(
            FIRM,
            final_notice_on=date(2026, 10, 26),
            decision=Choice("pause_work", date(2026, 11, 16), contact="Ray Copper, (423) 555-0143"),
        ),
    ),
    "monthly": ("S-month", "", SEVERAL),
    "statement": (
        "",
        "statement",
        replace(
            WITH_CREDIT,
            items=(LONG_LATE, TWO, replace(YOUNG, due_on=date(2026, 12, 8))),
            total=usd("1855.40"),
        ),
    ),
    "apply_credits": (
        "",
        "apply_credits",
        replace(BASE, credits=(Credit("Credit memo 1187", usd("800.00")),), total=usd("-19.60")),
    ),
    "add_email": ("", "add_email", replace(BASE, customer=replace(CUSTOMER, email=None))),
    "add_email_came_back": (
        "",
        "add_email",
        replace(
            BASE,
            customer=replace(
                CUSTOMER, email=None, came_back="june@marlowprint.example", came_back_on=date(2026, 11, 3)
            ),
        ),
    ),
    "look_at_old": ("", "look_at_old", SEVERAL),
    "find_credit": ("", "find_credit", BASE),
    "plan_missed": ("", "plan_missed", replace(BASE, items=(), total=usd("0"), plan=PLAN)),
    "thank_you": (
        "",
        "thank_you",
        replace(
            BASE,
            items=(),
            total=usd("0"),
            payment=Payment(usd("1620.40"), date(2026, 11, 9), ("10588", "10612")),
        ),
    ),
    "promise_noted": (
        "",
        "promise_noted",
        replace(SEVERAL, promise=replace(MISSED, by_on=date(2026, 11, 13), received=None)),
    ),
    "promise_missed": ("", "promise_missed", replace(SEVERAL, promise=MISSED, reply_by=date(2026, 11, 17))),
    "dispute_received": ("", "dispute_received", replace(BASE, dispute=DISPUTE)),
    "dispute_answered": (
        "",
        "dispute_answered",
        replace(
            BASE,
            items=(),
            total=usd("0"),
            reply_by=date(2026, 11, 17),
            dispute=replace(DISPUTE, balance=usd("640.00")),
        ),
    ),
    "plan_offer": ("", "plan_offer", replace(WITH_CREDIT, plan=PLAN, reply_by=date(2026, 11, 17))),
    "installment_before": ("", "installment_before", replace(BASE, items=(), total=usd("0"), plan=PLAN)),
    "installment_missed": ("", "installment_missed", replace(BASE, items=(), total=usd("0"), plan=PLAN)),
}

# The same facts for a customer who is written to in German; what their own people read stays English.
GERMAN_COMPANY = CompanyFacts(
    name="Kupferblatt Kältetechnik GmbH",
    contact_name="Jana Weiß",
    contact_role="Buchhaltung",
    contact_phone="0351 555 0142",
    phone_hours="werktags 8 bis 17 Uhr",
    reply_to="konto@kupferblatt.example",
    payment_instructions="Überweisung auf DE02 1203 0000 0000 2020 51\noder mit Karte: siehe Rechnung",
    address="Gießereistraße 18, 01067 Dresden",
)
_GERMAN = {
    "a copy of invoice 10612": "eine Kopie der Rechnung 10612",
    "a statement of your account": "eine Übersicht über Ihr Konto",
}
GERMAN_CASES = {
    f"{name}.de": (
        stage,
        variant,
        replace(
            facts,
            company=GERMAN_COMPANY,
            customer=replace(
                facts.customer,
                name="Druckerei Marlow",
                first_name="Judith",
                full_name="Judith Marlow",
                email="judith@marlow.example",
                address="Pressgasse 9\n01099 Dresden",
            ),
            credits=tuple(replace(credit, label="Gutschrift 1187") for credit in facts.credits),
            attachments=tuple(_GERMAN[one] for one in facts.attachments),
            terms="30 Tage netto" if facts.terms else None,
            plan=facts.plan
            and replace(
                facts.plan,
                shapes=(
                    "3 Monatsraten von 490,14 $, 490,13 $ und 490,13 $, die erste am 20. November 2026",
                    "die Hälfte jetzt und die Hälfte am 18. Dezember 2026",
                ),
            ),
            dispute=facts.dispute
            and replace(
                facts.dispute,
                owner="Rolf Kupfer",
                reason="die Kühlung ist zwei Tage nach der Reparatur wieder ausgefallen",
                done="am 9. November war ein Techniker da, und 200,00 $ für den Besuch sind abgezogen",
            ),
            decision=facts.decision and replace(facts.decision, contact="Rolf Kupfer, 0351 555 0143"),
            locale="de_DE",
        ),
    )
    for name, (stage, variant, facts) in CASES.items()
    if not TEMPLATES[stage, variant].startswith("calls/")
}
