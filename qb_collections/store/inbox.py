"""The inbox: bodies that QuickBooks pushed, sealed and on the disk before they are answered.

A body arrives without a company; draining splits it per company.  What belongs to no known company,
or cannot be read, is kept aside.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, select, update
from sqlalchemy.exc import SQLAlchemyError

from qb_collections.clock import Clock, RealClock
from qb_collections.store.engine import durable
from qb_collections.store.once import once
from qb_collections.store.tables.inbox import inbox
from qb_collections.store.vault import Vault

PLACE = "inbox"
SUBMIT_SECONDS = 2.5  # QuickBooks wants an answer within 3 seconds
GROUP_MAX = 200
GATHER_SHARE = 0.5  # of the time that the last commit took
GATHER_SECONDS_MAX = 0.005
WAITING_MAX = 5_000


class InboxBusy(Exception):
    """The bodies could not be stored in time.  Answer 503: they are delivered again."""


@dataclass(frozen=True, slots=True)
class Received:
    """A body, or one company's part of it."""

    id: int
    body: bytes
    received_at: datetime
    company_id: int | None = None


def store(conn: Connection, bodies: Iterable[bytes], *, vault: Vault, at: datetime) -> int:
    """Store whole bodies, sealed; return how many."""
    rows = [_row(vault, body, None, None, at) for body in bodies]
    if rows:
        conn.execute(inbox.insert(), rows)
    return len(rows)


def unsplit(conn: Connection, *, vault: Vault, limit: int = 100) -> list[Received]:
    """Whole bodies that wait for being split per company, oldest first."""
    return _received(conn, vault, inbox.c.company_id.is_(None), limit)


def split(
    conn: Connection,
    cut: Sequence[tuple[Received, Sequence[tuple[int, bytes]]]],
    *,
    vault: Vault,
    at: datetime,
) -> None:
    """Replace bodies by their companies' parts: (company id, part)."""
    rows = [
        _row(vault, part, company_id, one.id, one.received_at)
        for one, parts in cut
        for company_id, part in parts
    ]
    if rows:
        conn.execute(inbox.insert(), rows)
    _finish(conn, inbox.c.company_id.is_(None), [one.id for one, _ in cut], "done", None, at)


def pending(conn: Connection, company_id: int, *, vault: Vault, limit: int = 1000) -> list[Received]:
    """The company's parts that nobody has worked on, oldest first."""
    return _received(conn, vault, inbox.c.company_id == company_id, limit)


def waiting_companies(conn: Connection) -> list[int]:
    """Companies with parts that nobody has worked on."""
    return [company_id for company_id in _waiting(conn).scalars() if company_id is not None]


@once
def _waiting() -> Select[Any]:
    return (
        select(inbox.c.company_id)
        .where(inbox.c.state == "pending", inbox.c.company_id.is_not(None))
        .distinct()
        .order_by(inbox.c.company_id)
    )


def done(conn: Connection, company_id: int, ids: Sequence[int], at: datetime) -> None:
    """These parts are worked into the mirror."""
    _finish(conn, inbox.c.company_id == company_id, ids, "done", None, at)


def quarantine(
    conn: Connection, ids: Sequence[int], reason: str, at: datetime, *, company_id: int | None = None
) -> None:
    """Keep these aside, with the reason; a body of an unknown company has none."""
    mine = inbox.c.company_id.is_(None) if company_id is None else inbox.c.company_id == company_id
    _finish(conn, mine, ids, "quarantined", reason, at)


def reseal(conn: Connection, vault: Vault, limit: int = 500) -> int:
    """Seal up to limit bodies with the vault's first key; return how many there were, 0 when all are."""
    rows = conn.execute(
        select(inbox.c.id, inbox.c.company_id, inbox.c.body_sealed)
        .where(inbox.c.body_sealed.not_like(f"v1.{vault.primary}.%"))
        .order_by(inbox.c.id)
        .limit(limit)
    ).all()
    for row in rows:
        mine = (
            inbox.c.company_id.is_(None) if row.company_id is None else inbox.c.company_id == row.company_id
        )
        sealed = vault.seal_bytes(vault.open_bytes(row.body_sealed, PLACE), PLACE)
        conn.execute(update(inbox).where(mine, inbox.c.id == row.id).values(body_sealed=sealed))
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Submission:
    bodies: Sequence[bytes]
    done: Callable[[Exception | None], None]


