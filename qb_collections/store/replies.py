"""Replies that customers gave, as a person recorded them, and what came of each."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from qb_collections.core.money import Money
from qb_collections.store.once import once
from qb_collections.store.tables.dealing import REPLY_KINDS, reply
from qb_collections.store.types import money
from qb_collections.store.within import within

__all__ = ["REPLY_KINDS", "Reply", "add", "done", "get", "latest", "list"]


@dataclass(frozen=True, slots=True)
class Reply:
    id: int
    customer_id: str
    currency: str
    kind: str
    said: str
    by: str
    on: date
    at: datetime
    invoice_id: str | None = None
    promised_on: date | None = None
    amount: Money | None = None
    hold_ids: tuple[int, ...] = ()
    done_by: str | None = None
    done_because: str | None = None
    done_at: datetime | None = None


def add(
    conn: Connection,
    company_id: int,
    customer_id: str,
    currency: str,
    kind: str,
    *,
    said: str,
    by: str,
    on: date,
    at: datetime,
    invoice_id: str | None = None,
    promised_on: date | None = None,
    amount: Money | None = None,
    hold_ids: Sequence[int] = (),
) -> int:
    inserted = conn.execute(
        reply.insert().values(
            company_id=company_id,
            customer_id=customer_id,
            currency=currency,
            kind=kind,
            invoice_id=invoice_id,
            said=said,
            promised_on=promised_on,
            amount=amount.amount if amount else None,
            hold_ids=[*hold_ids],
            recorded_by=by,
            recorded_on=on,
            at=at,
        )
    ).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def done(
    conn: Connection, company_id: int, reply_id: int, *, by: str, because: str | None, at: datetime
) -> bool:
    """Somebody has dealt with it; False when that was said already."""
    changed = conn.execute(
        update(reply)
        .where(reply.c.company_id == company_id, reply.c.id == reply_id, reply.c.done_at.is_(None))
        .values(done_by=by, done_because=because, done_at=at)
    )
    return changed.rowcount == 1


def get(conn: Connection, company_id: int, reply_id: int) -> Reply:
    """Raises LookupError when the company has no such reply."""
    row = conn.execute(
        select(reply).where(reply.c.company_id == company_id, reply.c.id == reply_id)
    ).one_or_none()
    if row is None:
        raise LookupError(f"there is no reply {reply_id}")
    return _reply(row)


def list(conn: Connection, company_id: int, *, limit: int = 1000) -> builtins.list[Reply]:
    """Replies that nobody has dealt with, oldest first."""
    query = (
        select(reply)
        .where(reply.c.company_id == company_id, reply.c.done_at.is_(None))
        .order_by(reply.c.id)
        .limit(limit)
    )
    return [_reply(row) for row in conn.execute(query)]


def latest(
    conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int
) -> builtins.list[Reply]:
    """The latest first, dealt with or not."""
    return [
        _reply(row) for row in _latest(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    ]


@once
def _latest(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(reply)
        .where(reply.c.company_id == company_id, within(reply.c.customer_id, customer_ids))
        .order_by(reply.c.at.desc(), reply.c.id.desc())
        .limit(limit)
    )


def _reply(row: Row[Any]) -> Reply:
    return Reply(
        id=row.id,
        customer_id=row.customer_id,
        currency=row.currency,
        kind=row.kind,
        said=row.said,
        by=row.recorded_by,
        on=row.recorded_on,
        at=row.at,
        invoice_id=row.invoice_id,
        promised_on=row.promised_on,
        amount=money(row.amount, row.currency) if row.amount is not None else None,
        hold_ids=tuple(row.hold_ids),
        done_by=row.done_by,
        done_because=row.done_because,
        done_at=row.done_at,
    )
