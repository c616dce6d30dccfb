from datetime import UTC, datetime

import pytest

from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.store import Store


@pytest.fixture
def clock():
    """Friday 30 October 2026, 16:00 in Chattanooga."""
    return ManualClock(datetime(2026, 10, 30, 20, tzinfo=UTC))


@pytest.fixture
def engine(clock):
    return Engine(Store(None), clock)
