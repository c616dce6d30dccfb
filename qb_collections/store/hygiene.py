"""What could be better in the books, counted and listed: never sent, unapplied, terms missing or odd."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from qb_collections.core.money import Money
from qb_collections.store.tables.mirror import (
    ZERO,
    mirror_credit_memo,
    mirror_customer,
    mirror_invoice,
    mirror_payment,
)
from qb_collections.store.types import MoneyUnits, money


@dataclass(frozen=True, slots=True)
class BooksLine:
    """One document that wants a look; kind: invoice, payment or credit memo."""

    kind: str
    id: str
    number: str | None
    customer_id: str
    customer: str | None
    on: date  # of the document
    amount: Money
    due_on: date | None = None
    terms: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    never_sent: int
    odd_terms: int


def counts(conn: Connection, company_id: int) -> Counts:
    """Open invoices by what they want, in one statement."""
    query = select(
        func.sum(case((_never_sent(), 1), else_=0)).label("never_sent"),
        func.sum(case((_odd_terms(), 1), else_=0)).label("odd_terms"),
    ).where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
    row = conn.execute(query).one()
    return Counts(row.never_sent or 0, row.odd_terms or 0)


def never_sent(conn: Connection, company_id: int, limit: int, offset: int) -> list[BooksLine]:
    """Open invoices that QuickBooks never e-mailed, the oldest first."""
    return _invoices(conn, company_id, _never_sent(), limit, offset)


def odd_terms(conn: Connection, company_id: int, limit: int, offset: int) -> list[BooksLine]:
    """Open invoices without terms, without a due date, or with one that can hardly be meant."""
    return _invoices(conn, company_id, _odd_terms(), limit, offset)


def unapplied_sums(conn: Connection, company_id: int) -> list[tuple[Money, int]]:
    """What nobody has applied, by currency, with the number of documents."""
    every = _unapplied(company_id)
    query = (
        select(every.c.currency, func.sum(every.c.amount, type_=MoneyUnits).label("amount"), func.count())
        .group_by(every.c.currency)
        .order_by(every.c.currency)
    )
    return [(money(amount, currency), count) for currency, amount, count in conn.execute(query)]


def unapplied(conn: Connection, company_id: int, limit: int, offset: int) -> list[BooksLine]:
    """Payments and credits with something left, the largest first."""
    every = _unapplied(company_id)
    query = (
        select(every, mirror_customer.c.name)
        .outerjoin(
            mirror_customer,
            and_(mirror_customer.c.company_id == company_id, mirror_customer.c.id == every.c.customer_id),
        )
        .order_by(every.c.amount.desc(), every.c.kind, every.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        BooksLine(
            row.kind, row.id, row.number, row.customer_id, row.name, row.day, money(row.amount, row.currency)
        )
        for row in conn.execute(query)
    ]


def _never_sent() -> ColumnElement[bool]:
    return and_(
        mirror_invoice.c.sent_at.is_(None), func.coalesce(mirror_invoice.c.email_status, "") != "EmailSent"
    )


def _odd_terms() -> ColumnElement[bool]:
    """Nobody is paid before the bill was written: a due date before it was typed by mistake."""
    return or_(
        mirror_invoice.c.terms.is_(None),
        mirror_invoice.c.due_on.is_(None),
        mirror_invoice.c.due_on < mirror_invoice.c.issued_on,
    )


def _invoices(
    conn: Connection, company_id: int, wanted: ColumnElement[bool], limit: int, offset: int
) -> list[BooksLine]:
    query: Select[tuple[object, ...]] = (
        select(mirror_invoice, mirror_customer.c.name)
        .outerjoin(
            mirror_customer,
            and_(
                mirror_customer.c.company_id == mirror_invoice.c.company_id,
                mirror_customer.c.id == mirror_invoice.c.customer_id,
            ),
        )
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO, wanted)
        .order_by(mirror_invoice.c.due_on, mirror_invoice.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        BooksLine(
            "invoice",
            row.id,
            row.number,
            row.customer_id,
            row.name,
            row.issued_on,
            money(row.balance, row.currency),
            row.due_on,
            row.terms,
        )
        for row in conn.execute(query)
    ]


def _unapplied(company_id: int) -> Subquery:
    payments = select(
        literal("payment").label("kind"),
        mirror_payment.c.id,
        null().label("number"),
        mirror_payment.c.customer_id,
        mirror_payment.c.received_on.label("day"),
        mirror_payment.c.currency,
        mirror_payment.c.unapplied.label("amount"),
    ).where(mirror_payment.c.company_id == company_id, mirror_payment.c.unapplied > ZERO)
    memos = select(
        literal("credit memo").label("kind"),
        mirror_credit_memo.c.id,
        mirror_credit_memo.c.number,
        mirror_credit_memo.c.customer_id,
        mirror_credit_memo.c.issued_on.label("day"),
        mirror_credit_memo.c.currency,
        mirror_credit_memo.c.remaining.label("amount"),
    ).where(mirror_credit_memo.c.company_id == company_id, mirror_credit_memo.c.remaining > ZERO)
    return union_all(payments, memos).subquery()
