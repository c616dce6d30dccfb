"""A tick queues what is due, and does nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from qb_collections.clock import ManualClock
from qb_collections.core.company_gates import Link
from qb_collections.core.intents import Approval, IntentKind, PlannedIntent
from qb_collections.jobs.scheduler import Scheduler
from qb_collections.store import intents
from qb_collections.store.cursors import Cursor, set_cursor
from qb_collections.store.engine import durable

pytestmark = pytest.mark.xdist_group("house")  # the made-up company is written once

SECOND = timedelta(seconds=1)
NIGHT_AT = datetime(2026, 10, 31, 6, 30, tzinfo=UTC)  # 02:30 in Chattanooga, still summer time


def ticked(house):
    queued = []
    Scheduler(house.context, lambda *job: queued.append(job), ManualClock(house.clock.now())).tick()
    return queued


def as_if_real(house, **more):
    """On our own time, and read already."""
    house.update(emulator_url=None, **more)
    now = house.clock.now()
    with durable(house.context.engine) as conn:
        set_cursor(conn, house.id, Cursor(now, now, now))


def test_a_company_that_was_never_read_is_read(house):
    assert ("sync", house.id) in ticked(house)


def test_a_night_is_queued_from_its_own_minute_on(house):
    as_if_real(house)
    assert house.company.next_night_at == NIGHT_AT

    house.clock.set(NIGHT_AT - SECOND)
    before = ticked(house)
    house.clock.set(NIGHT_AT)

    assert ("night", house.id) not in before
    assert ("night", house.id) in ticked(house)


def test_a_company_on_an_emulator_is_asked_since_only_the_emulator_knows_the_time(house):
    assert ("night", house.id) in ticked(house)


def test_a_company_that_is_not_connected_is_left_alone(house):
    as_if_real(house, state=Link.DISCONNECTED)
    house.clock.set(NIGHT_AT)

    assert ticked(house) == [("inbox", 0)]


def test_an_effect_is_queued_when_it_is_due_and_nobody_has_to_agree_first(house):
    as_if_real(house)
    due_at = house.clock.now() + timedelta(hours=1)
    with durable(house.context.engine) as conn:
        waits = PlannedIntent("a", IntentKind.TASK, due_at, {}, Approval.NEEDED)
        intents.plan(conn, house.id, None, [waits])
    house.clock.set(due_at)
    assert ("deliver", house.id) not in ticked(house)

    with durable(house.context.engine) as conn:
        intents.plan(conn, house.id, None, [PlannedIntent("b", IntentKind.TASK, due_at, {})])
    house.clock.set(due_at)
    assert ("deliver", house.id) in ticked(house)
    house.clock.set(due_at - SECOND)
    assert ("deliver", house.id) not in ticked(house)


def test_tokens_are_refreshed_after_a_week(house):
    as_if_real(house, next_night_at=datetime(2030, 1, 1, tzinfo=UTC))
    refreshed_at = house.clock.now()

    house.clock.set(refreshed_at + timedelta(days=7))
    assert ("refresh", house.id) not in ticked(house)
    house.clock.advance(SECOND)

    assert ("refresh", house.id) in ticked(house)


def test_a_tick_calls_nobody(house):
    calls = house.calls()

    ticked(house)

    assert house.calls() == calls


def test_the_age_of_the_tick_is_in_real_seconds(house):
    real = ManualClock(house.clock.now())
    scheduler = Scheduler(house.context, lambda *job: None, real)
    assert scheduler.tick_age() is None

    scheduler.tick()
    real.advance(timedelta(seconds=42))

    assert scheduler.tick_age() == 42
