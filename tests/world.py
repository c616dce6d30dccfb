"""A small world for tests: an emulated QuickBooks, the service connected to it over HTTP, one clock for both.

Days are moved by hand.  What is asserted is read from the emulator's books, not from our tables.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.core.company_gates import Mode
from qb_collections.emulator import acts, serve
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches
from qb_collections.messages.notes import count_ours
from qb_collections.services import connect, deliver, leasing, modes, night, report, sync, tasks
from qb_collections.services.context import Context
from qb_collections.store import companies, intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # Monday, 9:00 in New York
DATABASE = "qb-collections.sqlite3"
KEY = "key"
STRICT = {"throttle": True, "debug": True}


def started() -> dict[str, bytes]:
    """The files of a service that was started once."""
    with tempfile.TemporaryDirectory(prefix="qbc-started-") as folder:
        context = app.build(config.read({}, data_dir=folder, file=None), ManualClock(START))
        context.executor.shutdown()
        context.engine.dispose()
        return files_of(Path(folder))


def files_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in (DATABASE, KEY)}


_first_started = cache(started)


def put_started(folder: Path) -> None:
    """The files of a service that was started once: bringing them up takes longer than many tests."""
    put(_first_started(), folder)


def put(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)


def know_the_port(folder: Path, base_url: str) -> None:
    """The emulator that the company of these files was connected to listens on another port now."""
    with closing(sqlite3.connect(folder / DATABASE)) as conn:
        [(was,)] = conn.execute("SELECT emulator_url FROM company")
        for column in ("base_url", "discovery_url", "emulator_url"):
            conn.execute(f"UPDATE company SET {column} = replace({column}, ?, ?)", (was, base_url))
        conn.commit()


@dataclass(frozen=True, slots=True)
class Saved:
    """A world at rest, from which any number of others go on: the books, our files, the instant."""

    at: datetime
    books: sqlite3.Connection
    files: dict[str, bytes]
    realm: str
    company_id: int = 0


@cache
def _opened(start: datetime, kind: str, switches: Switches | None, options: tuple[Any, ...]) -> Saved:
    """Built once: a company and its chart of accounts are the same for every world that begins so."""
    emulator = emulator_with(None, ManualClock(start), switches=switches, **STRICT)
    realm = emulator.open_company(kind, **dict(options)).realm_id
    saved = Saved(emulator.clock.now(), copy_of(emulator), _first_started(), realm)
    emulator.stop()
    return saved


def emulator_with(books: sqlite3.Connection | None, clock: ManualClock, **options: Any) -> EmulatorServer:
    """An emulator that goes on from these books, not yet started."""

    def store(path: str | None) -> Store:
        made = Store(path)
        if books is not None:
            books.backup(made._connection)
        return made

    with patch.object(serve, "Store", store):
        return EmulatorServer(path=None, clock=clock, control=True, **options)


def copy_of(emulator: EmulatorServer) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    with emulator.store.reading() as conn:
        conn.backup(copy)
    return copy


class World:
    """One emulated company and the service, in one process."""

    over_http = True  # False: a subclass carries the requests itself, and nothing answers on the port

    def __init__(
        self,
        start: datetime = START,
        kind: str = "empty-us",
        switches: Switches | None = None,
        saved: Saved | None = None,
        **options: Any,
    ) -> None:
        opened = _opened if kind == "empty-us" else _opened.__wrapped__  # others hardly ever twice
        saved = saved or opened(start, kind, switches, tuple(options.items()))
        self.clock = ManualClock(saved.at)
        self.emulator = emulator_with(saved.books, self.clock, switches=switches, **STRICT)
        self.realm = saved.realm
        self.engine = self.emulator.engine
        if self.over_http:
            self.emulator.start()
        else:
            self.emulator.listen()
        self.folder = Path(tempfile.mkdtemp(prefix="qbc-world-"))
        put(saved.files, self.folder)
        self.company_id = saved.company_id
        if self.company_id:
            know_the_port(self.folder, self.emulator.base_url)
        self.context = self.open()

    def saved(self) -> Saved:
        """Close this world and return what others go on from."""
        self.context.engine.dispose()
        saved = Saved(
            self.clock.now(), copy_of(self.emulator), files_of(self.folder), self.realm, self.company_id
        )
        self.close()
        return saved

    # The service

    def open(self) -> Context:
        """The product, started on its files as they are."""
        settings = config.read({}, data_dir=self.folder, file=None)
        return app.build(settings, self.clock, shared_clock=self.clock)

    def restart(self) -> None:
        """Memory is gone; the files stay."""
        self.context.engine.dispose()
        self.context = self.open()

    def connect(self, mode: Mode = Mode.AUTOMATIC) -> Company:
        company = connect.connect_emulator(self.context, self.emulator.base_url, None, "test")
        assert isinstance(company, Company), company
        self.company_id = company.id
        with durable(self.context.engine) as conn:
            companies.update(conn, company.id, contact_name="Dana Whitlock", contact_phone="423-555-0143")
            companies.update(conn, company.id, payment_instructions="Check or bank transfer.")
        if mode is not Mode.SHADOW:
            modes.set_mode(self.context, company, mode, by="test", confirmed=True)
        with leasing.held(self.context, self.company) as lease:
            sync.sync(self.context, self.company, lease)
        return self.company

    @property
    def company(self) -> Company:
        with reading(self.context.engine) as conn:
            return companies.get(conn, self.company_id)

    def settled_in(self, live_since: date = date(2025, 1, 1)) -> None:
        """Contacting began long ago: no backlog, no cap of a first night."""
        with durable(self.context.engine) as conn:
            companies.update(conn, self.company_id, live_since_on=live_since)

    def night(self) -> dict[str, Any]:
        """Tonight's run and what is due at once; the report."""
        with leasing.held(self.context, self.company) as lease:
            run_id = night.night(self.context, self.company, lease)
            deliver.deliver(self.context, self.company, lease)
        return report.run_report(self.context, self.company, run_id)

    def deliver(self) -> deliver.DeliveryReport:
        with leasing.held(self.context, self.company) as lease:
            return deliver.deliver(self.context, self.company, lease)

    def until_delivered(self, hours: int = 20) -> None:
        """Let the hours pass in which something waits for its window or for another try."""
        limit = self.clock.now() + timedelta(hours=hours)
        for _ in range(40):
            self.deliver()
            with reading(self.context.engine) as conn:
                due = intents.waits_until(conn, self.company_id)
            if due is None or due > limit:
                return
            if due > self.clock.now():
                self.clock.set(due)
        raise AssertionError("it does not come to rest")

    def day(self) -> dict[str, Any]:
        """One whole day: the night's run at 2:30, then everything that leaves by day."""
        self.to_next_night()
        at = self.clock.now()
        made = self.night()
        self.until_delivered()
        made = report.run_report(self.context, self.company, made["run"]["id"])
        self.clock.set(max(self.clock.now(), at + timedelta(hours=23)))
        return made

    def to_next_night(self) -> None:
        """On to the next 2:30 in New York, when contact hours are closed."""
        local = self.clock.now().astimezone(ZONE)
        at = datetime.combine(local.date(), time(2, 30), tzinfo=ZONE)
        if at < local:
            at = datetime.combine(local.date() + timedelta(days=1), time(2, 30), tzinfo=ZONE)
        self.clock.set(at.astimezone(UTC))

    def report_task(self, kind: str, outcome: str, **details: Any) -> str:
        """A person deals with the one open task of this kind."""
        [task] = [task for task in tasks.list_open(self.context, self.company) if task.kind == kind]
        with leasing.held(self.context, self.company) as lease:
            said = tasks.done(
                self.context, self.company, lease, task.id, tasks.Report(outcome, "Dana", **details)
            )
        assert isinstance(said, str), said
        self.deliver()
        return said

    # The books

    def customer(self, name: str, email: str | None = None, **more: Any) -> str:
        body: dict[str, Any] = {"DisplayName": name} | more
        if email:
            body["PrimaryEmailAddr"] = {"Address": email}
        return str(self.engine.save(self.realm, "Customer", body)["Id"])

    def invoice(self, customer: str, amount: str, issued: date, due: date, **more: Any) -> dict[str, Any]:
        item = self.engine.query(self.realm, "SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")
        line = {
            "Amount": Decimal(amount),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": item["Item"][0]["Id"]},
                "TaxCodeRef": {"value": "NON"},
            },
        }
        body = {
            "CustomerRef": {"value": customer},
            "TxnDate": issued.isoformat(),
            "DueDate": due.isoformat(),
            "Line": [line],
        }
        return self.engine.save(self.realm, "Invoice", body | more)

    def act(self, act: str, **details: Any) -> dict[str, Any]:
        return acts.perform(self.engine, self.realm, {"act": act} | details)

    def read_invoice(self, invoice_id: str) -> dict[str, Any]:
        return self.engine.read(self.realm, "Invoice", invoice_id)

    def notes(self) -> dict[str, int]:
        """How many lines of ours stand on each invoice, in QuickBooks."""
        rows = self.engine.query(self.realm, "SELECT * FROM Invoice MAXRESULTS 1000").get("Invoice", [])
        return {row["Id"]: count for row in rows if (count := count_ours(row.get("PrivateNote")))}

    def sends(self) -> dict[str, int]:
        """How often QuickBooks e-mailed each invoice, from its own versions."""
        rows = self.engine.query(self.realm, "SELECT * FROM Invoice MAXRESULTS 1000").get("Invoice", [])
        sent = {}
        for row in rows:
            times = {
                version["body"].get("DeliveryInfo", {}).get("DeliveryTime")
                for version in self.engine.versions(self.realm, "Invoice", row["Id"])
                if version["body"].get("DeliveryInfo")
            }
            if times:
                sent[row["Id"]] = len(times)
        return sent

    def close(self) -> None:
        self.context.engine.dispose()
        self.context.executor.shutdown(wait=False)
        self.emulator.stop()
