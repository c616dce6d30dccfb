"""What a person saw to is not asked again through its last day, and is asked again the day after."""

from __future__ import annotations

from datetime import date

import pytest

from qb_collections.core.case import DealtWith
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome
from tests.core.making import case, customer, invoice, nov, octo, rules

RULES = rules()
OLD = invoice("1", date(2025, 10, 1))  # 365 days are over on October 1, 2026
OLDER = invoice("2", date(2025, 9, 1))


def decided(on, *seen, **facts):
    facts = {"invoices": (OLD,)} | facts
    return decide(case(dealt_with=seen, **facts), RULES, on)


@pytest.mark.parametrize(
    ("on", "outcome"), [(nov(26), Outcome.SILENCE), (nov(27), Outcome.TASK), (octo(28), Outcome.SILENCE)]
)
def test_old_invoices_rest_through_the_last_day(on, outcome):
    made = decided(on, DealtWith("look_at_old", "1", nov(26)))

    assert (made.outcome, made.gate) == (outcome, "too_old")
    assert made.task_kind == ("look_at_old" if outcome is Outcome.TASK else None)


def test_the_reason_says_who_has_it_and_when_we_ask_again():
    made = decided(octo(28), DealtWith("look_at_old", "1", nov(26)))

    assert made.reason == (
        "No message: invoice 10611 ($780.40) was due on Wednesday, October 1, 2025, and a person who "
        "looked at "
        "it keeps it. On Friday, November 27 we ask again."
    )
    assert made.review_on == nov(27)


def test_an_old_invoice_that_nobody_looked_at_is_a_task_beside_one_that_rests():
    made = decided(octo(28), DealtWith("look_at_old", "1", nov(26)), invoices=(OLDER, OLD))

    assert (made.outcome, made.task_kind) == (Outcome.TASK, "look_at_old")


@pytest.mark.parametrize(("on", "task"), [(nov(26), None), (nov(27), "add_email")])
def test_a_missing_address_is_asked_for_again_a_day_after_the_rest(on, task):
    made = decided(
        on, DealtWith("add_email", None, nov(26)), invoices=(invoice(),), customer=customer(emails=())
    )

    assert (made.gate, made.task_kind) == ("no_contact", task)


def test_the_day_on_which_it_is_asked_again_is_looked_at():
    made = decided(
        nov(20), DealtWith("add_email", None, nov(26)), invoices=(invoice(),), customer=customer(emails=())
    )

    assert (made.outcome, made.review_on) == (Outcome.SILENCE, nov(27))
