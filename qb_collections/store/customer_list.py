"""The list of customers who owe, a page of it: sums of everybody, and all else of the few that are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, case, func, select, type_coerce

from qb_collections.core.case import ContactKind
from qb_collections.store.tables.decisions import contact
from qb_collections.store.tables.mirror import ZERO, mirror_customer, mirror_invoice
from qb_collections.store.within import within

NAMED_MAX = 2_000


class Sum(NamedTuple):
    """What one customer owes in one currency, in stored units; of thousands."""

    customer_id: str
    currency: str
    owed: int
    late: int
    invoices: int
    oldest_late_on: date | None


def sums(conn: Connection, company_id: int, today: date) -> list[Sum]:
    """Of every customer with an open invoice."""
    is_late = mirror_invoice.c.due_on < today
    late = func.sum(case((is_late, mirror_invoice.c.balance), else_=ZERO))
    query = (
        select(
            mirror_invoice.c.customer_id,
            mirror_invoice.c.currency,
            type_coerce(func.sum(mirror_invoice.c.balance), BigInteger),
            type_coerce(late, BigInteger),
            func.count(),
            func.min(case((is_late, mirror_invoice.c.due_on))),
        )
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.customer_id, mirror_invoice.c.currency)
    )
    return [
        Sum(customer, currency, int(owed), int(some_late), invoices, oldest)
        for customer, currency, owed, some_late, invoices, oldest in conn.execute(query)
    ]


def called(conn: Connection, company_id: int, text: str) -> frozenset[str]:
    """Customers with these letters in their name, capitals or not."""
    query = (
        select(mirror_customer.c.id)
        .where(
            mirror_customer.c.company_id == company_id,
            mirror_customer.c.name.icontains(text, autoescape=True),
        )
        .limit(NAMED_MAX)
    )
    return frozenset(conn.execute(query).scalars())


def last_contacts(
    conn: Connection, company_id: int, customer_ids: Iterable[str]
) -> dict[tuple[str, str], datetime]:
    """When each of these was last written to or spoken with through us."""
    query = (
        select(contact.c.customer_id, contact.c.currency, func.max(contact.c.at))
        .where(
            contact.c.company_id == company_id,
            within(contact.c.customer_id, customer_ids),
            contact.c.kind.in_((ContactKind.REMINDER, ContactKind.CALL)),
        )
        .group_by(contact.c.customer_id, contact.c.currency)
    )
    return {(customer, currency): at for customer, currency, at in conn.execute(query)}
