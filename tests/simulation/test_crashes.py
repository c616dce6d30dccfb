"""Kill the service between any two commits, or lose any answer; start it again; count in QuickBooks.

The crash is raised at the one place every transaction passes, before it begins and after it has
committed, so each request to QuickBooks has a crash on both of its sides.  Memory is thrown away
and the product starts again on its files.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from qb_collections.core.intents import State
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import tasks
from qb_collections.store import intents
from qb_collections.store.engine import Mode, Moment, interpose, reading
from tests.world import Saved, World

SHARDS = 21  # odd: moments before a transaction and after one take turns, and each shard has both


class Killed(BaseException):
    """The process ends here.  Nothing in the product catches it."""


class KillAt:
    """Ends the process at the n-th moment of its writing transactions."""

    def __init__(self, moment_number: int) -> None:
        self.left = moment_number

    def __call__(self, moment: Moment, mode: Mode) -> None:
        if mode is Mode.READING or moment is Moment.BEFORE_COMMIT:
            return
        self.left -= 1
        if self.left == 0:
            raise Killed


@cache
def _before() -> Saved:
    """Two copies to send, one list for a person, on a Tuesday within contact hours."""
    world = World()
    first = world.customer("Lookout Bakery", "ap@lookout.example")
    second = world.customer("Marlow Print", "ap@marlow.example")
    third = world.customer("Riverbend Grill", "ap@riverbend.example")
    world.invoice(first, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.invoice(second, "75.25", date(2026, 2, 2), date(2026, 2, 24))
    world.invoice(third, "400.00", date(2026, 1, 26), date(2026, 2, 24))
    world.invoice(third, "90.10", date(2026, 1, 26), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    return world.saved()


def _world() -> World:
    return World(saved=_before())


def _finish(world: World) -> None:
    """The calm after it: the next nights and hours of the same day, and a person who reports."""
    world.night()
    world.until_delivered()
    for task in tasks.list_open(world.context, world.company):
        if task.kind == "message":
            world.report_task("message", "sent")
        elif task.kind == "parked":
            sent = world.sends()
            intent = _intent(world, task.intent_id)
            was = "was-sent" if sent.get(intent.plan["invoice_ids"][0]) else "was-not-sent"
            world.report_task("parked", was)
            world.day()  # what did not go out is decided again
    world.until_delivered()


def _intent(world: World, intent_id: int) -> intents.Intent:
    with reading(world.context.engine) as conn:
        return intents.get(conn, world.company_id, intent_id)


def _check(world: World) -> None:
    """Each copy once, each note once, nothing stuck."""
    assert world.sends() == {"1": 1, "2": 1}
    assert world.notes() == {"1": 1, "2": 1, "3": 1, "4": 1}
    with reading(world.context.engine) as conn:
        stuck = intents.list(conn, world.company_id, states=(State.SENDING, State.UNKNOWN, State.PARKED))
    assert stuck == []


def _moments_of_a_night() -> int:
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
def test_a_night_killed_at_any_moment_loses_nothing_and_doubles_nothing(shard):
    """The shards together try every moment: `make test` every twenty-first, `make soak` each one."""
    moments = _moments_of_a_night()
    assert moments > 30

    for moment in range(1 + shard, moments + 1, SHARDS):
        world = _world()
        interpose(world.context.engine, KillAt(moment))
        with pytest.raises(Killed):
            _finish(world)
        interpose(world.context.engine, None)
        world.restart()

        _finish(world)

        try:
            _check(world)
        except AssertionError as wrong:
            raise AssertionError(f"killed at moment {moment} of {moments}: {wrong}") from wrong
        finally:
            world.close()


@pytest.mark.parametrize(
    "fault", ["lose_answer", "refuse_before", "http_500_after", "http_503", "cut_off", "html_200"]
)
@pytest.mark.parametrize("operation", ["send", "batch"])
def test_an_answer_that_is_lost_or_spoilt_is_read_for_before_anything_is_sent_again(fault, operation):
    world = _world()
    world.emulator.front.faults.add({"fault": fault, "match": {"operation": operation}, "times": 1})

    try:
        _finish(world)
    except QuickBooksError:
        pytest.fail("trouble with QuickBooks must not end the night")
    world.clock.advance(timedelta(minutes=5))
    _finish(world)

    _check(world)
    world.close()


def test_a_copy_whose_answer_was_lost_is_not_sent_again_where_quickbooks_shows_it_delivered():
    world = _world()
    world.emulator.front.faults.add({"fault": "lose_answer", "match": {"operation": "send"}, "times": 1})

    world.night()
    world.until_delivered()

    assert world.sends() == {"1": 1, "2": 1}
    assert not [task for task in tasks.list_open(world.context, world.company) if task.kind == "parked"]
    world.close()


def test_a_copy_that_quickbooks_never_got_goes_to_a_person_and_not_out_by_itself():
    world = _world()
    world.emulator.front.faults.add({"fault": "http_500", "match": {"operation": "send"}, "times": 1})

    world.night()
    world.until_delivered()
    waiting = [task for task in tasks.list_open(world.context, world.company) if task.kind == "parked"]
    next_day = world.day()

    assert sum(world.sends().values()) == 1
    assert len(waiting) == 1
    assert (
        next_day["run"]["counts"]["messages"] <= 1
    )  # the list for a person; nothing to whom we are unsure of
    world.close()
