"""One emulator as `qb-collections emulator serve` starts it, for the two public clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from qb_collections.emulator.clocks import ShiftedClock
from qb_collections.emulator.serve import EmulatorServer


@pytest.fixture(scope="session")
def emulator() -> Iterator[EmulatorServer]:
    """The default company on a clock that runs on, and one with several currencies beside it.

    Every test of a worker shares them and adds to them.
    """
    clock = ShiftedClock(datetime(2026, 10, 30, 12, 0, tzinfo=UTC))
    server = EmulatorServer(path=None, clock=clock, control=True)
    clock.set(max(server.open_company("demo").start_at, clock.now()))
    server.open_company("multicurrency")
    server.start()
    yield server
    server.stop()
