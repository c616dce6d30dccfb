"""Questions of customers that nobody has settled, with whose they are and what is open on the invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.store import holds
from qb_collections.store.once import once
from qb_collections.store.tables.decisions import hold
from qb_collections.store.tables.mirror import mirror_customer, mirror_invoice
from qb_collections.store.types import money


@dataclass(frozen=True, slots=True)
class Disputed:
    """One invoice, or a whole customer, that is questioned."""

    hold: Hold
    customer_id: str
    name: str
    invoice: str | None  # its number; None: everything of theirs
    balance: Money | None  # what is open on the invoice; None: it is about the customer, or not known here
    due_on: date | None


def standing(conn: Connection, company_id: int, *, limit: int, offset: int = 0) -> list[Disputed]:
    """Those whose answer is due first, first; then those without a day, the oldest first."""
    return [
        Disputed(
            holds.hold_of(row),
            row.customer_id,
            row.name or row.customer_id,
            None if row.invoice_id is None else row.number or f"id {row.invoice_id}",
            None if row.balance is None else money(row.balance, row.invoice_currency),
            row.due_on,
        )
        for row in _standing(conn, company_id=company_id, at_most=limit, left_out=offset)
    ]


def count(conn: Connection, company_id: int, today: date) -> tuple[int, int, int]:
    """(questions, of these to be answered by a day that is past, of these with nobody who answers)."""
    row = _count(conn, company_id=company_id, today=today).one()
    return int(row.all_of_them), int(row.overdue or 0), int(row.nobody or 0)


@once
def _standing(company_id: int, at_most: int, left_out: int) -> Select[Any]:
    about, whose = mirror_invoice.c, mirror_customer.c
    of_invoice = and_(about.company_id == hold.c.company_id, about.id == hold.c.invoice_id)
    of_customer = and_(whose.company_id == hold.c.company_id, whose.id == hold.c.customer_id)
    return (
        select(
            hold,
            mirror_customer.c.name,
            mirror_invoice.c.number,
            mirror_invoice.c.balance,
            mirror_invoice.c.currency.label("invoice_currency"),
            mirror_invoice.c.due_on,
        )
        .select_from(hold.outerjoin(mirror_customer, of_customer).outerjoin(mirror_invoice, of_invoice))
        .where(hold.c.company_id == company_id, hold.c.kind == HoldKind.DISPUTE, hold.c.lifted_at.is_(None))
        .order_by(hold.c.answer_by_on.is_(None), hold.c.answer_by_on, hold.c.id)
        .limit(at_most)
        .offset(left_out)
    )


@once
def _count(company_id: int, today: date) -> Select[Any]:
    late = case((hold.c.answer_by_on < today, 1), else_=0)
    nobody = case((hold.c.owner.is_(None), 1), else_=0)
    counted = [func.count().label("all_of_them"), func.sum(late).label("overdue")]
    return select(*counted, func.sum(nobody).label("nobody")).where(
        hold.c.company_id == company_id, hold.c.kind == HoldKind.DISPUTE, hold.c.lifted_at.is_(None)
    )
