"""The world of one seed: emulated QuickBooks, the product started on its files, one clock, no sockets."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from qb_collections.clock import ManualClock
from qb_collections.core.company_gates import Link
from qb_collections.emulator.front import Front
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.quickbooks import scanning
from qb_collections.services.context import Context
from qb_collections.store import companies, leases, schema
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from tests.simulation import ground_truth as truth
from tests.simulation import service_life, telling
from tests.simulation.known import zones_of
from tests.simulation.memory_transport import Network, NetworkFault, Sent
from tests.simulation.post_office import PostOffice
from tests.simulation.said import Said
from tests.simulation.script import DENIALS, QUICKBOOKS_FAULTS, Script
from tests.simulation.service_life import STALLED_SECONDS, OffsetClock, Process
from tests.simulation.templates import ADDRESS, DATABASE, copy_files, quick_folder, template, word
from tests.simulation.watching import Unwatched


@dataclass(slots=True)
class Written:
    """One change that a person made in the books, as the emulator told it."""

    at: datetime
    after_request: int
    change: Any


class Trouble(Exception):
    """Something that must never happen, in a sentence; name is the invariant it breaks."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{telling.PROMISES.get(name, name)} ({name}): {sentence}")
        self.name = name


SAME_MAX = 2  # times that one trace says that the same promise broke


