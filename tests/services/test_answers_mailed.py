"""Answers through the company's own mail account: counted at the server, also when the service is killed."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from qb_collections.core.case import ContactKind
from qb_collections.services import answering, mail_settings, offering
from qb_collections.services.refusal import Refusal
from qb_collections.store import answers, contacts, intents
from qb_collections.store.engine import interpose, reading
from tests.services.mail_world import MailWorld
from tests.simulation.test_crashes import KillAt, Killed

DUE = date(2026, 2, 25)


def paid_up(fault="", times=10**9):
    """A bakery that was asked on Tuesday by a copy, and paid: it is Wednesday, 9:00, before the night."""
    world = MailWorld(fault, times)
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", date(2026, 2, 2), DUE)
    world.begin()
    world.day()
    assert world.sends() == {invoice["Id"]: 1}
    world.act("pay", invoice=invoice["DocNumber"])
    world.clock.set(world.clock.now().replace(day=4, hour=14, minute=0))
    world.bakery = customer
    return world


@pytest.fixture
def world():
    world = paid_up()
    yield world
    world.close()


def owed(world):
    with reading(world.context.engine) as conn:
        found = answers.list(conn, world.company_id, [world.bakery])
    return [(one.kind, one.state) for one in found]


def given(world):
    with reading(world.context.engine) as conn:
        found = contacts.of_customer(conn, world.company_id, world.bakery)
    return [one for one in found if one.contact.kind is ContactKind.ANSWER]


def test_a_thank_you_leaves_by_itself_and_once(world):
    world.night()
    for _ in range(2):
        world.day()

    assert world.got() == {"ap@lookout.example": 1}
    [mail] = world.sink.received
    assert b"Thank you, $640.00 received" in mail.content
    assert owed(world) == [("thank_you", "given")]
    [contact] = given(world)
    assert contact.channel.value == "email"
    assert world.open_tasks() == {}


def test_what_was_read_too_long_ago_is_read_again_before_it_leaves(world, monkeypatch):
    reads, prepared = [], answering.prepared

    def slow_once(*given):
        found = prepared(*given)
        reads.append(len(world.sink.received))
        if len(reads) == 1:
            world.clock.set(world.clock.now() + timedelta(seconds=46))
        return found

    monkeypatch.setattr(answering, "prepared", slow_once)
    world.night()

    assert reads == [0, 0]  # nothing had left before the second look
    assert world.got() == {"ap@lookout.example": 1}


def killed_at(world, moments):
    """(sent, what the answer's state is, asked of a person, contacts) for each moment the service died at."""
    start, at = _copy(world.folder), world.clock.now()
    outcomes = []
    for moment in moments:
        _from(world, start, at)
        before = len(world.sink.received)
        interpose(world.context.engine, KillAt(moment))
        try:
            world.night()
        except Killed:
            pass
        else:
            break
        finally:
            interpose(world.context.engine, None)
        world.restart()
        world.night()
        with reading(world.context.engine) as conn:
            parked = intents.list(conn, world.company_id, states=["parked"])
        sent = len(world.sink.received) - before
        outcomes.append((sent, owed(world)[0][1], len(parked), len(given(world))))
    return outcomes


# Given once; or, where it died between the hand-over and its commit, left to a person and never sent again.
MAY_BE = {(1, "given", 0, 1), (1, "wanted", 1, 0), (0, "wanted", 1, 0)}


def test_killed_at_a_commit_it_leaves_at_most_once_and_is_not_lost(world):
    outcomes = killed_at(world, (12, 33, 36, 39))

    assert len(outcomes) == 4 and set(outcomes) <= MAY_BE


@pytest.mark.soak
def test_killed_at_any_commit_it_leaves_at_most_once_and_is_not_lost(world):
    outcomes = killed_at(world, range(1, 80))

    assert len(outcomes) > 30 and set(outcomes) <= MAY_BE
    assert outcomes.count((1, "given", 0, 1)) >= len(outcomes) - 3


def test_what_no_server_confirmed_goes_to_a_person_and_again_only_when_they_say_so():
    world = paid_up("closes_after_dot", 1)
    world.night()  # Wednesday
    world.day()
    unclear = owed(world)
    silent = dict(world.got())
    world.report_task("parked", "was-not-sent")
    world.day()  # Friday

    assert (unclear, silent) == ([("thank_you", "wanted")], {})
    assert world.got() == {"ap@lookout.example": 1}
    assert owed(world) == [("thank_you", "given")]
    assert len(given(world)) == 1
    world.close()


def test_a_thank_you_that_a_person_saw_arrive_is_given_and_no_line_is_announced():
    world = paid_up("keeps_and_closes", 1)
    world.night()
    before = world.notes()

    said = world.report_task("parked", "was-sent")
    world.until_delivered()

    assert said == "Noted as sent. It stands with the customer, and is not sent again."
    assert (owed(world), len(given(world))) == ([("thank_you", "given")], 1)
    assert (world.got(), world.notes()) == ({"ap@lookout.example": 1}, before)
    world.close()


def test_a_plan_offer_is_written_once_a_day_with_ways_within_the_policy():
    world = MailWorld()
    late = world.late("Riverbend Grill", "doreen@riverbend.example", "1200.00")
    world.late("Small Fry", "ap@small.example", "60.00")
    world.bakery = late
    world.begin()
    world.clock.set(world.clock.now().replace(hour=20))

    made = offering.offer(world.context, world.company, "Riverbend Grill", by="Dana")
    again = offering.offer(world.context, world.company, "Riverbend Grill", by="Dana")
    too_small = offering.offer(world.context, world.company, "Small Fry", by="Dana")
    world.day()
    world.day()

    assert len(made.shapes) == 3 and made.shapes[0].startswith("2 payments of $600.00, monthly from ")
    assert made.shapes == again.shapes
    assert isinstance(too_small, Refusal) and "no way to spread $60.00" in too_small.message
    offers = [one for one in world.sink.received if b"Ways to spread $1,200.00" in one.content]
    assert len(offers) == 1
    assert owed(world) == [("plan_offer", "given")]
    world.close()


def _copy(folder):
    place = Path(tempfile.mkdtemp(prefix="qbc-kept-"))
    shutil.copytree(folder, place, dirs_exist_ok=True)
    return place


def _from(world, kept, at):
    """The service again as it was then, on files of its own; QuickBooks and the mail server go on."""
    world.context.engine.dispose()
    world.folder = _copy(kept)
    world.clock.set(at) if world.clock.now() < at else None
    world.context = world.open()


@pytest.mark.parametrize("when", ["before the next night", "after it"])
def test_what_a_person_has_to_send_does_not_leave_by_mail_too_once_that_is_turned_on(world, when):
    mail_settings.turn_off(world.context, world.company, by="test")
    world.night()
    if when == "before the next night":
        mail_settings.turn_on(world.context, world.company, by="test")
    world.day()
    mail_settings.turn_on(world.context, world.company, by="test")

    waiting = list(world.open_tasks())
    said = world.report_task("message", "sent")
    world.day()

    assert waiting == ["message"]
    assert said == "Noted as sent. It stands with the customer, and is not sent again."
    assert (world.got(), world.open_tasks()) == ({}, {})
    assert (owed(world), len(given(world))) == ([("thank_you", "given")], 1)
