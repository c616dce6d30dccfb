"""A made-up customer to try templates on: every kind of fact that a text can ask for, and few of them."""

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
    Item,
    MessageFacts,
    Payment,
    PlanFacts,
    Promise,
)
from qb_collections.messages.wording import in_language


def _usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


_OLDER = Item("1061", date(2026, 9, 11), date(2026, 10, 12), _usd("1240.00"), _usd("840.00"))
YOUNGER = Item("1068", date(2026, 9, 23), date(2026, 10, 23), _usd("780.40"), _usd("780.40"))
_ALSO = Item("1075", date(2026, 10, 9), date(2026, 11, 8), _usd("385.00"), _usd("385.00"))

# A reminder about two invoices, as nearly every company would send it.
SEVERAL = MessageFacts(
    company=CompanyFacts(
        name="Harbor Light Supply",
        contact_name="Dana Whitlock",
        contact_role="office manager",
        contact_phone="(423) 555-0142",
        reply_to="accounts@harborlight.example",
        payment_instructions="Check or bank transfer, as on the invoice",
        address="118 Foundry Lane, Chattanooga, TN 37402",
    ),
    customer=CustomerFacts(
        name="Marlow Print Works",
        first_name="June",
        full_name="June Marlow",
        email="june@marlowprint.example",
        phone="(423) 555-0167",
        address="9 Press Street\nChattanooga, TN 37405",
    ),
    as_of=datetime(2026, 11, 10, 14, 2, tzinfo=UTC),
    zone="America/New_York",
    total=_usd("1620.40"),
    items=(_OLDER, YOUNGER),
    reply_by=date(2026, 11, 17),
    act_by=date(2026, 11, 17),
    deadline=date(2026, 11, 24),
    letters_on=(date(2026, 10, 28), date(2026, 11, 4)),
    calls_on=(date(2026, 11, 6),),
    missed_call_on=date(2026, 11, 9),
    terms="Net 30",
    call=CallFacts(),
)
# Everything that a text may ask for.
FULL = replace(
    SEVERAL,
    company=replace(SEVERAL.company, phone_hours="weekdays 8 to 5"),
    total=_usd("1470.40"),
    also_open=(_ALSO,),
    credits=(Credit("Credit memo 118", _usd("150.00")),),
    final_notice_on=date(2026, 10, 26),
    unusual=True,
    attachments=("a copy of invoice 1061",),
    pay_link="https://pay.example/1061",
    promise=Promise(date(2026, 11, 2), _usd("840.00"), date(2026, 11, 6), _usd("0"), missed=True),
    payment=Payment(_usd("1620.40"), date(2026, 11, 9), ("1061", "1068")),
    dispute=Dispute(
        "1061",
        _usd("840.00"),
        "Ray Copper",
        date(2026, 11, 17),
        "the cooler failed again two days after the repair",
        "sent a technician",
    ),
    plan=PlanFacts(
        label="P-0007",
        shapes=("half now and half on December 18, 2026", "three monthly payments"),
        part=2,
        count=6,
        amount=_usd("245.07"),
        on=date(2026, 12, 15),
        remaining=_usd("980.26"),
        grace_end_on=date(2026, 12, 18),
    ),
    decision=Choice("pause_work", date(2026, 11, 16), contact="Ray Copper, (423) 555-0143"),
)
# The least that a company which has filled in its settings knows of somebody.
LEAST = replace(
    FULL,
    company=replace(FULL.company, contact_role=None, phone_hours=None, address=None),
    customer=CustomerFacts("Marlow Print Works", email="june@marlowprint.example"),
    items=(YOUNGER,),
    also_open=(),
    credits=(),
    total=_usd("780.40"),
    letters_on=(),
    calls_on=(),
    terms=None,
    unusual=False,
    attachments=(),
    pay_link=None,
    promise=Promise(date(2026, 11, 2), None, date(2026, 11, 6)),
    payment=Payment(_usd("780.40"), date(2026, 11, 9)),
    dispute=Dispute("1061", _usd("840.00"), "Ray Copper", date(2026, 11, 17)),
    plan=PlanFacts(
        shapes=("half now and half on December 18, 2026",),
        part=6,
        count=6,
        amount=_usd("245.07"),
        on=date(2026, 12, 15),
    ),
    decision=Choice("monthly", date(2026, 11, 16)),
)


def samples(language: str) -> tuple[MessageFacts, ...]:
    """Much, one thing of each, and the least, as written in that language."""
    single = replace(FULL, items=(YOUNGER,), credits=(), total=_usd("780.40"))
    every = (FULL, single, LEAST)
    return tuple(replace(facts, locale=in_language("en_US", language)) for facts in every)
