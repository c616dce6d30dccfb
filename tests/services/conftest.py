"""The service beside an emulator: both in this process, on one clock that only tests move."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.services import connect
from qb_collections.services.company_time import on_company_time
from qb_collections.services.leasing import held
from qb_collections.services.sync import sync
from tests.world import put_started

START = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)


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
def context(tmp_path, clock):
    put_started(tmp_path)
    built = app.build(config.read({}, data_dir=str(tmp_path)), clock, shared_clock=clock)
    yield built
    built.executor.shutdown()
    built.engine.dispose()


class Books:
    """One company of the emulator, as its people and its ground truth."""

    def __init__(self, emulator, kind="empty-us", **options):
        self.emulator = emulator
        self.realm_id = emulator.open_company(kind, **options).realm_id
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
def books(emulator):
    return Books(emulator)


@pytest.fixture
def company(context, emulator, books):
    """The emulator's company, connected."""
    connected = connect.connect_emulator(context, emulator.base_url, books.realm_id)
    assert not isinstance(connected, connect.Refusal), connected.message
    return connected


@pytest.fixture
def synced(context, company):
    """Sync the company now, under its lease, and answer the report."""

    def run(progress=None):
        living = on_company_time(context, company)
        with held(living, company) as lease:
            return sync(living, company, lease, progress)

    return run
