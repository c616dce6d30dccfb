"""What a person dealt with, and until when the same thing is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from qb_collections.core.case import DealtWith
from qb_collections.store.once import once
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
    rows = _resting(conn, company_id=company_id, customer_ids=[*customer_ids], today=today)
    for row in rows.all():
        yield row.customer_id, DealtWith(row.kind, row.invoice_id or None, row.until_on)


@once
def _resting(company_id: int, customer_ids: Iterable[str], today: date) -> Select[Any]:
    return select(
        looked_at.c.customer_id, looked_at.c.kind, looked_at.c.invoice_id, looked_at.c.until_on
    ).where(
        looked_at.c.company_id == company_id,
        within(looked_at.c.customer_id, customer_ids),
        looked_at.c.until_on >= today,
    )
