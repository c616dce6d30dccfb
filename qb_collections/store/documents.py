"""Documents on file: QuickBooks' attachments as they were listed last, and what a person says each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from qb_collections.store.tables.customer_file import DOCUMENT_KINDS, document_on_file, documents_read
from qb_collections.store.upsert import upsert

__all__ = ["DOCUMENT_KINDS", "Document", "Listed", "listed", "put", "say"]


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    name: str
    invoice_id: str | None  # None: it hangs on the customer
    attached_at: datetime | None
    kind: str | None = None  # one of DOCUMENT_KINDS; None: nobody has said
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What was on file at read_at; None: nobody has looked yet."""

    read_at: datetime | None = None
    whole: bool = True  # False: QuickBooks has more than were read
    documents: tuple[Document, ...] = ()  # the latest first
    total: int = 0  # documents may be one page of them


def put(
    conn: Connection,
    company_id: int,
    customer_id: str,
    found: Sequence[Document],
    *,
    read_at: datetime,
    whole: bool,
) -> None:
    """In place of what was listed for the customer before; what people said of one stays with it."""
    mine = (document_on_file.c.company_id == company_id) & (document_on_file.c.customer_id == customer_id)
    conn.execute(
        delete(document_on_file).where(mine, document_on_file.c.id.not_in([one.id for one in found]))
    )
    rows = [
        {
            "company_id": company_id,
            "id": one.id,
            "customer_id": customer_id,
            "invoice_id": one.invoice_id,
            "name": one.name,
            "attached_at": one.attached_at,
        }
        for one in found
    ]
    upsert(conn, document_on_file, rows, key=("company_id", "id"))
    read = {"company_id": company_id, "customer_id": customer_id, "read_at": read_at, "whole": whole}
    upsert(conn, documents_read, [read], key=("company_id", "customer_id"))


def say(conn: Connection, company_id: int, document_id: str, kind: str, by: str) -> bool:
    """A person says what it is; False: there is no such document."""
    done = conn.execute(
        update(document_on_file)
        .where(document_on_file.c.company_id == company_id, document_on_file.c.id == document_id)
        .values(kind=kind, said_by=by)
    )
    return done.rowcount == 1


def customer_of(conn: Connection, company_id: int, document_id: str) -> str | None:
    query = select(document_on_file.c.customer_id).where(
        document_on_file.c.company_id == company_id, document_on_file.c.id == document_id
    )
    return conn.execute(query).scalar_one_or_none()


def listed(conn: Connection, company_id: int, customer_id: str, limit: int) -> Listed:
    """In one statement."""
    mine = (document_on_file.c.company_id == documents_read.c.company_id) & (
        document_on_file.c.customer_id == documents_read.c.customer_id
    )
    query = (
        select(
            documents_read.c.read_at,
            documents_read.c.whole,
            document_on_file,
            func.count(document_on_file.c.id).over().label("total"),
        )
        .select_from(documents_read.outerjoin(document_on_file, mine))
        .where(documents_read.c.company_id == company_id, documents_read.c.customer_id == customer_id)
        .order_by(document_on_file.c.attached_at.desc(), document_on_file.c.id.desc())
        .limit(limit)
    )
    rows = conn.execute(query).all()
    if not rows:
        return Listed()
    found = tuple(
        Document(row.id, row.name, row.invoice_id, row.attached_at, row.kind, row.said_by)
        for row in rows
        if row.id is not None
    )
    return Listed(rows[0].read_at, rows[0].whole, found, rows[0].total)
