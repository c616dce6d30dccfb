"""Everything the mirror has of one customer's account: what a person wants to know before choosing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from qb_collections.core.books import Invoice, Link, Payment
from qb_collections.store import mirror_rows
from qb_collections.store.mirror import chunked
from qb_collections.store.once import Once, once
from qb_collections.store.tables.mirror import mirror_invoice, mirror_link, mirror_payment
from qb_collections.store.together import together
from qb_collections.store.unindexed import unindexed
from qb_collections.store.within import within


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
        invoiced, paid, linked = together(
            conn, *(_rows(ask, company_id, some) for ask in (_invoices, _payments, _links))
        )
        found.invoices.extend(mirror_rows.invoice(row) for row in invoiced)
        found.payments.extend(mirror_rows.payment(row) for row in paid)
        found.links.extend(mirror_rows.link(row) for row in linked)
    return found


def _rows(ask: Once, company_id: int, some: Collection[str]) -> Callable[[Connection], Sequence[RowMapping]]:
    return lambda conn: ask(conn, company_id=company_id, customer_ids=some).mappings().all()


@once
def _invoices(company_id: int, customer_ids: Collection[str]) -> Select[Any]:
    return select(mirror_invoice).where(
        mirror_invoice.c.company_id == company_id, within(mirror_invoice.c.customer_id, customer_ids)
    )


@once
def _payments(company_id: int, customer_ids: Collection[str]) -> Select[Any]:
    return select(mirror_payment).where(
        mirror_payment.c.company_id == company_id, within(mirror_payment.c.customer_id, customer_ids)
    )


@once
def _links(company_id: int, customer_ids: Collection[str]) -> Select[Any]:
    theirs = select(mirror_payment.c.id).where(
        mirror_payment.c.company_id == company_id, within(mirror_payment.c.customer_id, customer_ids)
    )
    return (
        select(mirror_link)
        .where(mirror_link.c.company_id == company_id, mirror_link.c.payment_id.in_(theirs))
        .order_by(unindexed(mirror_link.c.payment_id), mirror_link.c.position)
    )
