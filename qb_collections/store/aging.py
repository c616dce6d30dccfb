"""Sums of what is open by how late it is, added up by the database, whatever the number of invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Select, case, func, select, type_coerce

from qb_collections.core.money import Money
from qb_collections.store.tables.mirror import ZERO, mirror_customer, mirror_invoice
from qb_collections.store.types import money

BUCKETS = 5
_BALANCE = type_coerce(mirror_invoice.c.balance, BigInteger)
_FIRST_DAYS = (1, 31, 61, 91)  # days late with which each bucket after "not yet due" begins


@dataclass(frozen=True, slots=True)
class Sums:
    """One customer in one currency.  amounts are in 1/10000, as stored."""

    customer_id: str
    currency: str
    amounts: tuple[int, ...]  # by bucket
    invoices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weight:
    """One customer of a list: what it is ordered by, and all that they owe; both in 1/10000, as stored."""

    customer_id: str
    weight: int
    owed: int


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    id: str
    customer_id: str
    number: str | None
    issued_on: date
    due_on: date | None
    total: Money
    balance: Money

    @property
    def label(self) -> str:
        return self.number or f"no number (QuickBooks id {self.id})"


def totals(conn: Connection, company_id: int, today: date) -> dict[str, tuple[list[int], list[int]]]:
    """By currency: amounts and numbers of invoices in each bucket; without a due date nothing is late.

    Added up by due date, so that one index answers it.
    """
    query = (
        select(
            mirror_invoice.c.currency,
            mirror_invoice.c.due_on,
            func.sum(_BALANCE, type_=BigInteger),
            func.count(),
        )
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.currency, mirror_invoice.c.due_on)
    )
    found: dict[str, tuple[list[int], list[int]]] = {}
    for currency, due_on, amount, count in conn.execute(query):
        amounts, counts = found.setdefault(currency, ([0] * BUCKETS, [0] * BUCKETS))
        late = (today - due_on).days if due_on is not None else 0
        place = sum(late >= first for first in _FIRST_DAYS)
        amounts[place] += int(amount)
        counts[place] += count
    return found


def weights(
    conn: Connection, company_id: int, today: date, currency: str, bucket: int | None
) -> list[Weight]:
    """Who owes anything in the bucket, with how much of it; in all of them, with what is late."""
    weighed = func.sum(case((_late(today), _BALANCE), else_=0), type_=BigInteger)
    owed = func.sum(_BALANCE, type_=BigInteger)
    query = (
        select(mirror_invoice.c.customer_id, weighed if bucket is None else owed, owed)
        .where(
            mirror_invoice.c.company_id == company_id,
            mirror_invoice.c.balance > ZERO,
            mirror_invoice.c.currency == currency,
        )
        .group_by(mirror_invoice.c.customer_id)
    )
    if bucket is not None:
        query = query.where(_between(bucket, today))
    return [Weight(row[0], int(row[1]), int(row[2])) for row in conn.execute(query)]


def of_customers(conn: Connection, company_id: int, today: date, customer_ids: Sequence[str]) -> list[Sums]:
    """The buckets of these, each currency apart: a page of them and their sites."""
    parts = [_between(number, today) for number in range(BUCKETS)]
    query = (
        select(
            mirror_invoice.c.customer_id,
            mirror_invoice.c.currency,
            *(func.sum(case((part, _BALANCE), else_=0), type_=BigInteger) for part in parts),
            *(func.sum(case((part, 1), else_=0), type_=Integer) for part in parts),
        )
        .where(
            mirror_invoice.c.company_id == company_id,
            mirror_invoice.c.balance > ZERO,
            mirror_invoice.c.customer_id.in_(customer_ids),
        )
        .group_by(mirror_invoice.c.customer_id, mirror_invoice.c.currency)
    )
    ends = 2 + BUCKETS
    return [
        Sums(row[0], row[1], tuple(int(one) for one in row[2:ends]), tuple(int(one) for one in row[ends:]))
        for row in conn.execute(query)
    ]


def names(conn: Connection, company_id: int, customer_ids: Sequence[str]) -> dict[str, str]:
    """At most a page of them."""
    query = select(mirror_customer.c.id, mirror_customer.c.name).where(
        mirror_customer.c.company_id == company_id, mirror_customer.c.id.in_(customer_ids)
    )
    return {row.id: row.name for row in conn.execute(query)}


def invoices(
    conn: Connection,
    company_id: int,
    customer_ids: Sequence[str],
    currency: str,
    today: date,
    *,
    bucket: int | None,
    limit: int,
    offset: int,
) -> list[OpenInvoice]:
    """Open invoices of these customers, in one bucket or in all, the oldest due first."""
    query: Select[tuple[str, str, str | None, date, date | None, Decimal, Decimal]] = (
        select(
            mirror_invoice.c.id,
            mirror_invoice.c.customer_id,
            mirror_invoice.c.number,
            mirror_invoice.c.issued_on,
            mirror_invoice.c.due_on,
            mirror_invoice.c.total,
            mirror_invoice.c.balance,
        )
        .where(
            mirror_invoice.c.company_id == company_id,
            mirror_invoice.c.balance > ZERO,
            mirror_invoice.c.customer_id.in_(customer_ids),
            mirror_invoice.c.currency == currency,
        )
        .order_by(mirror_invoice.c.due_on.is_(None), mirror_invoice.c.due_on, mirror_invoice.c.id)
        .limit(limit)
        .offset(offset)
    )
    if bucket is not None:
        query = query.where(_between(bucket, today))
    return [
        OpenInvoice(
            row.id,
            row.customer_id,
            row.number,
            row.issued_on,
            row.due_on,
            money(row.total, currency),
            money(row.balance, currency),
        )
        for row in conn.execute(query)
    ]


def _late(today: date) -> ColumnElement[bool]:
    return mirror_invoice.c.due_on < today


def _between(bucket: int, today: date) -> ColumnElement[bool]:
    """Whether an invoice is in the bucket; 0 is what is not due yet, or never."""
    due_on = mirror_invoice.c.due_on
    if bucket == 0:
        return (due_on > today - timedelta(days=1)) | due_on.is_(None)
    youngest = due_on <= today - timedelta(days=_FIRST_DAYS[bucket - 1])
    if bucket == BUCKETS - 1:
        return youngest
    return youngest & (due_on > today - timedelta(days=_FIRST_DAYS[bucket]))
