"""A service beside an emulator with the made-up company, on one clock that only the test moves."""

import shutil
import threading
from datetime import UTC, datetime

import pytest

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.jobs.work import Worker
from qb_collections.services import connect
from qb_collections.store import companies
from qb_collections.store.engine import durable, reading

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


@pytest.fixture(scope="session")
def demo_books(tmp_path_factory):
    """The made-up company's books as a file: writing them takes longer than most tests here."""
    path = tmp_path_factory.mktemp("books") / "demo.sqlite3"
    emulator = EmulatorServer(path=str(path), clock=ManualClock(START), control=True)
    emulator.open_company("demo")
    emulator.start()
    emulator.stop()
    return path


@pytest.fixture
def house(tmp_path, demo_books):
    clock, woken = ManualClock(START), []
    books = shutil.copy(demo_books, tmp_path / "books.sqlite3")
    emulator = EmulatorServer(path=str(books), clock=clock, control=True)
    emulator.start()
    settings = config.read({}, data_dir=tmp_path, log_level="error")
    context = app.build(settings, clock, shared_clock=clock, wake=lambda *job: woken.append(job))
    yield House(context, clock, emulator, woken, ManualClock(START))
    emulator.stop()
