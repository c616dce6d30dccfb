"""Notes for colleagues about a customer: never in a text to anybody else, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from qb_collections.store.once import once
from qb_collections.store.tables.customer_file import internal_note
from qb_collections.store.within import within


@dataclass(frozen=True, slots=True)
class InternalNote:
    id: int
    text: str
    by: str
    at: datetime


def add(conn: Connection, company_id: int, customer_id: str, text: str, *, by: str, at: datetime) -> int:
    inserted = conn.execute(
        internal_note.insert().values(
            company_id=company_id, customer_id=customer_id, text=text, written_by=by, written_at=at
        )
    ).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def latest(conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int) -> list[InternalNote]:
    """The latest first."""
    rows = _latest(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    return [InternalNote(row.id, row.text, row.written_by, row.written_at) for row in rows]


@once
def _latest(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(internal_note)
        .where(internal_note.c.company_id == company_id, within(internal_note.c.customer_id, customer_ids))
        .order_by(internal_note.c.id.desc())
        .limit(limit)
    )
