"""From a case to the firm message: a promise that was not kept is named, and nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Link, Mode
from qb_collections.core.decide import decide
from qb_collections.messages.check import check
from qb_collections.messages.html import html_of
from qb_collections.messages.look import PLAIN
from qb_collections.messages.reminders import compose
from qb_collections.services.composing import draft, words
from qb_collections.store.companies import Company
from tests.core.making import after, hold, nov, octo, reminder, rules, usd

COMPANY = Company(
    id=1,
    key="k",
    name="Copperleaf",
    alias="c1",
    practice_id=1,
    zone="America/New_York",
    currency="USD",
    locale="en_US",
    country="US",
    mode=Mode.SHADOW,
    state=Link.CONNECTED,
    environment="emulator",
    base_url="http://127.0.0.1",
    night_at=time(2, 30),
    created_at=datetime(2026, 10, 1, tzinfo=UTC),
    contact_name="Dana Whitlock",
    contact_phone="(423) 555-0142",
    payment_instructions="By check",
)
WRITTEN = (reminder("S1", octo(28)), reminder("S2", nov(3), number=2), reminder("S3", nov(10), number=3))
FIRM_ON = nov(18)
PROMISED = hold(HoldKind.PROMISE, placed_on=nov(10), until_on=nov(13), amount=usd("780.40"))


def firm_message(*holds, on=FIRM_ON):
    case = after(*WRITTEN, holds=holds)
    return draft(COMPANY, case, decide(case, rules(), on), on).text


@pytest.mark.parametrize(
    ("amount", "expected"), [(usd("780.40"), "expect $780.40 by"), (None, "expect payment by")]
)
def test_the_firm_message_names_the_promise_that_was_not_kept(amount, expected):
    """Promised for Friday 13 November; its grace is over on the 17th."""
    text = firm_message(replace(PROMISED, amount=amount))

    assert f"On November 10 you told us to {expected} Friday, November 13; our books still show" in text
    assert "received" not in text


@pytest.mark.parametrize(
    "other",
    [
        replace(PROMISED, invoice_id="2"),  # about another invoice
        replace(PROMISED, placed_on=date(2026, 10, 20)),  # before this cycle began
        replace(PROMISED, until_on=None, placed_on=octo(26)),  # without a day
        hold(HoldKind.IN_TRANSIT, until_on=nov(13)),
    ],
)
def test_without_such_a_promise_it_says_only_when_we_wrote_and_spoke(other):
    text = firm_message(other)

    assert "you told us to expect" not in text
    assert "We wrote on October 28 and November 3 and spoke on November 10; our books still show the" in text


def test_while_the_promise_holds_there_is_no_message():
    assert firm_message(PROMISED, on=nov(17)) == ""


def test_a_soft_step_asks_about_the_promise_in_the_place_of_its_own_question():
    """Promised on 30 October for Wednesday 4 November; grace ends on the 6th, so S2 comes on the 9th."""
    promised = replace(PROMISED, placed_on=octo(30), until_on=nov(4))
    case = after(WRITTEN[0], holds=(promised,))
    decision = decide(case, rules(), nov(9))

    made = words(COMPANY, case, decision, nov(9))

    opening = "On October 30 you told us to expect $780.40 by Wednesday, November 4."
    assert (decision.stage, made.message.template) == ("S2", "mail/promise_missed")
    assert opening in made.message.text
    assert "Is it on the way, or did something come up?" in made.message.text
    assert "have passed their due dates" not in made.message.text
    assert opening in html_of(made.message, made.facts, PLAIN).replace("\u00a0", " ")
    assert check(made.message, made.facts) == ()


@pytest.mark.parametrize("variant", ["", "letter"])
@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (
            "en_US",
            "On November 10 you told us to expect $780.40 by Friday, November 13; our books still show",
        ),
        ("de_DE", "Am 10. November haben Sie uns 780,40 $ bis Freitag, 13. November angekündigt; in unseren"),
    ],
)
def test_a_final_notice_names_it_in_the_e_mail_and_in_the_letter_alike(variant, locale, expected):
    case = after(*WRITTEN, holds=(PROMISED,))
    firm = words(COMPANY, case, decide(case, rules(), FIRM_ON), FIRM_ON)
    facts = replace(firm.facts, deadline=date(2026, 12, 2), locale=locale)
    facts = replace(facts, company=replace(facts.company, address="1 Mill Road\nChattanooga, TN 37402"))

    message = compose("S5", variant, facts)

    assert expected in message.text.replace("\u00a0", " ")
    assert check(message, facts) == ()