class InboxWriter:
    """The one thread that writes bodies, in groups: one wait for the disk serves all that came meanwhile."""

    def __init__(self, engine: Engine, vault: Vault, clock: Clock | None = None) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock or RealClock()
        self._real = RealClock()  # the disk does not live by an emulator's clock
        self._took = 0.0  # the last commit, in seconds
        self._ended_at = self._real.monotonic()
        self._waiting: queue.Queue[_Submission | None] = queue.Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    def post(self, bodies: Sequence[bytes], done: Callable[[Exception | None], None]) -> None:
        """Take bodies and return at once; done hears None once they are on the disk, else what went wrong.

        It is called in the writer's thread, so it only passes the news on.  Raises
        InboxBusy when too many wait already.
        """
        try:
            self._waiting.put_nowait(_Submission(bodies, done))
        except queue.Full:
            raise InboxBusy("too many bodies are waiting") from None

    def submit(self, bodies: Sequence[bytes], timeout_seconds: float = SUBMIT_SECONDS) -> None:
        """Return once the bodies are on the disk.  Raises InboxBusy when that takes too long or fails."""
        told: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self.post(bodies, told.put)
        try:
            failure = told.get(timeout=timeout_seconds)
        except queue.Empty:
            raise InboxBusy("the database did not store the body in time") from None
        if failure is not None:
            raise InboxBusy("the database did not take the body") from failure

    def close(self) -> None:
        """Store what waits, then stop."""
        self._waiting.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            self._gather()
            group, ended = self._group(first)
            begun_at = self._real.monotonic()
            self._commit(group)
            self._ended_at = self._real.monotonic()
            self._took = self._ended_at - begun_at
            if ended:
                return

    def _gather(self) -> None:
        """Right after a commit, give whoever was answered the time to send more: they share the next one.

        A body that comes by itself does not wait.
        """
        rest = min(self._took * GATHER_SHARE, GATHER_SECONDS_MAX) - (self._real.monotonic() - self._ended_at)
        if rest > 0:
            self._real.sleep(rest)

    def _group(self, first: _Submission) -> tuple[list[_Submission], bool]:
        """first and all that waits behind it; True when the end is among them."""
        group = [first]
        while len(group) < GROUP_MAX:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return group, True
            group.append(following)
        return group, False

    def _commit(self, group: Sequence[_Submission]) -> None:
        failure: Exception | None = InboxBusy("the writer ended")
        try:
            bodies = [body for submission in group for body in submission.bodies]
            with durable(self._engine) as conn:
                store(conn, bodies, vault=self._vault, at=self._clock.now())
            failure = None
        except (SQLAlchemyError, OSError) as error:  # a full disk, a locked database: the thread goes on
            failure = error
        finally:
            for submission in group:
                submission.done(failure)


def _row(
    vault: Vault, body: bytes, company_id: int | None, split_from: int | None, at: datetime
) -> dict[str, object]:
    return {
        "company_id": company_id,
        "split_from": split_from,
        "body_sealed": vault.seal_bytes(body, PLACE),
        "state": "pending",
        "received_at": at,
    }


def _received(conn: Connection, vault: Vault, mine: ColumnElement[bool], limit: int) -> list[Received]:
    rows = conn.execute(
        select(inbox).where(mine, inbox.c.state == "pending").order_by(inbox.c.id).limit(limit)
    )
    return [
        Received(row.id, vault.open_bytes(row.body_sealed, PLACE), row.received_at, row.company_id)
        for row in rows
    ]


def _finish(
    conn: Connection,
    mine: ColumnElement[bool],
    ids: Sequence[int],
    state: str,
    reason: str | None,
    at: datetime,
) -> None:
    if ids:
        conn.execute(
            update(inbox).where(mine, inbox.c.id.in_(ids)).values(state=state, reason=reason, done_at=at)
        )