class HostileWorld:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.random = Random(f"world {script.seed}")
        self.template = template(script.template)
        self.clock = ManualClock(self.template.start)
        self.service_clock = OffsetClock(self.clock)
        self.emulator = EmulatorServer(path=None, clock=self.clock, control=True, throttle=True)
        with self.emulator.store.transaction():
            pass
        self.template.books.backup(self.emulator.store._connection)
        self.emulator = _on_store(self.emulator, self.clock)
        self.engine = self.emulator.engine
        self.network = Network(self.emulator.front, self.clock)
        self.office = PostOffice(self.clock)
        self.engine.on_change(self._changed)
        self.by_people: list[Written] = []
        self.mail_lost: set[int] = set()  # numbers of messages that older files know nothing of
        self.copies_lost: set[int] = set()  # and requests for copies, of which no memo bears a line either
        self.plans_lost: set[str] = set()  # realms: plans that older files lack, of which the owner read
        self.trace: list[tuple[datetime, str]] = []
        self.troubles: list[Trouble] = []
        self.said = Said(lambda: len(self.network.sent), self.clock.now)
        self.fired: dict[tuple[str, str], int] = {}
        self.processes = 0
        self.folder = copy_files(self.template.folder)
        self.companies = self.template.companies
        self.absent = {pair[0] for place, pair in enumerate(self.companies) if place in script.without}
        self.process: Process = None  # type: ignore[assignment]
        self.journal = sqlite3.connect(self.folder / DATABASE, isolation_level=None, check_same_thread=False)
        self.zones = zones_of(self)
        self.words = {realm: word(realm).encode() for _, realm in self.companies}
        # After a 429: process and worker that were told, in which thread, and until when nothing may leave.
        self.not_before: dict[str, tuple[tuple[int, int], int, datetime]] = {}
        self.calls: dict[str, list[datetime]] = {}
        self.refreshing: set[int] = set()
        self.stalled: set[int] = set()  # workers that stood still in the job they are at
        self.arrived: set[int] = set()
        self.ended: dict[bytes, int] = {}  # refreshes that Intuit refused for good, and who was told
        self.bodies: dict[tuple[str, str], bytes] = {}
        self.acked: list[bytes] = []
        self.met: dict[Any, int] = {}
        self.points_passed = 0
        self.mails: list[tuple[datetime, int, str, str]] = []  # contacts by e-mail: when, after which request
        self._kept_at = 0  # the number of requests as the files were copied
        self.put_back_at = 0  # and as they were put back: what left before it may be in no journal
        self._notes: dict[tuple[str, str], str] = {}
        rules = self.emulator.front.faults
        strike = rules.strike

        def telling(call: Any) -> Any:
            struck = strike(call)
            if struck and self.network.current is not None:
                self.network.current.known["struck"] = [rule.fault for rule in struck]
            return struck

        rules.strike = telling  # type: ignore[method-assign]
        self.start()

    # The service

    def start(self, waited: float = 0.0) -> None:
        """Start the product on its files as they are."""
        self.processes += 1
        self.process = service_life.begin(self, self.processes, waited)

    watcher = Unwatched()
    meanwhile = ""  # what else is going on while people act
    is_calm = True  # before the first day, and after the last hostile one

    def restart(self, why: str) -> None:
        """Memory is gone; the files stay."""
        self.note(f"the service is killed {why} and starts again on its files")
        self.process.end()
        waited = self.process.real.waited + self.random.choice((0.0, STALLED_SECONDS))
        self.start(waited)
        self.watcher.restarted()

    def keep_files(self) -> Path:
        """A copy of the files as an operator makes one: the database whole, and the key."""
        self._kept_at = len(self.network.sent)
        self.said.files_are_copied()
        kept = quick_folder("qbc-kept-")
        copy = sqlite3.connect(kept / DATABASE)
        self.journal.backup(copy)
        copy.close()
        shutil.copy(self.folder / "key", kept / "key")
        self.note("the operator copies the files")
        return kept

    def put_back(self, kept: Path) -> None:
        """Yesterday's database in the place of today's; what stands beside it stays."""
        self.note("the operator puts the older database back")
        self.process.end()
        self.put_back_at = len(self.network.sent)
        self.journal.close()
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.move(kept / DATABASE, self.folder / DATABASE)
        shutil.rmtree(kept)
        self.journal = sqlite3.connect(self.folder / DATABASE, isolation_level=None, check_same_thread=False)
        self.acked.clear()  # they came after the copy was made
        self.said.forgotten_since(self._kept_at)  # and so did what people said since
        self.mail_lost |= {one.number for one in self.office.arrived if one.before_request >= self._kept_at}
        self.copies_lost |= self._copies_without_a_line()
        self.bodies.clear()
        self.count("restored", "files")
        self.start(self.process.real.waited + STALLED_SECONDS)

    def _copies_without_a_line(self) -> set[int]:
        """Copies asked for since the files were copied, of which no line stands in the books yet."""
        copies = list(truth.copies(self))
        times = Counter((one.realm, one.invoice_id) for one in copies)
        lost = {sent.number for sent in self.network.on_their_way() if sent.number >= self._kept_at}
        for one in copies:
            memos = truth.memos(self, one.realm, one.invoice_id)
            lines = {ref for memo in memos for ref in truth.MARKER.findall(memo)}
            if one.number >= self._kept_at and len(lines) < times[one.realm, one.invoice_id]:
                lost.add(one.number)
        return lost

    @property
    def context(self) -> Context:
        return self.process.contexts[0]

    def company(self, place: int) -> Company:
        with reading(self.context.engine) as conn:
            return companies.get(conn, self.companies[place][0])

    def is_connected(self, place: int) -> bool:
        with reading(self.context.engine) as conn:
            return companies.find(conn, self.companies[place][0]) is not None

    def is_due(self, company_id: int) -> bool:
        """Whether the company's night has come."""
        found = self.journal.execute(
            "SELECT next_night_at FROM company WHERE id = ? AND state = 'connected'", (company_id,)
        ).fetchone()
        return bool(found and found[0] and datetime.fromisoformat(found[0]) <= self.service_clock.now())

    # Trouble

    def add_faults(self) -> None:
        self.is_calm = False
        self.network.denies = any(one.kind in DENIALS for one in self.script.faults)
        for one in self.script.faults:
            if one.where == "quickbooks":
                match = {"operation": one.operation} if one.operation else {}
                self.emulator.front.faults.add(
                    {"fault": one.kind, "rate": one.rate, "seed": one.seed, "match": match}
                    | QUICKBOOKS_FAULTS[one.kind]
                )
            elif one.where == "mail":
                self.office.faults.append((one.kind, one.rate, Random(one.seed)))
            elif one.where == "network":
                self.network.faults.append(
                    NetworkFault(one.kind, one.rate, Random(one.seed), one.operation == "writes", one.nth)
                )

    def calm(self) -> None:
        """No more faults; what was on its way arrives."""
        self.is_calm = True
        self.emulator.front.faults.clear()
        self.network.faults.clear()
        self.office.faults.clear()
        self.network.arrive_late(all_of_them=True)
        self.service_clock.offset = timedelta(0)
        self.process.points.kill_at = None
        self.note("from here on all is calm: no more trouble, kills or wrong clocks")

    # What is told

    def note(self, text: str) -> None:
        told = telling.plain(self, self.meanwhile + text)
        self.trace.append((self.clock.now(), told[:1].upper() + told[1:]))

    def wrong(self, name: str, sentence: str) -> None:
        trouble = Trouble(name, telling.plain(self, sentence))
        if sum(one.name == name for one in self.troubles) < SAME_MAX:
            self.note(f"BROKEN: {trouble}")
        self.troubles.append(trouble)

    def count(self, fault: str, kind: str) -> None:
        self.fired[fault, kind] = self.fired.get((fault, kind), 0) + 1

    def _changed(self, change: Any) -> None:
        current = self.network.current
        if current is not None:
            current.changes.append(change)
        else:
            self.by_people.append(Written(self.clock.now(), len(self.network.sent), change))
            if change.entity == "Invoice" and change.operation in ("Create", "Update"):
                self._remember_note(change.realm_id, change.id)

    def _remember_note(self, realm: str, id_: str) -> None:
        """What stands in a memo after a person saved the invoice is what that person left there."""
        with self.emulator.store.reading() as conn:
            [body] = conn.execute(
                "SELECT body FROM object WHERE realm = ? AND entity = 'Invoice' AND id = ?", (realm, int(id_))
            ).fetchone()
        self._notes[realm, id_] = str(json.loads(body).get("PrivateNote") or "")

    def written_notes(self) -> dict[tuple[str, str], str]:
        return self._notes

    def open_invoices(self, realm: str) -> list[tuple[str, str, str, int]]:
        """Id, number, customer and balance in 1/10000 of every open invoice, from the emulator's store."""
        with self.emulator.store.reading() as conn:
            return [
                (str(id), number or "", customer, balance)
                for id, number, customer, balance in conn.execute(
                    "SELECT id, doc_number, customer, balance FROM object WHERE realm = ? AND"
                    " entity = 'Invoice' AND deleted = 0 AND balance > 0 ORDER BY id",
                    (realm,),
                )
            ]

    def close(self) -> None:
        self.process.end()
        self.journal.close()
        self.emulator.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _on_store(bare: EmulatorServer, clock: ManualClock) -> EmulatorServer:
    """The same store with a front that reads its keys from what was copied in."""
    old = bare.front
    bare.front = Front(bare.store, bare.engine, clock, base_url=ADDRESS, control=True, throttle=True)
    bare.front.webhooks = old.webhooks
    return bare


@contextmanager
def patched() -> Iterator[None]:
    """What the simulator replaces in modules: real time of leases, and the look at the tables' version."""
    before = leases.RealClock, leases.POLL_SECONDS, schema.upgrade, scanning.PAGE_ROWS
    leases.POLL_SECONDS = 1.0
    schema.upgrade = lambda engine: False  # the copied files are current
    scanning.PAGE_ROWS = 3  # small books have pages too
    try:
        yield
    finally:
        leases.RealClock, leases.POLL_SECONDS, schema.upgrade, scanning.PAGE_ROWS = before  # type: ignore[misc]


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


__all__ = ["UTC", "HostileWorld", "Link", "Sent", "Trouble", "patched"]
