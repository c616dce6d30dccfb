"""Who works for a company: one holder at a time, told apart from earlier ones by a fencing number.

A lease runs 60 s of real time, also for a company that lives on an emulator's clock, and is renewed
by every transaction that checks it.  A process takes it at once from a dead process of its own
host; from anyone else it waits.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Update, select, update

from qb_collections.clock import Clock, RealClock
from qb_collections.store.engine import durable
from qb_collections.store.once import once
from qb_collections.store.tables.leases import lease as table
from qb_collections.store.upsert import insert_missing

LEASE_SECONDS = 60
POLL_SECONDS = 0.1

# The takings of this process that are not released: its own threads wait for each other.
_live: set[str] = set()
_live_lock = threading.Lock()


class Leased(Exception):
    """Somebody else works for the company and did not finish in the time we could wait."""

    def __init__(self, company_id: int, holder: str) -> None:
        super().__init__(f"company {company_id} is being worked on by {describe(holder)}")
        self.company_id = company_id
        self.holder = holder


class LeaseLost(Exception):
    """Somebody else took the lease meanwhile: nothing of this transaction may stand."""


@dataclass(frozen=True, slots=True)
class Lease:
    company_id: int
    holder: str
    fence: int
    limiter_state: dict[str, Any] | None = None  # as the last holder to release it left it
    ran_out: bool = False  # the last holder vanished: its last minute counts as full
    token: str = field(default="", repr=False)
    clock: Clock = field(default_factory=RealClock, repr=False, compare=False)

    def check(self, conn: Connection) -> None:
        """Hold the transaction to this lease and renew it for another 60 s.

        Raises LeaseLost when somebody took it meanwhile.  A lease that only ran
        out, and that nobody took, is still ours.
        """
        renewed = _renew(
            conn,
            company_id=self.company_id,
            fence=self.fence,
            token=self.token,
            until=self.clock.now() + timedelta(seconds=LEASE_SECONDS),
        )
        if renewed.rowcount != 1:
            raise LeaseLost(f"the lease of company {self.company_id} was taken by somebody else")


@once
def _renew(company_id: int, fence: int, token: str, until: datetime) -> Update:
    mine = (table.c.company_id == company_id, table.c.fence == fence, table.c.token == token)
    return update(table).where(*mine).values(expires_at=until)


@once
def _free(company_id: int, fence: int, token: str, limiter: dict[str, Any] | None) -> Update:
    mine = (table.c.company_id == company_id, table.c.fence == fence, table.c.token == token)
    return update(table).where(*mine).values(holder=None, token=None, expires_at=None, limiter=limiter)


def this_process() -> str:
    """The holder's name of this process: host, pid and the process's start time."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def describe(holder: str) -> str:
    """A holder in words: process 4711 on host."""
    host, pid, _ = _parts(holder)
    return f"process {pid} on {host}" if pid else holder


def acquire(
    engine: Engine, company_id: int, holder: str, *, wait_seconds: float, clock: Clock | None = None
) -> Lease:
    """Take the company's lease, waiting up to wait_seconds for another holder to release it.

    clock tells real time and sleeps it; leave it out except in tests.
    Raises Leased, which names the holder, when the wait is over.
    """
    clock = clock or RealClock()
    give_up_at = clock.monotonic() + wait_seconds
    while True:
        taken = _take(engine, company_id, holder, clock)
        if isinstance(taken, Lease):
            return taken
        if clock.monotonic() >= give_up_at:
            raise Leased(company_id, taken)
        clock.sleep(POLL_SECONDS)


def release(engine: Engine, lease: Lease, limiter_state: dict[str, Any] | None = None) -> None:
    """Give the lease back with the limiter's state; harmless when somebody took it meanwhile."""
    try:
        with durable(engine) as conn:
            _free(
                conn,
                company_id=lease.company_id,
                fence=lease.fence,
                token=lease.token,
                limiter=limiter_state,
            )
    finally:
        with _live_lock:
            _live.discard(lease.token)


def holder_of(conn: Connection, company_id: int) -> str | None:
    """Who holds the lease, or held it last without releasing it."""
    return conn.execute(select(table.c.holder).where(table.c.company_id == company_id)).scalar_one_or_none()


@once
def _locked(company_id: int) -> Select[Any]:
    return select(table).where(table.c.company_id == company_id).with_for_update()


def _take(engine: Engine, company_id: int, holder: str, clock: Clock) -> Lease | str:
    """The lease, or the name of who has it."""
    token = secrets.token_hex(16)
    with durable(engine) as conn:
        insert_missing(conn, table, [{"company_id": company_id, "fence": 0}], key=["company_id"])
        row = _locked(conn, company_id=company_id).one()
        if not _is_free(row, holder, clock.now()):
            return str(row.holder)
        conn.execute(
            update(table)
            .where(table.c.company_id == company_id)
            .values(
                holder=holder,
                token=token,
                fence=row.fence + 1,
                expires_at=clock.now() + timedelta(seconds=LEASE_SECONDS),
            )
        )
    with _live_lock:
        _live.add(token)
    return Lease(company_id, holder, row.fence + 1, row.limiter, row.holder is not None, token, clock)


def _is_free(row: Row[Any], holder: str, now: datetime) -> bool:
    if row.holder is None or row.expires_at <= now:
        return True
    if row.holder == holder:
        return row.token not in _live  # left behind; another thread of ours is waited for
    return _is_dead_neighbour(row.holder)


def _is_dead_neighbour(holder: str) -> bool:
    """True only for a process of this host that is surely gone."""
    host, pid, started = _parts(holder)
    if host != socket.gethostname() or pid is None:
        return False
    now_started = _started(pid)
    return now_started is None or (started is not None and now_started != started)


def _parts(holder: str) -> tuple[str, int | None, str | None]:
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    started = holder.rpartition(":")[2]
    return (host, int(rest), started) if rest.isdigit() else (holder, None, None)


def _started(pid: int) -> str | None:
    """When the process started, in the kernel's ticks; None when there is no such process.

    Without /proc the answer is "?": alive, start time unknown.
    """
    if not Path("/proc/self/stat").exists():
        return "?" if _answers(pid) else None
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError:
        return "?"
    state, *fields = line.rpartition(")")[2].split()
    # Field 22 of stat is the start time (proc(5)); a zombie has ended and only waits to be counted.
    return None if state in ("Z", "X") else fields[18]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
