"""What a person dealt with, and until when the same thing is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import Connection, select

from qb_collections.core.case import DealtWith
from qb_collections.store.tables.decisions import looked_at
from qb_collections.store.upsert import upsert
from qb_collections.store.within import within

_KEY = ("company_id", "customer_id", "kind", "invoice_id")


def put(
    conn: Connection, company_id: int, customer_id: str, values: Iterable[DealtWith], *, by: str, at: datetime
) -> None:
    """The last word about the same thing counts."""
    rows = [
        {
            "company_id": company_id,
            "customer_id": customer_id,
            "kind": one.kind,
            "invoice_id": one.invoice_id or "",
            "until_on": one.until_on,
            "seen_by": by,
            "seen_at": at,
        }
        for one in values
    ]
    upsert(conn, looked_at, rows, key=_KEY)


def of_customers(
    conn: Connection, company_id: int, customer_ids: Iterable[str], today: date
) -> Iterator[tuple[str, DealtWith]]:
    """(customer, what) of everything that still rests today."""
    query = select(
        looked_at.c.customer_id, looked_at.c.kind, looked_at.c.invoice_id, looked_at.c.until_on
    ).where(
        looked_at.c.company_id == company_id,
        within(looked_at.c.customer_id, customer_ids),
        looked_at.c.until_on >= today,
    )
    for customer_id, kind, invoice_id, until_on in conn.execute(query).all():
        yield customer_id, DealtWith(kind, invoice_id or None, until_on)
