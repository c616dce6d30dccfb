"""One life of the service: built on its files as an operator starts it, with seams where a seed decides."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from qb_collections import app
from qb_collections.clock import ManualClock
from qb_collections.jobs.scheduler import Scheduler
from qb_collections.jobs.work import Worker
from qb_collections.services.context import Context
from qb_collections.store import leases
from qb_collections.store.engine import Mode, Moment, interpose
from tests.simulation.memory_transport import MemoryAdapter
from tests.simulation.points import BatonLock, Points, WaitingClock
from tests.simulation.post_office import MemoryMailer
from tests.simulation.templates import settings

STALLED_SECONDS = 61.0  # a worker that stands still for so long has lost its lease


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


@dataclass(slots=True)
class Process:
    """What dies with a crash."""

    number: int
    points: Points
    real: WaitingClock
    contexts: list[Context]
    workers: list[Worker]
    scheduler: Scheduler
    queued: list[tuple[str, int]] = field(default_factory=list)

    def queue(self, name: str, company_id: int) -> None:
        if (name, company_id) not in self.queued:
            self.queued.append((name, company_id))

    def end(self) -> None:
        """Whatever it would still do does not happen."""
        self.points.dead = True
        for context in self.contexts:
            interpose(context.engine, None)
            context.engine.dispose()


def begin(world: Any, number: int, waited: float) -> Process:
    """Start the product on the world's files.  waited: how far leases' time is ahead of the world's."""
    points = Points(Random(f"points {world.script.seed} {number}"))
    points.switch_rate = world.script.switch_rate
    points.stall_rate = world.script.stall_rate
    real = WaitingClock(world.clock.now, points)
    real.waited = waited

    def stall() -> None:
        """Whoever stands still for so long has lost its lease: what it is about is not at the same time.

        Nor does whoever takes it know what this one was told; with QuickBooks itself that one waits a minute.
        """
        me = threading.get_ident()
        real.skip(STALLED_SECONDS)
        world.refreshing.clear()
        world.stalled.add(me)
        world.not_before = {realm: told for realm, told in world.not_before.items() if told[1] != me}

    points.stall = stall
    leases.RealClock = lambda: real  # type: ignore[assignment,misc]
    contexts = [_context(world, points, number, None)]
    if world.script.together == "processes":
        contexts.append(_context(world, points, number, f"elsewhere:{number}:1"))
    elif world.script.together == "threads":
        contexts.append(contexts[0])
    process = Process(number, points, real, contexts, [], None)  # type: ignore[arg-type]
    process.scheduler = Scheduler(contexts[0], process.queue, real)  # type: ignore[arg-type]
    process.workers = [Worker(context, Running(real), real) for context in contexts]  # type: ignore[arg-type]
    return process


def _context(world: Any, points: Points, number: int, holder: str | None) -> Context:
    context = app.build(settings(world.folder), world.service_clock, shared_clock=world.service_clock)
    context.executor.shutdown()
    _share_statements(context.engine)
    context.intuit.http.mount(
        "http://", MemoryAdapter(world.network, points, number, int(holder is not None))
    )
    context.intuit._locks = defaultdict(lambda: BatonLock(points))  # type: ignore[assignment]
    context = replace(
        context,
        executor=Inline(),
        random=Random(f"jitter {world.script.seed}"),
        mailer=MemoryMailer(world.office, points, lambda: len(world.network.sent)),
        holder=holder or context.holder,
        wake=lambda name, id: world.process.queue(name, id) if world.process else None,
    )
    interpose(context.engine, _interposer(world, points))
    return context.on_clock(context, world.service_clock)


_statements: list[Engine] = []


def _share_statements(engine: Engine) -> None:
    """Every process compiles the same statements anew; here they take them over from the first one."""
    _statements.append(engine) if not _statements else None
    engine.dialect = _statements[0].dialect
    engine._compiled_cache = _statements[0]._compiled_cache


def _interposer(world: Any, points: Points) -> Callable[[Moment, Mode], None]:
    """The process's points, and the troubles of a database where the script has some."""
    rules = [
        (one.kind, one.rate, Random(one.seed), one.nth, one)
        for one in world.script.faults
        if one.where == "database"
    ]
    if not rules:
        return points.interposer

    def interposer(moment: Moment, mode: Mode) -> None:
        points.interposer(moment, mode)
        if mode is Mode.READING or world.is_calm:
            return
        for kind, rate, random, nth, one in rules:
            if moment is not (Moment.BEFORE_BEGIN if kind == "database_busy" else Moment.BEFORE_COMMIT):
                continue
            world.met[one] = world.met.get(one, 0) + 1
            if world.met[one] == nth if nth else random.random() < rate:
                world.fired[kind, "transaction"] = world.fired.get((kind, "transaction"), 0) + 1
                said = "database is locked" if kind == "database_busy" else "database or disk is full"
                raise OperationalError("COMMIT", {}, sqlite3.OperationalError(said))

    return interposer
