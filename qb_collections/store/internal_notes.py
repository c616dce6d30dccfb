"""Notes for colleagues about a customer: never in a text to anybody else, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from qb_collections.store.tables.customer_file import internal_note


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
    query = (
        select(internal_note)
        .where(internal_note.c.company_id == company_id, internal_note.c.customer_id.in_(customer_ids))
        .order_by(internal_note.c.id.desc())
        .limit(limit)
    )
    return [InternalNote(row.id, row.text, row.written_by, row.written_at) for row in conn.execute(query)]
