"""Kill the service between any two commits of a night with e-mail; start it again; count at the mail server.

Never two of one contact.  Where the kill fell between handing over and its record, a person is asked.
"""

from __future__ import annotations

from functools import cache

import pytest

from qb_collections.core.intents import State
from qb_collections.services import tasks
from qb_collections.store import intents
from qb_collections.store.engine import interpose, reading
from tests.services.mail_world import MailWorld
from tests.simulation.test_crashes import KillAt, Killed
from tests.world import Saved

SHARDS = 21


@cache
def _before() -> Saved:
    """Two lists to send; the mail server is each world's own."""
    world = MailWorld()
    world.late("Lookout Bakery", "ap@lookout.example")
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.connect()
    world.settled_in()
    return world.saved()


def _world() -> MailWorld:
    world = MailWorld(saved=_before())
    world.set_up_mail()
    return world


def _finish(world: MailWorld) -> None:
    """The calm after it: the rest of the day, and a person who looks at the mailbox and reports."""
    world.night()
    world.until_delivered()
    parked = [one for one in tasks.list_open(world.context, world.company) if one.kind == "parked"]
    for _ in parked:
        [task] = [one for one in tasks.list_open(world.context, world.company) if one.kind == "parked"][:1]
        with reading(world.context.engine) as conn:
            intent = intents.get(conn, world.company_id, task.intent_id)
        arrived = world.got()[intent.plan["draft"]["to"]]
        world.report_task("parked", "was-sent" if arrived else "was-not-sent")
    if parked:
        world.day()  # what did not go out is decided again


def _check(world: MailWorld) -> None:
    assert world.got() == {"ap@lookout.example": 1, "ap@riverbend.example": 1}
    assert world.notes() == {"1": 1, "2": 1, "3": 1, "4": 1}
    assert world.contacts() == ["Lookout Bakery", "Riverbend Grill"]
    with reading(world.context.engine) as conn:
        stuck = intents.list(conn, world.company_id, states=(State.SENDING, State.UNKNOWN, State.PARKED))
    assert stuck == []


def _moments() -> int:
    world = _world()
    counter = KillAt(10**9)
    interpose(world.context.engine, counter)
    _finish(world)
    interpose(world.context.engine, None)
    _check(world)
    world.close()
    return 10**9 - counter.left


@pytest.mark.parametrize(
    "shard", [0, *(pytest.param(one, marks=pytest.mark.soak) for one in range(1, SHARDS))]
)
def test_a_night_with_email_killed_at_any_moment_sends_each_message_once(shard):
    """The shards together try every moment: `make test` every twenty-first, `make soak` each one."""
    moments = _moments()
    assert moments > 30

    for moment in range(1 + shard, moments + 1, SHARDS):
        world = _world()
        interpose(world.context.engine, KillAt(moment))
        with pytest.raises(Killed):
            _finish(world)
        interpose(world.context.engine, None)
        between = world.got()
        world.restart()

        _finish(world)

        try:
            assert max(between.values(), default=0) <= 1
            _check(world)
        except AssertionError as wrong:
            raise AssertionError(f"killed at moment {moment} of {moments}: {wrong}") from wrong
        finally:
            world.close()
