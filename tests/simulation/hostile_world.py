"""The world of one seed: emulated QuickBooks, the product started on its files, one clock, no sockets."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from qb_collections import app
from qb_collections.clock import ManualClock
from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Link
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.jobs.scheduler import Scheduler
from qb_collections.jobs.work import Worker
from qb_collections.quickbooks import scanning
from qb_collections.services.context import Context
from qb_collections.store import companies, leases, schema
from qb_collections.store.companies import Company
from qb_collections.store.engine import Mode, Moment, interpose, reading
from tests.simulation.memory_transport import MemoryAdapter, Network, NetworkFault, Sent
from tests.simulation.points import BatonLock, Points, WaitingClock
from tests.simulation.post_office import MemoryMailer, PostOffice
from tests.simulation.script import QUICKBOOKS_FAULTS, Script
from tests.simulation.templates import ADDRESS, DATABASE, copy_files, quick_folder, settings, template

ELSEWHERE = re.compile(r"process \d+ on \S+")  # the number is the machine's, not the seed's


class Inline(Executor):
    """Does at once what a pool would do side by side."""

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # a pool hands over every error the same way
            future.set_exception(error)
        return future


class OffsetClock:
    """The service's own clock: the world's, and as wrong as a seed says."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._clock.now() + self.offset

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class Running:
    """A process that is not asked to stop; what waits for that waits on the simulated clock."""

    def __init__(self, real: WaitingClock) -> None:
        self._real = real

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self._real.waited += seconds
        return False


_statements: list[Engine] = []


def _share_statements(engine: Engine) -> None:
    """Every process compiles the same statements anew; here they take them over from the first one."""
    _statements.append(engine) if not _statements else None
    engine.dialect = _statements[0].dialect
    engine._compiled_cache = _statements[0]._compiled_cache


@dataclass(slots=True)
class Written:
    """One change that a person made in the books, as the emulator told it."""

    at: datetime
    after_request: int
    change: Any


@dataclass(slots=True)
class Process:
    """One life of the service; a crash takes all of it."""

    number: int
    points: Points
    contexts: list[Context]
    workers: list[Worker]
    scheduler: Scheduler
    queued: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """What the service was told not to do, from one request on until another."""

    place: int
    why: str
    from_request: int
    invoice_id: str | None = None  # None: nothing of this company at all
    customer_id: str | None = None  # all of this customer's
    address: str | None = None  # nothing to this address
    hold_id: int | None = None
    until_on: date | None = None  # through that day
    to_request: int | None = None


