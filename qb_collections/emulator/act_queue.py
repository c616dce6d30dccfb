"""Acts that wait for their time: what customers and colleagues will do as the clock moves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qb_collections.emulator.store import Store
from qb_collections.emulator.wire import decode, encode, instant, micros

# Run one by one inside the caller's transaction: sqlite3's executescript would end it.
_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS scheduled_act (
      id INTEGER PRIMARY KEY,
      realm TEXT NOT NULL,
      at INTEGER NOT NULL,
      act TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'skipped')),
      reason TEXT
    )
    """,
    """
    CREATE INDEX IF NOT EXISTS scheduled_act_due ON scheduled_act (realm, at, id) WHERE state = 'waiting'
    """,
    """
    CREATE TABLE IF NOT EXISTS act_invoice (
      realm TEXT NOT NULL,
      key TEXT NOT NULL,
      invoice TEXT NOT NULL,
      PRIMARY KEY (realm, key)
    ) WITHOUT ROWID
    """,
)


@contextmanager
def _writing(store: Store) -> Iterator[sqlite3.Connection]:
    with store.transaction() as conn:
        for statement in _SCHEMA:
            conn.execute(statement)
        yield conn


@contextmanager
def _reading(store: Store) -> Iterator[sqlite3.Connection | None]:
    """Yield the connection, or None where no act was ever scheduled."""
    with store.reading() as conn:
        found = conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'act_invoice'").fetchone()
        yield conn if found else None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One act and what became of it; reason says why it was skipped."""

    id: int
    at: datetime
    act: dict[str, Any]
    state: str
    reason: str | None


def add(store: Store, realm_id: str, at: datetime, act: Mapping[str, Any]) -> int:
    """Store an act for later and return its id; nothing checks yet whether it will make sense."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; an instant needs one, for example Z.")
    with _writing(store) as conn:
        found = conn.execute(
            "INSERT INTO scheduled_act (realm, at, act) VALUES (?, ?, ?)",
            (realm_id, micros(at), encode(dict(act)).decode()),
        )
        assert found.lastrowid is not None
        return found.lastrowid


def first_due(store: Store, realm_id: str, now: datetime) -> Scheduled | None:
    """Return the earliest waiting act whose time has come; of equal times the one stored first."""
    with _reading(store) as conn:
        if conn is None:
            return None
        row = conn.execute(
            "SELECT id, at, act, state, reason FROM scheduled_act"
            " WHERE realm = ? AND state = 'waiting' AND at <= ? ORDER BY at, id LIMIT 1",
            (realm_id, micros(now)),
        ).fetchone()
    return None if row is None else _scheduled(row)


def close(store: Store, id_: int, *, skipped_because: str | None = None) -> None:
    """Mark a waiting act done, or skipped with its reason."""
    state = "done" if skipped_because is None else "skipped"
    with _writing(store) as conn:
        changed = conn.execute(
            "UPDATE scheduled_act SET state = ?, reason = ? WHERE id = ? AND state = 'waiting'",
            (state, skipped_because, id_),
        ).rowcount
        assert changed == 1, f"act {id_} was closed twice"


def listed(store: Store, realm_id: str) -> list[Scheduled]:
    """Return all acts of a company, in the order of their time."""
    with _reading(store) as conn:
        if conn is None:
            return []
        rows = conn.execute(
            "SELECT id, at, act, state, reason FROM scheduled_act WHERE realm = ? ORDER BY at, id",
            (realm_id,),
        ).fetchall()
    return [_scheduled(row) for row in rows]


def remember_invoice(store: Store, realm_id: str, key: str, invoice_id: str) -> None:
    """Give an invoice a name that later acts may call it by, since its number is QuickBooks' to choose."""
    with _writing(store) as conn:
        conn.execute("INSERT OR REPLACE INTO act_invoice VALUES (?, ?, ?)", (realm_id, key, invoice_id))


def invoice_of_key(store: Store, realm_id: str, key: str) -> str | None:
    with _reading(store) as conn:
        if conn is None:
            return None
        row = conn.execute(
            "SELECT invoice FROM act_invoice WHERE realm = ? AND key = ?", (realm_id, key)
        ).fetchone()
    return None if row is None else str(row[0])


def _scheduled(row: tuple[int, int, str, str, str | None]) -> Scheduled:
    id_, at, act, state, reason = row
    return Scheduled(id_, instant(at), decode(act), state, reason)
