"""Promises to pay that stand, with what came in since: of several companies at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.store import families, holds
from qb_collections.store.tables.decisions import hold
from qb_collections.store.tables.mirror import ZERO, mirror_customer, mirror_invoice, mirror_payment
from qb_collections.store.types import money

Key = tuple[int, str]  # company, head of the case
MOST = 1000  # promises


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise that nobody lifted."""

    company_id: int
    head_id: str  # whose case it belongs to
    name: str
    currency: str
    hold: Hold
    invoice_open: bool | None  # None: it is about the whole account


def standing(conn: Connection, company_ids: Collection[int], since: date) -> list[Promised]:
    """For a day since then, the earliest promised first."""
    above = families.above(_asked(company_ids, since))
    top = select(above.c.company_id, above.c.of_id, func.max(above.c.level).label("level")).group_by(
        above.c.company_id, above.c.of_id
    )
    highest = top.subquery()
    head = mirror_customer.alias()
    query = (
        select(hold, above.c.id.label("head_id"), head.c.name, head.c.currency, mirror_invoice.c.balance)
        .select_from(hold)
        .join(above, and_(above.c.company_id == hold.c.company_id, above.c.of_id == hold.c.customer_id))
        .join(
            highest,
            and_(
                highest.c.company_id == above.c.company_id,
                highest.c.of_id == above.c.of_id,
                highest.c.level == above.c.level,
            ),
        )
        .join(head, and_(head.c.company_id == above.c.company_id, head.c.id == above.c.id))
        .outerjoin(
            mirror_invoice,
            and_(mirror_invoice.c.company_id == hold.c.company_id, mirror_invoice.c.id == hold.c.invoice_id),
        )
        .where(*_standing(company_ids, since))
        .order_by(hold.c.until_on, hold.c.id)
        .limit(MOST)
    )
    return [
        Promised(
            row.company_id,
            row.head_id,
            row.name,
            row.currency,
            holds.hold_of(row),
            None if row.invoice_id is None else bool(row.balance),
        )
        for row in conn.execute(query)
    ]


def received(conn: Connection, keys: Collection[Key], since: date) -> dict[Key, list[tuple[date, Money]]]:
    """What came in from the families of these heads since that day.  A payment of zero moves no money."""
    members = families.members_of(_heads(keys))
    query = (
        select(
            members.c.company_id,
            members.c.head,
            mirror_payment.c.received_on,
            mirror_payment.c.currency,
            mirror_payment.c.total,
        )
        .select_from(mirror_payment)
        .join(
            members,
            and_(
                members.c.company_id == mirror_payment.c.company_id,
                members.c.id == mirror_payment.c.customer_id,
            ),
        )
        .where(mirror_payment.c.received_on >= since, mirror_payment.c.total > ZERO)
    )
    found: dict[Key, list[tuple[date, Money]]] = {}
    for company_id, head, on, currency, amount in conn.execute(query):
        found.setdefault((company_id, head), []).append((on, money(amount, currency)))
    return found


def oldest_open(conn: Connection, keys: Collection[Key]) -> dict[Key, date]:
    """The earliest due date of what is open in these heads' cases; who owes nothing is missing."""
    members = families.members_of(_heads(keys))
    query = (
        select(members.c.company_id, members.c.head, func.min(mirror_invoice.c.due_on).label("due_on"))
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
    return {(row.company_id, row.head): row.due_on for row in conn.execute(query)}


def _heads(keys: Collection[Key]) -> Select[Any]:
    """Ids repeat between companies: each company names its own."""
    by_company: dict[int, list[str]] = {}
    for company_id, customer_id in sorted(keys):
        by_company.setdefault(company_id, []).append(customer_id)
    return families.listed(by_company)


def _standing(company_ids: Collection[int], since: date) -> tuple[Any, ...]:
    return (
        hold.c.company_id.in_(sorted(company_ids)),
        hold.c.kind == HoldKind.PROMISE,
        hold.c.lifted_at.is_(None),
        func.coalesce(hold.c.until_on, hold.c.placed_on) >= since,
    )


def _asked(company_ids: Collection[int], since: date) -> Select[Any]:
    return select(hold.c.company_id, hold.c.customer_id).where(*_standing(company_ids, since)).distinct()
