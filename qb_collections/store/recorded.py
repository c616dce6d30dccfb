"""When invoices and credit memos were entered into QuickBooks.  Payments carry their own time.

Written once and kept, also for documents that were deleted since: an id is never used again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from qb_collections.core.books import CreditMemo, Invoice
from qb_collections.store.tables.mirror import recorded
from qb_collections.store.upsert import insert_missing


def put(conn: Connection, company_id: int, kind: str, rows: Iterable[Invoice | CreditMemo]) -> None:
    """Keep the times that are known; a time that is kept already stays."""
    values = [
        {"company_id": company_id, "kind": kind, "id": row.id, "created_at": row.created_at}
        for row in rows
        if row.created_at is not None
    ]
    insert_missing(conn, recorded, values, key=("company_id", "kind", "id"))


def times(conn: Connection, company_id: int, kind: str) -> dict[str, datetime]:
    """The time of every document of the kind that has one, by QuickBooks id."""
    query = select(recorded.c.id, recorded.c.created_at).where(
        recorded.c.company_id == company_id, recorded.c.kind == kind
    )
    return {row.id: row.created_at for row in conn.execute(query)}
