"""Ground truth about traffic: every request with its time, and counters per kind of call.

Bodies are kept as hash and size only.  The log holds the latest requests up to a limit;
counters count since the store was made.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qb_collections.emulator.calls import Call
from qb_collections.emulator.store import Store

KEPT_MAX = 200_000
PAGE_MAX = 1000
_TRIM_EVERY = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS request_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  params TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT,
  realm TEXT,
  body_sha256 TEXT NOT NULL,
  body_bytes INTEGER NOT NULL,
  status INTEGER,
  intuit_tid TEXT NOT NULL,
  fault TEXT
);
CREATE TABLE IF NOT EXISTS call_counter (
  kind TEXT PRIMARY KEY,
  calls INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended.  `status` is None when the caller got no answer and nothing was done."""

    status: int | None
    intuit_tid: str
    fault: str | None = None


class RequestLog:
    """Writes one row per call, and reads them back for the control surface."""

    def __init__(self, store: Store) -> None:
        store.script(_SCHEMA)
        self._store = store

    def record(self, call: Call, at: datetime, outcome: Outcome) -> None:
        """Append one call, with the instant at which it arrived."""
        row = (
            at.astimezone(UTC).isoformat(timespec="microseconds"),
            call.method,
            call.path,
            json.dumps(dict(call.params)),
            call.kind,
            call.entity,
            call.realm_id,
            hashlib.sha256(call.body).hexdigest(),
            len(call.body),
            outcome.status,
            outcome.intuit_tid,
            outcome.fault,
        )
        with self._store.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO request_log (at, method, path, params, kind, entity, realm, body_sha256,"
                " body_bytes, status, intuit_tid, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.execute(
                "INSERT INTO call_counter VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET calls = calls + 1",
                (call.kind,),
            )
            last = int(cursor.lastrowid or 0)
            if last % _TRIM_EVERY == 0:
                connection.execute("DELETE FROM request_log WHERE id <= ?", (last - KEPT_MAX,))

    def after(self, after: int, *, limit: int = PAGE_MAX) -> list[dict[str, Any]]:
        """Return the calls recorded after a sequence number, oldest first, at most `limit`."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT id, at, method, path, params, kind, entity, realm, body_sha256, body_bytes, status,"
                " intuit_tid, fault FROM request_log WHERE id > ? ORDER BY id LIMIT ?",
                (after, limit),
            ).fetchall()
        return [_as_json(row) for row in rows]

    def latest_at(self) -> datetime | None:
        """Return when the last recorded call arrived."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT max(at) FROM request_log").fetchone()
        return None if row[0] is None else datetime.fromisoformat(row[0])

    def counters(self) -> dict[str, int]:
        """Return the number of calls by kind."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT kind, calls FROM call_counter ORDER BY kind").fetchall()
        return {str(kind): int(calls) for kind, calls in rows}


def _as_json(row: tuple[Any, ...]) -> dict[str, Any]:
    params = json.loads(row[4])
    return {
        "seq": row[0],
        "at": row[1],
        "method": row[2],
        "path": row[3],
        "params": params,
        "requestid": params.get("requestid"),
        "kind": row[5],
        "entity": row[6],
        "realm_id": row[7],
        "body_sha256": row[8],
        "body_bytes": row[9],
        "status": row[10],
        "intuit_tid": row[11],
        "fault": row[12],
    }
