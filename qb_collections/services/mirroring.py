"""Put what QuickBooks says changed into the mirror, and bring forward whoever it concerns."""

from __future__ import annotations

from sqlalchemy import Connection

from qb_collections.core import changes as core_changes
from qb_collections.core.books import CreditMemo, Invoice, Payment
from qb_collections.core.changes import Books
from qb_collections.core.changes import Changes as Difference
from qb_collections.quickbooks.values import Changes
from qb_collections.services.context import Context
from qb_collections.store import cases, mirror
from qb_collections.store.companies import Company


def take_over(
    conn: Connection,
    context: Context,
    company: Company,
    changes: Changes,
    moved: tuple[Invoice, ...] = (),
    *,
    only_known: bool = False,
) -> Difference:
    """Apply the changes in the caller's transaction; customers whose case may read differently are due today.

    moved: invoices that belong to another customer now.  only_known: rows that the mirror did not
    have bring nobody forward, for history.
    """
    invoices = {one.id: one for one in (*changes.invoices, *moved)}
    before = _before(conn, company.id, changes, invoices)
    apply(conn, company.id, changes, tuple(invoices.values()))
    after = Books(
        customers={one.id: one for one in changes.customers},
        invoices=invoices,
        payments={one.id: one for one in changes.payments},
        credit_memos={one.id: one for one in changes.credit_memos},
    )
    if only_known:
        after = Books(
            customers={id: one for id, one in after.customers.items() if id in before.customers},
            invoices={id: one for id, one in after.invoices.items() if id in before.invoices},
            payments={id: one for id, one in after.payments.items() if id in before.payments},
            credit_memos={id: one for id, one in after.credit_memos.items() if id in before.credit_memos},
        )
    difference = core_changes.diff(before, after)
    cases.touch(conn, company.id, difference.customer_ids, company.today(context.clock.now()))
    return difference


def apply(conn: Connection, company_id: int, changes: Changes, invoices: tuple[Invoice, ...]) -> None:
    """Put what changed and take away what was deleted.  Closed and voided invoices stay, owing nothing."""
    mirror.put_customers(conn, company_id, changes.customers)
    mirror.put_invoices(conn, company_id, invoices)
    mirror.put_payments(conn, company_id, changes.payments)
    mirror.put_credit_memos(conn, company_id, changes.credit_memos)
    mirror.put_links(
        conn, company_id, changes.links, payment_ids=[payment.id for payment in changes.payments]
    )
    mirror.delete_invoices(conn, company_id, changes.deleted.get("Invoice", frozenset()))
    mirror.delete_payments(conn, company_id, changes.deleted.get("Payment", frozenset()))
    mirror.delete_credit_memos(conn, company_id, changes.deleted.get("CreditMemo", frozenset()))
    mirror.delete_customers(conn, company_id, changes.deleted.get("Customer", frozenset()))


def _before(conn: Connection, company_id: int, changes: Changes, invoices: dict[str, Invoice]) -> Books:
    """The mirror's rows of everything that the changes name."""
    deleted = changes.deleted
    customer_ids = {one.id for one in changes.customers} | deleted.get("Customer", frozenset())
    invoice_ids = invoices.keys() | deleted.get("Invoice", frozenset())
    payment_ids = {one.id for one in changes.payments} | deleted.get("Payment", frozenset())
    memo_ids = {one.id for one in changes.credit_memos} | deleted.get("CreditMemo", frozenset())
    owners = {one.customer_id for one in changes.payments}
    payments: list[Payment] = []
    if payment_ids:
        payments = [
            *mirror.payments_with_unapplied(conn, company_id),
            *mirror.payments_of(conn, company_id, owners),
        ]
    memos: list[CreditMemo] = mirror.credit_memos_open(conn, company_id) if memo_ids else []
    return Books(
        customers=mirror.customers(conn, company_id, customer_ids),
        invoices=mirror.invoices(conn, company_id, invoice_ids),
        payments={one.id: one for one in payments if one.id in payment_ids},
        credit_memos={one.id: one for one in memos if one.id in memo_ids},
    )
