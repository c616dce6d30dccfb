"""The company's lease while its work waits."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from qb_collections.services import leasing
from qb_collections.store import leases
from qb_collections.store.engine import durable
from qb_collections.store.leases import Leased, LeaseLost
from qb_collections.store.tables.leases import lease as table
from tests.world import World

NEIGHBOUR = "another-host:4711:1"


@pytest.fixture
def world():
    world = World()
    world.connect()
    yield world
    world.close()


def run_out(world) -> None:
    """The minute of the lease is over, as it is when a 429 was waited for."""
    with durable(world.context.engine) as conn:
        conn.execute(update(table).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))


def test_a_wait_for_quickbooks_keeps_the_lease(world):
    limiter = world.context.limiters.of(world.company_id, world.clock)

    with leasing.held(world.context, world.company):
        run_out(world)
        limiter.wait(20.0)
        with pytest.raises(Leased):
            leases.acquire(world.context.engine, world.company_id, NEIGHBOUR, wait_seconds=0)


def test_who_lost_the_lease_while_waiting_stops(world):
    limiter = world.context.limiters.of(world.company_id, world.clock)

    with leasing.held(world.context, world.company), pytest.raises(LeaseLost):
        run_out(world)
        leases.acquire(world.context.engine, world.company_id, NEIGHBOUR, wait_seconds=0)
        limiter.wait(20.0)


def test_after_the_work_waiting_renews_nothing(world):
    limiter = world.context.limiters.of(world.company_id, world.clock)
    with leasing.held(world.context, world.company):
        pass

    limiter.wait(20.0)

    leases.acquire(world.context.engine, world.company_id, NEIGHBOUR, wait_seconds=0)
