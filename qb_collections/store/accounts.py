"""Everything the mirror has of one customer's account: what a person wants to know before choosing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from qb_collections.core.books import Invoice, Link, Payment
from qb_collections.store import mirror_rows
from qb_collections.store.mirror import chunked
from qb_collections.store.tables.mirror import mirror_invoice, mirror_link, mirror_payment
from qb_collections.store.together import together
from qb_collections.store.unindexed import unindexed


@dataclass(frozen=True, slots=True)
class Account:
    """Invoices, payments and where these went; when they were entered is left out."""

    invoices: list[Invoice]
    payments: list[Payment]
    links: list[Link]


def of_customers(conn: Connection, company_id: int, customer_ids: Collection[str]) -> Account:
    """The accounts of customers who are billed together, as one."""
    found = Account([], [], [])
    for some in chunked(sorted(customer_ids)):
        invoices = select(mirror_invoice).where(
            mirror_invoice.c.company_id == company_id, mirror_invoice.c.customer_id.in_(some)
        )
        payments = select(mirror_payment).where(
            mirror_payment.c.company_id == company_id, mirror_payment.c.customer_id.in_(some)
        )
        theirs = select(mirror_payment.c.id).where(
            mirror_payment.c.company_id == company_id, mirror_payment.c.customer_id.in_(some)
        )
        links = (
            select(mirror_link)
            .where(mirror_link.c.company_id == company_id, mirror_link.c.payment_id.in_(theirs))
            .order_by(unindexed(mirror_link.c.payment_id), mirror_link.c.position)
        )
        invoiced, paid, linked = together(
            conn,
            _rows(invoices),
            _rows(payments),
            _rows(links),
        )
        found.invoices.extend(mirror_rows.invoice(row) for row in invoiced)
        found.payments.extend(mirror_rows.payment(row) for row in paid)
        found.links.extend(mirror_rows.link(row) for row in linked)
    return found


def _rows(query: Select[Any]) -> Callable[[Connection], Sequence[RowMapping]]:
    return lambda conn: conn.execute(query).mappings().all()
