"""Promises to pay that stand, with what came in since: of several companies at once.

The statements are put together once: to do it for each page would take longer than to run them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    CompoundSelect,
    Connection,
    Date,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    null,
    select,
    type_coerce,
    union_all,
)

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.core.quick import quick
from qb_collections.store import families
from qb_collections.store.tables.decisions import hold
from qb_collections.store.tables.mirror import ZERO, mirror_customer, mirror_invoice, mirror_payment
from qb_collections.store.types import money, money_of
from qb_collections.store.within import numbers_named, within_named

Key = tuple[int, str]  # company, head of the case
MOST = 1000  # promises


@quick
@dataclass(frozen=True, slots=True)
class Promised:
    """One promise that nobody lifted."""

    company_id: int
    head_id: str  # whose case it belongs to
    name: str
    currency: str
    hold: Hold
    invoice_open: bool | None  # None: it is about the whole account


def standing(
    conn: Connection, company_ids: Collection[int], since: date, before: date = date.max
) -> list[Promised]:
    """For a day since then and before the other, the earliest promised first."""
    rows = conn.execute(_standing(), {"companies": [*company_ids], "since": since, "before": before})
    return [
        Promised(
            company_id,
            head,
            name,
            currency,
            Hold(
                id,
                HoldKind.PROMISE,
                invoice_id,
                reason,
                placed_by,
                placed_on,
                until_on,
                money(amount, amount_currency) if amount is not None else None,
            ),
            None if invoice_id is None else bool(balance),
        )
        for (
            company_id,
            head,
            name,
            currency,
            id,
            invoice_id,
            reason,
            placed_by,
            placed_on,
            until_on,
            amount,
            amount_currency,
            balance,
        ) in rows
    ]


def since_then(
    conn: Connection, keys: Collection[Key], since: date
) -> tuple[dict[Key, list[tuple[date, Money]]], dict[Key, date]]:
    """What came in from the families of these heads since that day, and the earliest due date of what is open
    in their cases; who owes nothing is missing there.

    A payment of zero moves no money.
    """
    came: dict[Key, list[tuple[date, Money]]] = {}
    oldest: dict[Key, date] = {}
    rows = conn.execute(_since_then(), _asked(keys) | {"since": since})
    for company_id, head, on, currency, units in rows:
        if currency is None:
            oldest[company_id, head] = on
        else:
            came.setdefault((company_id, head), []).append((on, money_of(units, currency)))
    return came, oldest


def _asked(keys: Collection[Key]) -> dict[str, list[Any]]:
    """Ids repeat between companies: the answer may hold more than was asked for."""
    return {
        "companies": sorted({company_id for company_id, _ in keys}),
        "ids": sorted({customer_id for _, customer_id in keys}),
    }


@cache
def _standing() -> Select[Any]:
    stands = (
        numbers_named(hold.c.company_id, "companies"),
        hold.c.kind == HoldKind.PROMISE,
        hold.c.lifted_at.is_(None),
        func.coalesce(hold.c.until_on, hold.c.placed_on) >= bindparam("since", type_=Date()),
        func.coalesce(hold.c.until_on, hold.c.placed_on) < bindparam("before", type_=Date()),
    )
    heads = families.heads_of(select(hold.c.company_id, hold.c.customer_id).where(*stands).distinct())
    whose = mirror_customer.alias()
    return (
        select(
            hold.c.company_id,
            heads.c.head,
            whose.c.name,
            whose.c.currency,
            hold.c.id,
            hold.c.invoice_id,
            hold.c.reason,
            hold.c.placed_by,
            hold.c.placed_on,
            hold.c.until_on,
            hold.c.amount,
            hold.c.amount_currency,
            mirror_invoice.c.balance,
        )
        .select_from(hold)
        .join(heads, and_(heads.c.company_id == hold.c.company_id, heads.c.of_id == hold.c.customer_id))
        .join(whose, and_(whose.c.company_id == heads.c.company_id, whose.c.id == heads.c.head))
        .outerjoin(
            mirror_invoice,
            and_(mirror_invoice.c.company_id == hold.c.company_id, mirror_invoice.c.id == hold.c.invoice_id),
        )
        .where(*stands)
        .order_by(hold.c.until_on, hold.c.id)
        .limit(MOST)
    )


@cache
def _since_then() -> CompoundSelect[Any]:
    members = _members()
    received = (
        select(
            members.c.company_id,
            members.c.head,
            mirror_payment.c.received_on,
            mirror_payment.c.currency,
            type_coerce(mirror_payment.c.total, BigInteger),
        )
        .select_from(members)
        .join(
            mirror_payment,
            and_(
                members.c.company_id == mirror_payment.c.company_id,
                members.c.id == mirror_payment.c.customer_id,
            ),
        )
        .where(
            mirror_payment.c.received_on >= bindparam("since", type_=Date()), mirror_payment.c.total > ZERO
        )
    )
    oldest_open = (
        select(
            members.c.company_id,
            members.c.head,
            func.min(mirror_invoice.c.due_on),
            cast(null(), String),
            cast(null(), BigInteger),
        )
        .select_from(members)
        .join(
            mirror_invoice,
            and_(
                members.c.company_id == mirror_invoice.c.company_id,
                members.c.id == mirror_invoice.c.customer_id,
                members.c.currency == mirror_invoice.c.currency,
                mirror_invoice.c.balance > ZERO,
                mirror_invoice.c.due_on.is_not(None),
            ),
        )
        .group_by(members.c.company_id, members.c.head)
    )
    return union_all(received, oldest_open)


def _members() -> CTE:
    return families.members_of(
        select(mirror_customer.c.company_id, mirror_customer.c.id.label("customer_id")).where(
            numbers_named(mirror_customer.c.company_id, "companies"),
            within_named(mirror_customer.c.id, "ids"),
        )
    )
