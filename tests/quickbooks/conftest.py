"""An emulator over real HTTP, a clock that only tests move, and gateways on both."""

import pytest

from qb_collections.clock import ManualClock
from qb_collections.emulator.serve import EmulatorServer
from tests.quickbooks.world import START, ScriptedCompany, World


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def emulator(clock):
    server = EmulatorServer(path=None, clock=clock, control=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def world(emulator, clock):
    return World(emulator, clock)


@pytest.fixture
def scripted(clock):
    company = ScriptedCompany(clock)
    yield company
    company.server.stop()
