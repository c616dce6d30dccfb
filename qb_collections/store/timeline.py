"""What there is to tell of one customer, the latest first: a query for each kind of thing, with a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from qb_collections.core.books import Payment
from qb_collections.store import contacts, holds, mirror_rows
from qb_collections.store.contacts import StoredContact
from qb_collections.store.holds import StoredHold
from qb_collections.store.once import once
from qb_collections.store.tables.dealing import answer
from qb_collections.store.tables.decisions import contact, decision, hold
from qb_collections.store.tables.mirror import ZERO, mirror_payment
from qb_collections.store.unindexed import unindexed
from qb_collections.store.within import within


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer that was given, or dropped for a reason."""

    kind: str
    state: str
    because: str | None
    at: datetime


def said(conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int) -> list[StoredContact]:
    rows = _said(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    return [contacts.stored(row) for row in rows]


@once
def _said(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(contact)
        .where(contact.c.company_id == company_id, within(contact.c.customer_id, customer_ids))
        .order_by(unindexed(contact.c.contacted_on).desc(), contact.c.id.desc())
        .limit(limit)
    )


def marks(conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int) -> list[StoredHold]:
    """Holds, standing or lifted, the one placed last first."""
    rows = _marks(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    return [holds.stored(row) for row in rows]


@once
def _marks(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(hold)
        .where(hold.c.company_id == company_id, within(hold.c.customer_id, customer_ids))
        .order_by(unindexed(hold.c.placed_on).desc(), hold.c.id.desc())
        .limit(limit)
    )


def paid(conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int) -> list[Payment]:
    """Money that came in; what only applied a credit brought none."""
    rows = _paid(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    return [mirror_rows.payment(row) for row in rows.mappings()]


@once
def _paid(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(mirror_payment)
        .where(
            mirror_payment.c.company_id == company_id,
            within(mirror_payment.c.customer_id, customer_ids),
            mirror_payment.c.total > ZERO,
        )
        .order_by(unindexed(mirror_payment.c.received_on).desc(), unindexed(mirror_payment.c.id).desc())
        .limit(limit)
    )


def settled(conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int) -> list[Settled]:
    """Answers that were given or dropped, the latest first."""
    rows = _settled(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    return [Settled(row.kind, row.state, row.because, row.settled_at) for row in rows]


@once
def _settled(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(answer.c.kind, answer.c.state, answer.c.because, answer.c.settled_at)
        .where(
            answer.c.company_id == company_id,
            within(answer.c.customer_id, customer_ids),
            answer.c.state != "wanted",
        )
        .order_by(unindexed(answer.c.id).desc())
        .limit(limit)
    )


@dataclass(frozen=True, slots=True)
class LastReason:
    gate: str
    reason: str
    review_on: date | None


def last_reason(conn: Connection, company_id: int, customer_id: str, currency: str) -> LastReason | None:
    """Of the customer's latest decision; None: nobody has decided about it yet."""
    query = (
        select(decision.c.gate, decision.c.reason, decision.c.review_on)
        .where(
            decision.c.company_id == company_id,
            decision.c.customer_id == customer_id,
            decision.c.currency == currency,
        )
        .order_by(decision.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return LastReason(*row) if row else None