class Trouble(Exception):
    """Something that must never happen, in a sentence; name is the invariant it breaks."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name = name


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
        self.trace: list[tuple[datetime, str]] = []
        self.troubles: list[Trouble] = []
        self.known: list[Known] = []
        self.fired: dict[tuple[str, str], int] = {}
        self.processes = 0
        self.folder = copy_files(self.template.folder)
        self.companies = self.template.companies
        self.absent = {pair[0] for place, pair in enumerate(self.companies) if place in script.without}
        self.real: WaitingClock | None = None
        self._waited = 0.0
        self.process: Process = None  # type: ignore[assignment]
        self.journal = sqlite3.connect(self.folder / DATABASE, isolation_level=None, check_same_thread=False)
        from tests.simulation.known import zones_of
        from tests.simulation.templates import word

        self.zones = zones_of(self)
        self.words = {realm: word(realm).encode() for _, realm in self.companies}
        self.not_before: dict[str, tuple[int, datetime]] = {}
        self.calls: dict[str, list[datetime]] = {}
        self.refreshing: set[int] = set()
        self.arrived: set[int] = set()
        self.ended: dict[bytes, int] = {}  # refreshes that Intuit refused for good, and who was told
        self.bodies: dict[tuple[str, str], bytes] = {}
        self.acked: list[bytes] = []
        self.met: dict[Any, int] = {}
        self.points_passed = 0
        self.mails: list[tuple[datetime, int, str, str]] = []  # contacts by e-mail: when, after which request
        self.asks: dict[int, bool] = {}  # by place: whether each run waits for a person
        self.agreed: dict[int, datetime] = {}  # when one last said yes
        self.said_before: int | None = None  # while a message is handed over: how much was said until then
        self._merged: dict[tuple[str, str], str] = {}
        self._kept_at = 0  # the number of requests as the files were copied
        self.policies: dict[str, list[tuple[int, str]]] = {}  # by company: from which request on, which
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

    def start(self) -> None:
        """Start the product on its files as they are."""
        self.processes += 1
        points = Points(Random(f"points {self.script.seed} {self.processes}"))
        points.switch_rate = self.script.switch_rate
        real = WaitingClock(self.clock.now, points)
        real.waited = self._waited
        points.stall = lambda: real.skip(61.0)
        self.real = real
        leases.RealClock = lambda: real  # type: ignore[assignment,misc]
        contexts = [self._context(points, None)]
        if self.script.together == "processes":
            contexts.append(self._context(points, f"elsewhere:{self.processes}:1"))
        elif self.script.together == "threads":
            contexts.append(contexts[0])
        process = Process(self.processes, points, contexts, [], None)  # type: ignore[arg-type]
        process.scheduler = Scheduler(contexts[0], lambda name, id: _queue(process, name, id), real)  # type: ignore[arg-type]
        process.workers = [Worker(context, Running(real), real) for context in contexts]  # type: ignore[arg-type]
        self.process = process

    def _context(self, points: Points, holder: str | None) -> Context:
        process: list[Process] = []
        context = app.build(settings(self.folder), self.service_clock, shared_clock=self.service_clock)
        context.executor.shutdown()
        _share_statements(context.engine)
        context.intuit.http.mount("http://", MemoryAdapter(self.network, points, self.processes))
        context.intuit._locks = defaultdict(lambda: BatonLock(points))  # type: ignore[assignment]
        context = replace(
            context,
            executor=Inline(),
            random=Random(f"jitter {self.script.seed}"),
            mailer=MemoryMailer(self.office, points, lambda: len(self.network.sent)),
            holder=holder or context.holder,
            wake=lambda name, id: _queue(self.process, name, id) if self.process else None,
        )
        interpose(context.engine, self._interposer(points))
        assert not process
        return context.on_clock(context, self.service_clock)

    def _interposer(self, points: Points) -> Callable[[Moment, Mode], None]:
        rules = [
            (one.kind, one.rate, Random(one.seed), one.nth, one)
            for one in self.script.faults
            if one.where == "database"
        ]
        if not rules:
            return points.interposer

        def interposer(moment: Moment, mode: Mode) -> None:
            points.interposer(moment, mode)
            if mode is Mode.READING or self.is_calm:
                return
            for kind, rate, random, nth, one in rules:
                if moment is not (Moment.BEFORE_BEGIN if kind == "database_busy" else Moment.BEFORE_COMMIT):
                    continue
                self.met[one] = self.met.get(one, 0) + 1
                if self.met[one] == nth if nth else random.random() < rate:
                    self.fired[kind, "transaction"] = self.fired.get((kind, "transaction"), 0) + 1
                    said = "database is locked" if kind == "database_busy" else "database or disk is full"
                    raise OperationalError("COMMIT", {}, sqlite3.OperationalError(said))

        return interposer

    is_calm = True  # before the first day, and after the last hostile one

    def restart(self, why: str) -> None:
        """Memory is gone; the files stay."""
        self.note(f"the process ends: {why}; it starts again on its files")
        old = self.process
        old.points.dead = True
        self._waited = self.real.waited if self.real else 0.0
        for context in old.contexts:
            interpose(context.engine, None)
            context.engine.dispose()
        self._waited += self.random.choice((0.0, 61.0))
        self.start()

    def keep_files(self) -> Path:
        """A copy of the files as an operator makes one: the database whole, and the key."""
        self._kept_at = len(self.network.sent)
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
        self.process.points.dead = True
        for context in self.process.contexts:
            interpose(context.engine, None)
            context.engine.dispose()
        self.journal.close()
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.move(kept / DATABASE, self.folder / DATABASE)
        shutil.rmtree(kept)
        self.journal = sqlite3.connect(self.folder / DATABASE, isolation_level=None, check_same_thread=False)
        self.acked.clear()  # they came after the copy was made
        self._over(lambda one: one.from_request >= self._kept_at)  # and so did what people said since
        self.bodies.clear()
        self.fired["restored", "files"] = self.fired.get(("restored", "files"), 0) + 1
        self._waited = self.real.waited if self.real else 0.0
        self._waited += 61.0
        self.start()

    @property
    def context(self) -> Context:
        return self.process.contexts[0]

    def company(self, place: int) -> Company:
        with reading(self.context.engine) as conn:
            return companies.get(conn, self.companies[place][0])

    def is_connected(self, place: int) -> bool:
        with reading(self.context.engine) as conn:
            return companies.find(conn, self.companies[place][0]) is not None

    # Trouble

    def add_faults(self) -> None:
        self.is_calm = False
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
        self.note("calm: no more faults, kills or wrong clocks")

    # What the owner has said

    @property
    def known_as_it_left(self) -> list[Known]:
        """Without what is said while the message in question is already on its way."""
        return self.known[: self.said_before] if self.said_before is not None else self.known

    def hold_placed(self, place: int, hold: Any, about: str, customer_id: str | None = None) -> None:
        """A hold is about an invoice, or about all of a customer's."""
        until_on = hold.until_on
        if hold.kind is HoldKind.IN_TRANSIT and until_on is None:
            until_on = hold.placed_on + timedelta(days=6)  # five business days are at least seven days
        self.known.append(
            Known(
                place,
                f"{hold.kind.value} on {about}",
                len(self.network.sent),
                invoice_id=hold.invoice_id,
                customer_id=customer_id if hold.invoice_id is None else None,
                hold_id=hold.id,
                until_on=until_on,
            )
        )

    def hold_lifted(self, place: int, hold_id: int) -> None:
        self._over(lambda one: one.place == place and one.hold_id == hold_id)

    def stopped(self, place: int) -> None:
        self.known.append(Known(place, "a stop", len(self.network.sent)))

    def merged(self, realm: str, gone: str, into: str) -> None:
        self._merged[realm, gone] = into

    def now_called(self, realm: str, customer_id: str | None) -> str | None:
        """The customer that one is now, after merges."""
        while (realm, customer_id or "") in self._merged:
            customer_id = self._merged[realm, customer_id or ""]
        return customer_id

    def plan_agreed(self, place: int, plan: Any) -> None:
        """Nothing goes out about what a plan is about before its first payment is due."""
        sent = len(self.network.sent)
        first_on = min(part.due_on for part in plan.installments)
        self.known += [
            Known(place, f"plan {plan.label}", sent, one.invoice_id, until_on=first_on - timedelta(days=1))
            for one in plan.originals
        ]

    def plan_ends(self, place: int, label: str) -> None:
        self._over(lambda one: one.place == place and one.why == f"plan {label}")

    def mode_set(self, place: int, mode: str) -> None:
        self.asks[place] = mode == "approve"

    def agreed_to(self, place: int) -> None:
        self.agreed[place] = self.clock.now()

    def policy_used(self, place: int, name: str) -> None:
        self.policies.setdefault(self.companies[place][1], []).append((len(self.network.sent), name))

    def disconnected(self, place: int) -> None:
        self.known.append(Known(place, "the end of the connection", len(self.network.sent)))

    def connected(self, place: int) -> None:
        self._over(lambda one: one.place == place and one.why == "the end of the connection")

    def asked_to_stop(self, place: int, customer_id: str, addresses: frozenset[str]) -> None:
        """A customer wants no more e-mail: nothing goes to the addresses that they had."""
        sent = len(self.network.sent)
        self.known += [
            Known(
                place, f"their wish for no more e-mail to {one}", sent, customer_id=customer_id, address=one
            )
            for one in sorted(addresses)
        ]

    def stop_lifted(self, place: int) -> None:
        self._over(lambda one: one.place == place and one.why == "a stop")

    def task_reported(self, place: int, task: Any, outcome: str) -> None:
        """An answer may end what was known of the customer; which one it ends is the service's to say."""
        if task.kind not in ("message", "call", "parked"):
            self._over(lambda one: one.place == place and one.hold_id is not None)

    def _over(self, which: Callable[[Known], bool]) -> None:
        for one in self.known:
            if one.to_request is None and which(one):
                one.to_request = len(self.network.sent)

    # What is told

    def note(self, text: str) -> None:
        self.trace.append((self.clock.now(), ELSEWHERE.sub("another process", text)))

    def wrong(self, name: str, sentence: str) -> None:
        self.note(f"WRONG {name}: {sentence}")
        self.troubles.append(Trouble(name, sentence))

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
        import json

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
        self.process.points.dead = True
        for context in self.process.contexts:
            interpose(context.engine, None)
            context.engine.dispose()
        self.journal.close()
        self.emulator.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _queue(process: Process, name: str, company_id: int) -> None:
    if (name, company_id) not in process.queued:
        process.queued.append((name, company_id))


def _on_store(bare: EmulatorServer, clock: ManualClock) -> EmulatorServer:
    """The same store with a front that reads its keys from what was copied in."""
    from qb_collections.emulator.front import Front

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
