"""Holds: what a person knows and the books don't.  Lifted ones are kept."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.store.mirror import chunked
from qb_collections.store.once import once
from qb_collections.store.tables.decisions import hold
from qb_collections.store.types import money
from qb_collections.store.within import within

# The customer said something other than a day of payment; "it is in the mail" is an answer too.
ANSWERS = (
    HoldKind.OPEN_REPLY,
    HoldKind.DISPUTE,
    HoldKind.UPSET,
    HoldKind.IN_TRANSIT,
    HoldKind.HARDSHIP,
)


@dataclass(frozen=True, slots=True)
class StoredHold:
    customer_id: str
    hold: Hold
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_because: str | None


def add(
    conn: Connection,
    company_id: int,
    customer_id: str,
    kind: HoldKind,
    *,
    reason: str,
    placed_by: str,
    placed_on: date,
    invoice_id: str | None = None,
    until_on: date | None = None,
    amount: Money | None = None,
    owner: str | None = None,
    answer_by_on: date | None = None,
    code: str | None = None,
) -> Hold:
    """Place a hold on an invoice, or on the whole customer without one."""
    new = Hold(0, kind, invoice_id, reason, placed_by, placed_on, until_on, amount, owner, answer_by_on, code)
    [hold_id] = add_all(conn, company_id, [(customer_id, new)])
    return replace(new, id=hold_id)


def add_all(conn: Connection, company_id: int, new: Sequence[tuple[str, Hold]]) -> builtins.list[int]:
    """Place many at once, each with its customer; return the ids they were given, in their order."""
    rows = [
        {
            "company_id": company_id,
            "customer_id": customer_id,
            "kind": one.kind,
            "invoice_id": one.invoice_id,
            "reason": one.reason,
            "placed_by": one.placed_by,
            "placed_on": one.placed_on,
            "until_on": one.until_on,
            "amount": one.amount.amount if one.amount else None,
            "amount_currency": one.amount.currency if one.amount else None,
            "owner": one.owner,
            "answer_by_on": one.answer_by_on,
            "code": one.code,
        }
        for customer_id, one in new
    ]
    if not rows:
        return []
    given = conn.execute(hold.insert().returning(hold.c.id, sort_by_parameter_order=True), rows)
    return builtins.list(given.scalars())


def lift(
    conn: Connection, company_id: int, hold_id: int, *, by: str, at: datetime, because: str | None = None
) -> bool:
    """End a hold; False when it was lifted already."""
    done = conn.execute(
        update(hold)
        .where(hold.c.company_id == company_id, hold.c.id == hold_id, hold.c.lifted_at.is_(None))
        .values(lifted_at=at, lifted_by=by, lifted_because=because)
    )
    return done.rowcount == 1


def change(conn: Connection, company_id: int, hold_id: int, values: Mapping[str, Any]) -> None:
    """Give a hold that nobody lifted other days, another owner or code."""
    assert values.keys() <= {"until_on", "owner", "answer_by_on", "code"}
    conn.execute(
        update(hold)
        .where(hold.c.company_id == company_id, hold.c.id == hold_id, hold.c.lifted_at.is_(None))
        .values(**values)
    )


def get(conn: Connection, company_id: int, hold_id: int) -> StoredHold:
    """Raises LookupError when the company has no such hold."""
    row = conn.execute(
        select(hold).where(hold.c.company_id == company_id, hold.c.id == hold_id)
    ).one_or_none()
    if row is None:
        raise LookupError(f"there is no hold {hold_id}")
    return stored(row)


def list(
    conn: Connection,
    company_id: int,
    *,
    customer_id: str | None = None,
    lifted: bool = False,
    limit: int = 1000,
) -> builtins.list[StoredHold]:
    """The company's holds that stand, oldest first; with lifted also those that ended."""
    query = select(hold).where(hold.c.company_id == company_id).order_by(hold.c.id).limit(limit)
    if customer_id is not None:
        query = query.where(hold.c.customer_id == customer_id)
    if not lifted:
        query = query.where(hold.c.lifted_at.is_(None))
    return [stored(row) for row in conn.execute(query)]


def active(conn: Connection, company_id: int, customer_id: str) -> builtins.list[Hold]:
    """The customer's holds that nobody lifted, oldest first.  Whether one has run out is the policy's."""
    return [one for _, one in active_of(conn, company_id, [customer_id])]


def active_of(conn: Connection, company_id: int, customer_ids: Iterable[str]) -> Iterator[tuple[str, Hold]]:
    for some in chunked(sorted(set(customer_ids))):
        for row in _active(conn, company_id=company_id, customer_ids=some):
            yield row.customer_id, hold_of(row)


@once
def _active(company_id: int, customer_ids: Iterable[str]) -> Select[Any]:
    theirs = (hold.c.company_id == company_id, within(hold.c.customer_id, customer_ids))
    return select(hold).where(*theirs, hold.c.lifted_at.is_(None)).order_by(hold.c.id)


def replies(conn: Connection, company_id: int, customer_ids: Iterable[str]) -> Iterator[tuple[str, date]]:
    """(customer, day) of the last answer that each of them gave, dealt with or not."""
    for some in chunked(sorted(set(customer_ids))):
        for row in _last_answers(conn, company_id=company_id, customer_ids=some):
            yield row.customer_id, row.on


@once
def _last_answers(company_id: int, customer_ids: Iterable[str]) -> Select[Any]:
    theirs = (hold.c.company_id == company_id, within(hold.c.customer_id, customer_ids))
    return (
        select(hold.c.customer_id, func.max(hold.c.placed_on).label("on"))
        .where(*theirs, hold.c.kind.in_(ANSWERS))
        .group_by(hold.c.customer_id)
    )


def hold_of(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        kind=HoldKind(row.kind),
        invoice_id=row.invoice_id,
        reason=row.reason,
        placed_by=row.placed_by,
        placed_on=row.placed_on,
        until_on=row.until_on,
        amount=money(row.amount, row.amount_currency) if row.amount is not None else None,
        owner=row.owner,
        answer_by_on=row.answer_by_on,
        code=row.code,
    )


def stored(row: Row[Any]) -> StoredHold:
    return StoredHold(row.customer_id, hold_of(row), row.lifted_at, row.lifted_by, row.lifted_because)
