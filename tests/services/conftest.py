"""The service beside an emulator: both in this process, on one clock that only tests move."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import requests

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.services import connect
from qb_collections.services.company_time import on_company_time
from qb_collections.services.leasing import held
from qb_collections.services.sync import sync
from qb_collections.store import companies
from qb_collections.store.engine import reading
from tests.world import Saved, copy_of, emulator_with, files_of, know_the_port, put, put_started

START = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_the_disk(in_memory):
    """Commits by the thousand: whether they reach a disk is not what these tests ask."""


@cache
def opened():
    """One empty company in the emulator's books, known to nobody."""
    clock = ManualClock(START)
    emulator = emulator_with(None, clock)
    realm = emulator.open_company("empty-us").realm_id
    saved = Saved(START, copy_of(emulator), {}, realm)
    emulator.stop()
    return saved


@cache
def connected():
    """The same company, connected: every test that asks for `company` goes on from here."""
    clock = ManualClock(START)
    emulator = emulator_with(opened().books, clock)
    emulator.start()
    with tempfile.TemporaryDirectory(prefix="qbc-connected-") as folder:
        put_started(Path(folder))
        context = app.build(config.read({}, data_dir=folder), clock, shared_clock=clock)
        company = connect.connect_emulator(context, emulator.base_url, opened().realm)
        assert not isinstance(company, connect.Refusal), company.message
        context.executor.shutdown()
        context.engine.dispose()
        saved = Saved(START, copy_of(emulator), files_of(Path(folder)), opened().realm, company.id)
    emulator.stop()
    return saved


@pytest.fixture
def begins(request):
    """What a test goes on from: the connected company, the books that hold one, or nothing at all."""
    wanted = set(request.fixturenames)
    if wanted >= {"books", "company"}:
        return connected()
    return opened() if "books" in wanted else None


@pytest.fixture
def emulator(clock, begins):
    server = emulator_with(begins and begins.books, clock)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def context(tmp_path, clock, begins):
    if begins and begins.files:
        put(begins.files, tmp_path)
    else:
        put_started(tmp_path)
    built = app.build(config.read({}, data_dir=str(tmp_path)), clock, shared_clock=clock)
    yield built
    built.executor.shutdown()
    built.engine.dispose()


class Books:
    """One company of the emulator, as its people and its ground truth."""

    def __init__(self, emulator, kind="empty-us", *, realm_id=None, **options):
        """realm_id: of a company that is there already; else one is opened."""
        self.emulator = emulator
        self.realm_id = realm_id or emulator.open_company(kind, **options).realm_id
        self.keys = requests.get(f"{emulator.base_url}/emulator/credentials", timeout=5).json()

    def control(self, method, path, body=None):
        answer = requests.request(method, f"{self.keys['control_url']}/{path}", json=body, timeout=5)
        assert answer.ok, answer.text
        return answer.json()

    def act(self, act, **names):
        done = self.control("POST", f"companies/{self.realm_id}/acts", {"act": act, **names})
        return next((value for value in done.values() if isinstance(value, dict)), done)

    def fault(self, fault, **rule):
        return self.control("POST", "faults", {"fault": fault, **rule})

    def calls(self, after=0):
        """Calls of this company's accounting API with a number above `after`."""
        found = self.control("GET", f"requests?after={after}")["requests"]
        return [call for call in found if f"/company/{self.realm_id}/" in call["path"]]

    @property
    def last_call(self):
        return self.control("GET", "requests?after=0")["last"]

    def save(self, entity, **body):
        """Save straight into the books, as a person at the screen would."""
        return self.emulator.engine.save(self.realm_id, entity, body)

    def customer(self, name, **more):
        return self.save("Customer", DisplayName=name, **more)["Id"]

    def invoice(self, customer_id, amount, **more):
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        return self.save("Invoice", CustomerRef={"value": customer_id}, Line=[line], **more)["Id"]

    def payment(self, customer_id, total, *applied):
        """Receive money; applied: (kind, id, amount) of what it goes to."""
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": id, "TxnType": kind}]} for kind, id, amount in applied
        ]
        return self.save("Payment", CustomerRef={"value": customer_id}, TotalAmt=total, Line=lines)["Id"]

    def credit_memo(self, customer_id, amount):
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        return self.save("CreditMemo", CustomerRef={"value": customer_id}, Line=[line])["Id"]

    def delete(self, entity, id):
        found = self.emulator.engine.read(self.realm_id, entity, id)
        found = found.get(entity, found)
        return self.emulator.engine.delete(self.realm_id, entity, {"Id": id, "SyncToken": found["SyncToken"]})


@pytest.fixture
def books(emulator, begins):
    return Books(emulator, realm_id=begins.realm)


@pytest.fixture
def company(tmp_path, context, emulator, books, begins):
    """The emulator's company, connected."""
    know_the_port(tmp_path, emulator.base_url)
    with reading(context.engine) as conn:
        return companies.get(conn, begins.company_id)


@pytest.fixture
def synced(context, company):
    """Sync the company now, under its lease, and answer the report."""

    def run(progress=None):
        living = on_company_time(context, company)
        with held(living, company) as lease:
            return sync(living, company, lease, progress)

    return run
