"""A service beside an emulator with the made-up company, on one clock that only the test moves."""

import sqlite3
import tempfile
import threading
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.jobs.work import Worker
from qb_collections.services import connect
from qb_collections.store import companies
from qb_collections.store.engine import durable, reading
from tests.world import copy_of, emulator_with, put_started

START = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)  # Friday, 11:00 in Chattanooga


class House:
    def __init__(self, context, clock, emulator, woken, real):
        self.context = context
        self.clock = clock
        self.emulator = emulator
        self.woken = woken
        self.real = real
        self.stopping = threading.Event()
        self.worker = Worker(context, self.stopping, real)
        self.id = connect.connect_emulator(context, emulator.base_url).id
        woken.clear()

    @property
    def company(self):
        with reading(self.context.engine) as conn:
            return companies.get(conn, self.id)

    def update(self, **fields):
        with durable(self.context.engine) as conn:
            companies.update(conn, self.id, **fields)

    def calls(self):
        """How often QuickBooks was asked for something of a company."""
        told = self.emulator.front.log.after(0, limit=10_000)
        return sum(1 for one in told if "/v3/company/" in one["path"])


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk(in_memory):
    """Commits by the thousand: whether they reach a disk is not what these tests ask."""


@cache
def demo_books() -> sqlite3.Connection:
    """The made-up company's books: writing them takes longer than most tests here."""
    emulator = emulator_with(None, ManualClock(START))
    emulator.open_company("demo")
    books = copy_of(emulator)
    emulator.stop()
    return books


@pytest.fixture
def house():
    clock, woken = ManualClock(START), []
    emulator = emulator_with(demo_books(), clock)
    emulator.start()
    with tempfile.TemporaryDirectory(prefix="qbc-house-") as name:
        put_started(Path(name))
        settings = config.read({}, data_dir=Path(name), log_level="error")
        context = app.build(settings, clock, shared_clock=clock, wake=lambda *job: woken.append(job))
        yield House(context, clock, emulator, woken, ManualClock(START))
        context.engine.dispose()
        emulator.stop()
