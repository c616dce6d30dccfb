"""How far a company's payment history has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.leases import sync_cursor
from qb_collections.store.tables.watching import history
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """reached: per kind the instant up to which it is read, as ISO text; a kind read whole says "done"."""

    since_on: date
    started_at: datetime
    reached: dict[str, str] = field(default_factory=dict)
    done: int = 0
    stopped_at: datetime | None = None
    finished_at: datetime | None = None


def of(conn: Connection, company_id: int) -> HistoryRead | None:
    row = conn.execute(select(history).where(history.c.company_id == company_id)).one_or_none()
    if row is None:
        return None
    return HistoryRead(row.since_on, row.started_at, row.reached, row.done, row.stopped_at, row.finished_at)


def put(conn: Connection, company_id: int, value: HistoryRead) -> None:
    row = {
        "company_id": company_id,
        "since_on": value.since_on,
        "started_at": value.started_at,
        "reached": value.reached,
        "done": value.done,
        "stopped_at": value.stopped_at,
        "finished_at": value.finished_at,
    }
    upsert(conn, history, [row], key=("company_id",))


def set_stopped(conn: Connection, company_id: int, at: datetime | None) -> bool:
    """Let it rest, or with None go on.  False: it never began."""
    done = conn.execute(update(history).where(history.c.company_id == company_id).values(stopped_at=at))
    return done.rowcount == 1


def unread(conn: Connection) -> list[int]:
    """Connected companies whose open items are read and whose history is not; one that was stopped rests."""
    return list(_unread(conn).scalars())


@once
def _unread() -> Select[Any]:
    return (
        select(company.c.id)
        .join(sync_cursor, sync_cursor.c.company_id == company.c.id)
        .outerjoin(history, history.c.company_id == company.c.id)
        .where(
            company.c.state == "connected",
            sync_cursor.c.first_synced_at.is_not(None),
            history.c.finished_at.is_(None),
            history.c.stopped_at.is_(None),
        )
        .order_by(company.c.id)
    )
