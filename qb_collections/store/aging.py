"""Sums of what is open by how late it is, added up by the database, whatever the number of invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB

from qb_collections.core.money import Money
from qb_collections.store.tables.mirror import ZERO, mirror_customer, mirror_invoice
from qb_collections.store.types import money
from qb_collections.store.within import within, within_named

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


class Open(NamedTuple):
    """One open invoice of a list of all; its balance is in 1/10000, as stored."""

    customer_id: str
    id: str
    number: str | None
    issued_on: date
    due_on: date | None
    currency: str
    balance: int

    @property
    def label(self) -> str:
        return self.number or f"no number (QuickBooks id {self.id})"


def every_open(conn: Connection, company_id: int) -> list[Open]:
    """Every open invoice, in no order."""
    query = select(
        mirror_invoice.c.customer_id,
        mirror_invoice.c.id,
        mirror_invoice.c.number,
        mirror_invoice.c.issued_on,
        mirror_invoice.c.due_on,
        mirror_invoice.c.currency,
        _BALANCE,
    ).where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
    return [Open(*row) for row in conn.execute(query)]


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


def heaviest(
    conn: Connection,
    company_id: int,
    today: date,
    currency: str,
    bucket: int | None,
    *,
    heads: Mapping[str, str],
    limit: int,
    offset: int = 0,
) -> tuple[list[str], int]:
    """Who owes most of the bucket, or with None of what is late, and how many owe anything in it.

    heads: with whom each site is billed; its invoices count there.  The number is 0 behind the last page.
    """
    asked: dict[str, Any] = {"company_id": company_id, "currency": currency, "limit": limit, "offset": offset}
    if heads:
        asked["heads"] = msgspec.json.encode(heads).decode()
    rows = conn.execute(_heaviest(bucket, conn.dialect.name if heads else None), asked | _days(today)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


@cache
def _heaviest(bucket: int | None, folded_on: str | None) -> Select[Any]:
    """folded_on: the dialect, where sites count with somebody else."""
    owed = func.sum(_BALANCE, type_=BigInteger)
    late = func.sum(case((_later_than(0), _BALANCE), else_=0), type_=BigInteger)
    open_there = [
        mirror_invoice.c.company_id == bindparam("company_id", type_=Integer()),
        mirror_invoice.c.balance > ZERO,
        mirror_invoice.c.currency == bindparam("currency", type_=String()),
    ]
    if bucket is not None:
        open_there.append(_between(bucket))
    sums = (
        select(
            mirror_invoice.c.customer_id.label("id"),
            (late if bucket is None else owed).label("weight"),
            owed.label("owed"),
        )
        .where(*open_there)
        .group_by(mirror_invoice.c.customer_id)
    )
    if folded_on is not None:
        sums = _folded(sums, folded_on)
    each = sums.cte("each_one").prefix_with("MATERIALIZED")
    everybody = select(func.count()).select_from(each).scalar_subquery()
    return (
        select(each.c.id, everybody)
        .order_by(each.c.weight.desc(), each.c.owed.desc(), each.c.id)
        .limit(bindparam("limit", type_=Integer()))
        .offset(bindparam("offset", type_=Integer()))
    )


def _folded(sums: Select[Any], dialect: str) -> Select[Any]:
    """The sums of sites added to those of whom they are billed with."""
    alone = sums.subquery()
    text = bindparam("heads", type_=String())
    pairs = func.json_each(text) if dialect == "sqlite" else func.jsonb_each_text(sql_cast(text, JSONB))
    listed = pairs.table_valued("key", "value")
    billed = (
        select(sql_cast(listed.c.key, String).label("site"), sql_cast(listed.c.value, String).label("head"))
        .cte("billed")
        .prefix_with("MATERIALIZED")
    )
    head = func.coalesce(billed.c.head, alone.c.id).label("id")
    return (
        select(
            head,
            func.sum(alone.c.weight, type_=BigInteger).label("weight"),
            func.sum(alone.c.owed, type_=BigInteger).label("owed"),
        )
        .select_from(alone)
        .outerjoin(billed, billed.c.site == alone.c.id)
        .group_by(head)
    )


def of_customers(conn: Connection, company_id: int, today: date, customer_ids: Sequence[str]) -> list[Sums]:
    """The buckets of these, each currency apart: a page of them and their sites."""
    asked = {"company_id": company_id, "ids": customer_ids}
    ends = 2 + BUCKETS
    return [
        Sums(row[0], row[1], tuple(int(one) for one in row[2:ends]), tuple(int(one) for one in row[ends:]))
        for row in conn.execute(_of_customers(), asked | _days(today))
    ]


@cache
def _of_customers() -> Select[Any]:
    parts = [_between(number) for number in range(BUCKETS)]
    return (
        select(
            mirror_invoice.c.customer_id,
            mirror_invoice.c.currency,
            *(func.sum(case((part, _BALANCE), else_=0), type_=BigInteger) for part in parts),
            *(func.sum(case((part, 1), else_=0), type_=Integer) for part in parts),
        )
        .where(
            mirror_invoice.c.company_id == bindparam("company_id", type_=Integer()),
            mirror_invoice.c.balance > ZERO,
            within_named(mirror_invoice.c.customer_id, "ids"),
        )
        .group_by(mirror_invoice.c.customer_id, mirror_invoice.c.currency)
    )


def names(conn: Connection, company_id: int, customer_ids: Sequence[str]) -> dict[str, str]:
    """Who is not in the books is missing."""
    query = select(mirror_customer.c.id, mirror_customer.c.name).where(
        mirror_customer.c.company_id == company_id, within(mirror_customer.c.id, customer_ids)
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
            within(mirror_invoice.c.customer_id, customer_ids),
            mirror_invoice.c.currency == currency,
        )
        .order_by(mirror_invoice.c.due_on.is_(None), mirror_invoice.c.due_on, mirror_invoice.c.id)
        .limit(limit)
        .offset(offset)
    )
    if bucket is not None:
        query = query.where(_between(bucket)).params(_days(today))
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


def _days(today: date) -> dict[str, date]:
    """The last due date of each bucket after "not yet due", by the name under which it is bound."""
    return {f"last_{number}": today - timedelta(days=first) for number, first in enumerate(_FIRST_DAYS, 1)}


def _last(bucket: int) -> ColumnElement[date]:
    return bindparam(f"last_{bucket}", type_=Date())


def _later_than(bucket: int) -> ColumnElement[bool]:
    """Whether an invoice is later than those of the bucket."""
    return mirror_invoice.c.due_on <= _last(bucket + 1)


def _between(bucket: int) -> ColumnElement[bool]:
    """Whether an invoice is in the bucket; 0 is what is not due yet, or never."""
    due_on = mirror_invoice.c.due_on
    if bucket == 0:
        return or_(due_on > _last(1), due_on.is_(None))
    reached = due_on <= _last(bucket)
    return reached if bucket == BUCKETS - 1 else and_(reached, due_on > _last(bucket + 1))
