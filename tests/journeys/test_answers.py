"""Answers, day by day: each given once, at its time, and never when what it says is no longer true."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.core.money import Money
from qb_collections.services import drafts, holds, modes, runs, still_true, tasks
from qb_collections.store import answers, contacts
from qb_collections.store.engine import reading
from tests.journeys.story import Story

ISSUED, DUE = date(2026, 2, 2), date(2026, 2, 25)  # three business days late on Monday 2 March


@pytest.fixture
def world():
    world = Story()
    yield world
    world.close()


def bakery(world, mode=Mode.AUTOMATIC, amount="640.00"):
    """One late invoice of one customer who was asked about it on 3 March, by a copy that QuickBooks sent."""
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, amount, ISSUED, DUE)
    world.connect(mode)
    world.settled_in()
    return customer, invoice


def asked(world, **options):
    customer, invoice = bakery(world, **options)
    world.day()  # 3 March
    assert world.sends() == {invoice["Id"]: 1}
    return customer, invoice


def said(world, customer, *kinds):
    """The contacts of these kinds, in order."""
    with reading(world.context.engine) as conn:
        found = contacts.of_customer(conn, world.company_id, customer)
    return [one for one in found if one.contact.kind in (kinds or (ContactKind.ANSWER, ContactKind.NOTICE))]


def owed(world, customer):
    """(kind, state, because) of everything that was owed as an answer."""
    with reading(world.context.engine) as conn:
        found = answers.list(conn, world.company_id, [customer])
    return [(one.kind, one.state, one.because) for one in reversed(found)]


def to_send(world):
    found = tasks.list_open(world.context, world.company)
    return [task for task in found if task.kind == "message"]


def test_a_thank_you_goes_out_once_after_everything_late_is_paid(world):
    customer, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])

    decided = world.day()  # 4 March
    [task] = to_send(world)
    world.report_task("message", "sent")
    later = [world.day() for _ in range(6)]

    assert decided["run"]["counts"]["answers"] == 1
    assert task.title == "Send this message to Lookout Bakery: Thank you, $640.00 received"
    assert "Your payment of $640.00 reached us on" in task.text
    assert f"is applied to invoice {invoice['DocNumber']}" in task.text
    assert "You have nothing past due with us." in task.text
    [given] = said(world, customer)
    assert (given.contact.kind, given.contact.stage, given.contact.number) == (ContactKind.ANSWER, None, None)
    assert given.recipient == "ap@lookout.example"
    assert [one["run"]["counts"]["answers"] for one in later] == [0] * 6
    assert to_send(world) == []
    assert world.notes() == {invoice["Id"]: 1}  # of the copy; an answer leaves no line in the books


@pytest.mark.soak
def test_nobody_is_thanked_who_was_never_asked(world):
    customer, invoice = bakery(world)
    world.act("pay", invoice=invoice["DocNumber"])

    for _ in range(3):
        world.day()

    assert owed(world, customer) == []


def test_a_payment_that_was_taken_back_is_not_thanked_for(world):
    customer, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])
    world.to_next_night()
    world.night()  # 4 March, 2:30: the thank-you waits for 9:00
    payment = world.engine.query(world.realm, "SELECT * FROM Payment")["Payment"][0]["Id"]
    world.act("return_payment", payment=payment)

    world.until_delivered()

    because = "Not sent: the payment was taken back in QuickBooks, so there is nothing to thank for."
    assert owed(world, customer) == [("thank_you", "dropped", because)]
    assert to_send(world) == []


@pytest.mark.soak
def test_a_payment_that_was_taken_back_withdraws_the_words_that_wait_to_be_sent(world):
    customer, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])
    world.day()
    [task] = to_send(world)
    payment = world.engine.query(world.realm, "SELECT * FROM Payment")["Payment"][0]["Id"]
    world.act("return_payment", payment=payment)

    world.to_next_night()
    world.night()

    assert to_send(world) == []
    [(kind, state, because)] = owed(world, customer)
    assert (kind, state) == ("thank_you", "dropped")
    assert because.startswith("Not sent: the payment was taken back")
    assert task.id


@pytest.mark.soak
def test_a_credit_is_no_payment_to_thank_for(world):
    customer, invoice = asked(world)
    world.act("void", invoice=invoice["DocNumber"])

    for _ in range(3):
        world.day()

    assert owed(world, customer) == []


def test_in_approve_mode_a_thank_you_waits_for_its_yes_with_the_run(world):
    customer, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])
    modes.set_mode(world.context, world.company, Mode.APPROVE, by="Dana", confirmed=True)

    world.day()
    before = to_send(world)
    world.to_next_night()
    world.night()
    runs.approve(world.context, world.company, by="Dana")
    world.until_delivered()

    assert before == []
    assert [task.payload["answer"] for task in to_send(world)] == ["thank_you"]
    assert owed(world, customer) == [("thank_you", "wanted", None)]


@pytest.mark.soak
def test_a_stop_holds_an_answer_like_any_message(world):
    _, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])
    world.to_next_night()
    world.night()
    modes.stop(world.context, None, by="Dana")

    world.deliver()
    world.clock.set(world.clock.now().replace(hour=15))
    world.deliver()
    stopped = to_send(world)
    modes.lift(world.context, None, by="Dana")
    world.until_delivered()

    assert stopped == []
    assert [task.payload["answer"] for task in to_send(world)] == ["thank_you"]


def test_an_answer_that_a_person_skips_is_not_offered_again(world):
    customer, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])
    world.to_next_night()
    world.night()

    told = drafts.skip(world.context, world.company, None, customer="Lookout Bakery", by="Dana")
    world.until_delivered()
    later = [world.day() for _ in range(2)]

    assert told == "The answer to Lookout Bakery is left out, and not offered again."
    assert to_send(world) == []
    assert [one["run"]["counts"]["answers"] for one in later] == [0, 0]
    [(_, state, because)] = owed(world, customer)
    assert state == "dropped"
    assert because.startswith("Left alone: Dana skipped this one")


def test_leaving_out_the_message_leaves_the_answer_and_the_other_way_round(world):
    """Of two late invoices one is questioned: the run has a message about the other, and an answer."""
    customer, invoice = bakery(world)
    world.invoice(customer, "80.00", ISSUED, DUE)
    holds.add(
        world.context,
        world.company,
        HoldKind.DISPUTE,
        reason="cooler failed again",
        by="Dana",
        invoice=invoice["DocNumber"],
        answer=True,
    )
    world.to_next_night()
    world.night()

    message = drafts.skip(world.context, world.company, None, customer="Lookout Bakery", by="Dana")
    between = owed(world, customer)
    answer = drafts.skip(
        world.context, world.company, None, customer="Lookout Bakery", by="Dana", answer=True
    )

    assert message.startswith("Lookout Bakery is left out this time.")
    assert between == [("dispute_received", "wanted", None)]
    assert answer == "The answer to Lookout Bakery is left out, and not offered again."
    assert owed(world, customer)[0][:2] == ("dispute_received", "dropped")


def test_a_promise_is_noted_to_the_customer_once_and_not_after_it_was_kept(world):
    customer, invoice = asked(world)
    placed = holds.add(
        world.context,
        world.company,
        HoldKind.PROMISE,
        reason="by telephone",
        by="Dana",
        customer="Lookout Bakery",
        until_on=date(2026, 3, 13),
        answer=True,
    )

    world.day()  # 4 March
    [task] = to_send(world)
    world.report_task("message", "sent")
    for _ in range(3):
        world.day()

    assert placed.id
    assert task.title.endswith("Noted: $640.00 by Friday, March 13")
    assert f"for invoice {invoice['DocNumber']}" in task.text
    assert [one.contact.kind for one in said(world, customer)] == [ContactKind.ANSWER]
    assert owed(world, customer) == [("promise_noted", "given", None)]


def test_a_promise_recorded_by_day_is_noted_the_same_day_where_messages_go_by_themselves(world):
    asked(world)
    world.to_next_night()
    world.night()  # 4 March
    world.clock.set(world.clock.now().replace(hour=15))  # 10:00
    holds.add(
        world.context,
        world.company,
        HoldKind.PROMISE,
        reason="by telephone",
        by="Dana",
        customer="Lookout Bakery",
        until_on=date(2026, 3, 13),
        amount=Money(Decimal("300.00"), "USD"),
        answer=True,
    )

    world.deliver()

    [task] = to_send(world)
    assert task.title.endswith("Noted: $300.00 by Friday, March 13")


@pytest.mark.soak
def test_a_promise_that_was_kept_before_it_was_noted_is_not_noted(world):
    customer, invoice = asked(world)
    holds.add(
        world.context,
        world.company,
        HoldKind.PROMISE,
        reason="by telephone",
        by="Dana",
        customer="Lookout Bakery",
        until_on=date(2026, 3, 13),
        answer=True,
    )
    world.to_next_night()
    world.night()
    world.act("pay", invoice=invoice["DocNumber"])

    world.until_delivered()

    [(kind, state, because)] = owed(world, customer)
    assert (kind, state) == ("promise_noted", "dropped")
    assert because == "Not sent: what they promised has come already, or the promise is over."


def test_a_dispute_is_confirmed_and_its_answer_told_each_once(world):
    customer, invoice = asked(world)
    other = world.invoice(customer, "80.00", date(2026, 2, 20), date(2026, 3, 22))
    placed = holds.add(
        world.context,
        world.company,
        HoldKind.DISPUTE,
        reason="cooler failed again",
        by="Dana",
        invoice=invoice["DocNumber"],
        answer=True,
    )
    world.day()  # 4 March
    [received] = to_send(world)
    world.report_task("message", "sent")
    told = holds.lift(world.context, world.company, placed.id, by="Dana", answered="replaced the compressor.")
    world.day()  # 5 March
    [answered] = to_send(world)
    world.report_task("message", "sent")
    for _ in range(3):
        world.day()

    assert other["Id"]
    assert "Dana will look into it and answer you by" in received.text
    assert "your other invoice keeps its date" in received.text
    assert told.endswith("a line tells them what was done. The steps go on in their turn.")
    assert "We have replaced the compressor. " in answered.text
    assert f"Invoice {invoice['DocNumber']} now stands at $640.00." in answered.text
    assert [state for _, state, _ in owed(world, customer)] == ["given", "given"]
    assert len(said(world, customer)) == 2


@pytest.mark.soak
def test_answers_count_neither_for_the_gap_nor_for_the_caps(world):
    """Asked on 3 March, answered on 4 March: the next message comes when it would have come anyway."""
    customer, invoice = asked(world)
    placed = holds.add(
        world.context,
        world.company,
        HoldKind.DISPUTE,
        reason="cooler failed again",
        by="Dana",
        invoice=invoice["DocNumber"],
        answer=True,
    )
    world.day()
    world.report_task("message", "sent")
    holds.lift(world.context, world.company, placed.id, by="Dana", because="settled")
    asked_again = []
    for _ in range(10):
        made = world.day()
        asked_again += [made["run"]["date"]] * made["run"]["counts"]["messages"]

    # Ten days after the due date is 7 March, six after the last contact 9 March, a Monday.
    assert asked_again[0] == "2026-03-09"
    assert len(said(world, customer)) == 1


@pytest.mark.soak
def test_who_a_lawyer_speaks_for_gets_no_answer_either(world):
    customer, invoice = asked(world)
    world.act("pay", invoice=invoice["DocNumber"])
    holds.add(
        world.context,
        world.company,
        HoldKind.INSOLVENT,
        reason="chapter 11",
        by="Dana",
        customer="Lookout Bakery",
    )

    world.day()

    assert to_send(world) == []
    [(_, state, because)] = owed(world, customer)
    assert (state, because) == ("dropped", "Not sent: somebody else speaks for them (chapter 11).")


@pytest.mark.soak
def test_the_words_of_an_answer_say_so_when_they_have_been_overtaken(world):
    _, invoice = asked(world)
    placed = holds.add(
        world.context,
        world.company,
        HoldKind.DISPUTE,
        reason="cooler failed again",
        by="Dana",
        invoice=invoice["DocNumber"],
        answer=True,
    )
    world.day()
    [task] = to_send(world)
    holds.lift(world.context, world.company, placed.id, by="Dana", because="a mistake of ours")

    stale = still_true.objection(world.context, world.company, task)

    assert stale == "Not sent: the question was dealt with meanwhile."


def test_what_nobody_approved_in_a_week_is_not_confirmed_any_more(world):
    """Promised on Wednesday 4 March; five business days later is the 11th, and the 12th is too late."""
    customer, _ = asked(world)
    modes.set_mode(world.context, world.company, Mode.APPROVE, by="Dana", confirmed=True)
    holds.add(
        world.context,
        world.company,
        HoldKind.PROMISE,
        reason="by telephone",
        by="Dana",
        customer="Lookout Bakery",
        until_on=date(2026, 3, 31),
        answer=True,
    )
    world.clock.set(world.clock.now().replace(day=11, hour=7, minute=0))
    on_the_last_day = world.night()["run"]["counts"]["answers"]
    world.clock.set(world.clock.now().replace(day=12))
    after = world.night()["run"]["counts"]["answers"]

    assert (on_the_last_day, after) == (1, 0)
    because = "Not sent: it was owed on Wednesday, March 4, and is too late by now."
    assert owed(world, customer) == [("promise_noted", "dropped", because)]
