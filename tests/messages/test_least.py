"""Answers to customers need no more than what happened: each is whole with the least that can be known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qb_collections.core.money import Money
from qb_collections.messages.check import check
from qb_collections.messages.facts import (
    CompanyFacts,
    CustomerFacts,
    Dispute,
    Item,
    MessageFacts,
    Payment,
    PlanFacts,
    Promise,
)
from qb_collections.messages.reminders import compose
from qb_collections.messages.template import TemplateRefused


def usd(amount):
    return Money(Decimal(amount), "USD")


NOTHING_OPEN = MessageFacts(
    company=CompanyFacts(
        "Copperleaf", "Dana Whitlock", contact_phone="(423) 555-0142", payment_instructions="By check"
    ),
    customer=CustomerFacts("Marlow Print Works"),
    as_of=datetime(2026, 11, 10, 14, 2, tzinfo=UTC),
    zone="America/New_York",
    total=usd("0"),
)
ONE = replace(
    NOTHING_OPEN,
    total=usd("780.40"),
    items=(Item("10612", date(2026, 9, 23), date(2026, 10, 23), usd("780.40"), usd("780.40")),),
)
PROMISE = Promise(date(2026, 11, 2), None, date(2026, 11, 13))
DISPUTE = Dispute("10612", usd("780.40"), "Ray Copper", date(2026, 11, 17))
PART = PlanFacts(part=6, count=6, amount=usd("130.07"), on=date(2026, 12, 15))
LEAST = {
    "thank_you": replace(NOTHING_OPEN, payment=Payment(usd("780.40"), date(2026, 11, 9))),
    "promise_noted": replace(NOTHING_OPEN, promise=PROMISE),
    "promise_missed": replace(ONE, promise=replace(PROMISE, by_on=date(2026, 11, 6), missed=True)),
    "dispute_received": replace(NOTHING_OPEN, dispute=DISPUTE),
    "dispute_answered": replace(NOTHING_OPEN, dispute=DISPUTE),
    "plan_offer": replace(ONE, plan=PlanFacts(shapes=("half now and half on December 18, 2026",))),
    "installment_before": replace(NOTHING_OPEN, plan=PART),
    "installment_missed": replace(NOTHING_OPEN, plan=PART),
    "backlog": replace(ONE, reply_by=date(2026, 11, 17)),
    "statement": ONE,
}


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("kind", LEAST)
def test_the_least_makes_a_whole_message(kind, locale):
    facts = replace(LEAST[kind], locale=locale)

    message = compose("", kind, facts)

    assert message.locale == locale
    assert check(message, facts) == ()
    assert "Marlow Print Works" in message.text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("thank_you", "Your payment of $780.40 reached us on November 9. You have nothing past due with us."),
        ("promise_noted", "We have written down your payment by Friday, November 13, and won't write"),
        ("promise_missed", "you told us to expect payment by Friday, November 6. Is it on the way"),
        ("dispute_received", "Until then we won't write to you about it.\n"),
        ("dispute_answered", "Hello Marlow Print Works,\n\nInvoice 10612 now stands at $780.40."),
        ("plan_offer", "or with an idea of your own. As long as"),
        ("installment_before", "It is the last one."),
        ("installment_missed", "If something came up, a call to (423) 555-0142 is enough."),
        ("backlog", "Ours show the invoice below as unpaid, $780.40."),
    ],
)
def test_what_is_not_known_leaves_no_trace(kind, said):
    assert said in compose("", kind, LEAST[kind]).text


def test_an_offer_without_a_single_shape_is_not_made():
    with pytest.raises(TemplateRefused, match=r"\{plan_example\} is needed here and is empty"):
        compose("", "plan_offer", replace(ONE, plan=PlanFacts()))
