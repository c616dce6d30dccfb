"""What comes between: refusals that name others, records put back in place, marks while messages leave."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.services import mail_archive, mail_settings, placing, stopping
from qb_collections.store import cases, mail_messages
from qb_collections.store.engine import durable, reading
from tests.services.mail_world import MailWorld
from tests.services.test_answers_mailed import owed, paid_up
from tests.world import DATABASE


@pytest.fixture
def made():
    worlds = []

    def make(*how, **more):
        worlds.append(MailWorld(*how, **more))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def test_a_refused_address_with_an_apostrophe_is_written_to_once(made):
    world = made(refused=frozenset({"o'brien@pub.example"}))
    world.late("The Pub", "o'brien@pub.example")
    world.begin()

    for _ in range(2):
        world.day()

    with reading(world.context.engine) as conn:
        tried = mail_messages.list(conn, world.company_id)
    assert [one.state for one in tried] == ["refused"]
    assert "add_email" in world.open_tasks()


def test_the_address_that_a_refusal_names_instead_is_still_written_to(made):
    world = made()
    usual = world.sink.rcpt

    def moved(talk, rest):
        if "ap@old.example" in rest:
            talk.reply("550 5.1.6 ap@old.example has moved, write to billing@old.example")
        else:
            usual(talk, rest)

    world.sink.rcpt = moved
    world.late("Riverbend Grill", "ap@old.example, billing@old.example")
    world.begin()

    for _ in range(2):
        world.day()

    assert world.got() == {"billing@old.example": 1}


def test_a_copy_of_the_records_from_between_plan_and_delivery_sends_nothing_twice(made):
    world = made()
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin()
    world.to_next_night()
    world.night()
    world.context.engine.dispose()
    kept = world.folder / "copy"
    shutil.copy(world.folder / DATABASE, kept)
    world.restart()
    world.until_delivered()
    assert world.got() == {"ap@riverbend.example": 1}

    world.context.engine.dispose()
    shutil.copy(kept, world.folder / DATABASE)
    world.context = world.open()
    world.deliver()

    assert world.got() == {"ap@riverbend.example": 1}
    assert "restored" in world.open_tasks()


def test_the_words_of_a_message_that_a_person_has_to_look_for_are_kept(made):
    world = made("closes_after_dot", times=1)
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin(keep_days=1)
    world.night()

    world.clock.advance(timedelta(days=3))
    world.day()

    [line] = mail_archive.listed(world.context, world.company)
    kept = mail_archive.read(world.context, world.company, line.id)
    assert line.state == "unknown"
    assert kept is not None and kept.content is not None


def _stop(world):
    for one in ("first", "second", "third"):
        stopping.stop(world.context, world.company, f"ap@{one}.example", by="Dana", because=None)


def _off(world):
    assert isinstance(mail_settings.turn_off(world.context, world.company, by="Dana"), str)


def _disputed(world):
    with reading(world.context.engine) as conn:
        keys = [key for name in ("1", "2", "3") if (key := cases.key_of(conn, world.company_id, name))]
    with durable(world.context.engine) as conn:
        for customer, _ in keys:
            wanted = placing.Wanted(HoldKind.DISPUTE, customer, None, "the work was not done")
            placing.put(conn, world.company, wanted, by="Dana", at=world.clock.now())


@pytest.mark.parametrize("act", [_stop, _off, _disputed])
def test_what_a_person_says_between_two_messages_holds_for_the_second(made, act):
    world = made()
    for one in ("first", "second", "third"):
        world.late(one.title(), f"ap@{one}.example")
    world.begin()
    usual = world.sink.take

    def take(talk, content):
        if not world.sink.received:  # the first is here whole, and not answered yet
            act(world)
        usual(talk, content)

    world.sink.take = take
    world.night()
    world.until_delivered()

    assert sum(world.got().values()) == 1


def _stop_bakery(world):
    stopping.stop(world.context, world.company, "ap@lookout.example", by="Dana", because=None)


@pytest.mark.parametrize("act", [_stop_bakery, _off])
def test_an_answer_that_may_not_be_mailed_any_more_waits_for_a_person(act):
    world = paid_up()
    world.to_next_night()
    world.night()
    assert world.got() == {}

    act(world)
    world.until_delivered()
    world.day()

    assert world.got() == {}
    assert owed(world) == [("thank_you", "wanted")]
    assert "message" in world.open_tasks()
    world.close()
