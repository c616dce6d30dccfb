"""How far a company's books have been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.leases import sync_cursor
from qb_collections.store.upsert import upsert

COUNTED_ON = "counted_on"  # in progress: the day of the last weekly look
OWN_WRITES = "own_writes"  # in progress: how many writes of ours lie after the cursor


@dataclass(frozen=True, slots=True)
class Cursor:
    """since is QuickBooks' own time: changes are asked for from there."""

    since: datetime
    synced_at: datetime
    first_synced_at: datetime | None = None  # None while the first sync is under way
    tied_out_on: date | None = None
    progress: dict[str, Any] = field(default_factory=dict)  # remembered page sizes, where a first sync stands


def cursor(conn: Connection, company_id: int) -> Cursor | None:
    row = _of_company(conn, company_id=company_id).one_or_none()
    if row is None:
        return None
    return Cursor(row.since, row.synced_at, row.first_synced_at, row.tied_out_on, row.progress or {})


@once
def _of_company(company_id: int) -> Select[Any]:
    return select(sync_cursor).where(sync_cursor.c.company_id == company_id)


def set_cursor(conn: Connection, company_id: int, value: Cursor) -> None:
    row = {
        "company_id": company_id,
        "since": value.since,
        "synced_at": value.synced_at,
        "first_synced_at": value.first_synced_at,
        "tied_out_on": value.tied_out_on,
        "progress": value.progress,
    }
    upsert(conn, sync_cursor, [row], key=["company_id"])


def not_counted_since(conn: Connection, day: date) -> list[int]:
    """Connected companies, read whole, whose last weekly look was on that day or before."""
    found = []
    for row in _read_whole(conn):
        counted = (row.progress or {}).get(COUNTED_ON) or row.first_synced_at.date().isoformat()
        if counted <= day.isoformat():
            found.append(row.company_id)
    return found


@once
def _read_whole() -> Select[Any]:
    return (
        select(sync_cursor.c.company_id, sync_cursor.c.first_synced_at, sync_cursor.c.progress)
        .join(company, company.c.id == sync_cursor.c.company_id)
        .where(company.c.state == "connected", sync_cursor.c.first_synced_at.is_not(None))
        .order_by(sync_cursor.c.company_id)
    )


def without_own_writes(progress: dict[str, Any]) -> dict[str, Any]:
    """What stays remembered beside a cursor that has moved past our own writes."""
    return {name: value for name, value in progress.items() if name != OWN_WRITES}


def forget(conn: Connection, company_id: int) -> None:
    """The next sync is a first one."""
    conn.execute(delete(sync_cursor).where(sync_cursor.c.company_id == company_id))
