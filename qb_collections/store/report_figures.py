"""What is worked out ahead for the reports: one row for each company, made anew each night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from qb_collections.store.tables.companies import company
from qb_collections.store.tables.leases import sync_cursor
from qb_collections.store.tables.reports import report_figures
from qb_collections.store.upsert import upsert

STALE_AFTER = timedelta(hours=20)  # of the books' own readings: once for each night


@dataclass(frozen=True, slots=True)
class StoredFigures:
    worked_out_on: date
    made_at: datetime
    read_at: datetime  # when the books were read that they rest on
    figures: dict[str, Any]


def put(
    conn: Connection,
    company_id: int,
    *,
    on: date,
    made_at: datetime,
    read_at: datetime,
    history_since: date | None,
    figures: dict[str, Any],
) -> None:
    row = {
        "company_id": company_id,
        "worked_out_on": on,
        "made_at": made_at,
        "read_at": read_at,
        "history_since": history_since,
        "figures": figures,
    }
    upsert(conn, report_figures, [row], key=["company_id"])


def get(conn: Connection, company_id: int) -> StoredFigures | None:
    row = conn.execute(select(report_figures).where(report_figures.c.company_id == company_id)).one_or_none()
    return StoredFigures(row.worked_out_on, row.made_at, row.read_at, row.figures) if row else None


def due(conn: Connection) -> list[int]:
    """Connected companies that were read since their figures were made, or learned more of their past."""
    query = (
        select(
            sync_cursor.c.company_id,
            sync_cursor.c.synced_at,
            company.c.history_since.label("known_since"),
            report_figures.c.read_at,
            report_figures.c.history_since,
        )
        .join(company, company.c.id == sync_cursor.c.company_id)
        .outerjoin(report_figures, report_figures.c.company_id == sync_cursor.c.company_id)
        .where(company.c.state == "connected", sync_cursor.c.first_synced_at.is_not(None))
        .order_by(sync_cursor.c.company_id)
    )
    return [
        row.company_id
        for row in conn.execute(query)
        if row.read_at is None
        or row.synced_at - row.read_at >= STALE_AFTER
        or row.history_since != row.known_since
    ]
