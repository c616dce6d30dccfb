"""Notices of a plan: three days before each payment, and the day after one that has not come; each once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from qb_collections.core.case import ContactKind
from qb_collections.services import tasks
from qb_collections.store import answers, contacts
from qb_collections.store.engine import reading

# Payments of 333.34, 333.33 and 333.33 on Monday 16 November, Wednesday 16 December and Tuesday 19 January.


@pytest.fixture(params=["overlay", pytest.param("installments", marks=pytest.mark.soak)])
def plan(books, request):
    books.form = request.param
    books.create()
    books.settled_in()
    return books


def night(books, month, day):
    """The night before that day's morning, 2:30, and what leaves by day."""
    books.clock.set(datetime(2026, month, day, 8, 0, tzinfo=UTC))
    made = books.night()
    books.until_delivered()
    return made["run"]["counts"]["answers"]


def to_send(books):
    every = tasks.list_open(books.context, books.company)
    return [task for task in every if task.kind == "message" and task.payload.get("answer")]


def said(books):
    with reading(books.context.engine) as conn:
        found = contacts.of_customer(conn, books.company_id, books.grill)
    return [(one.contact.on, one.contact.kind) for one in found]


def owed(books):
    with reading(books.context.engine) as conn:
        found = answers.list(conn, books.company_id, [books.grill])
    return [(one.kind, one.about["number"], one.state) for one in reversed(found)]


def test_a_payment_is_announced_three_days_before_it_and_missed_the_day_after_each_once(plan):
    too_early = night(plan, 11, 12)
    on_its_day = night(plan, 11, 13)
    [before] = to_send(plan)
    plan.report_task("message", "sent")
    later = [night(plan, 11, day) for day in (14, 15, 16)]
    after = night(plan, 11, 17)
    [missed] = to_send(plan)
    plan.report_task("message", "sent")
    again = [night(plan, 11, day) for day in (18, 19)]

    assert (too_early, on_its_day, later, after, again) == (0, 1, [0, 0, 0], 1, [0, 0])
    assert before.title.endswith("Payment 1 of 3: $333.34 on Monday, November 16")
    assert "After that, $666.66 is left." in before.text
    assert missed.title.endswith("Payment 1 of 3: is it on its way?")
    assert "$333.34, which was due on Monday, November 16" in missed.text
    assert said(plan) == [
        (date(2026, 11, 13), ContactKind.NOTICE),
        (date(2026, 11, 17), ContactKind.NOTICE),
    ]
    assert owed(plan) == [("installment_before", 1, "given"), ("installment_missed", 1, "given")]


@pytest.mark.soak
def test_a_payment_that_has_come_is_neither_announced_nor_missed(books):
    books.form = "overlay"
    books.create()
    books.settled_in()
    books.clock.set(datetime(2026, 11, 10, 15, 0, tzinfo=UTC))
    books.act("part_pay", invoice=books.invoices[0]["DocNumber"], amount="333.34")

    counts = [night(books, 11, day) for day in (13, 16, 17)]

    assert counts == [0, 0, 0]
    assert owed(books) == []


def test_money_that_comes_after_the_night_withdraws_the_question(books):
    books.form = "overlay"
    books.create()
    books.settled_in()
    books.clock.set(datetime(2026, 11, 17, 8, 0, tzinfo=UTC))
    books.night()  # 3:00 in New York: the message waits for 9:00
    books.act("part_pay", invoice=books.invoices[0]["DocNumber"], amount="333.34")

    books.until_delivered()

    assert to_send(books) == []
    assert owed(books) == [("installment_missed", 1, "dropped")]
