"""Bring the mirror up to date with QuickBooks: everything the first time, then only what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from qb_collections.core import changes as core_changes
from qb_collections.core.books import CreditMemo, Invoice, Payment
from qb_collections.core.changes import Books
from qb_collections.quickbooks.errors import QuickBooksError, ReconnectNeeded
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Changes
from qb_collections.services import tie_out
from qb_collections.services.context import Context
from qb_collections.services.full_sync import full_sync
from qb_collections.services.sync_report import Progress, SyncReport, silent
from qb_collections.store import cases, cursors, mirror
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

OVERLAP = timedelta(minutes=5)  # changes become visible a little after their time (recorded: up to 2 s)
CAPTURE_DAYS = 29  # change data capture looks back 30 days (developer.intuit.com, "Change data capture")

_log = structlog.get_logger("sync")


def sync(context: Context, company: Company, lease: Lease, progress: Progress | None = None) -> SyncReport:
    """Read what changed since the last look; the first time, and after a long absence, everything.

    A quiet night is one call.  Mirror, cursor and the customers' next looks
    move together: one transaction per page, the cursor with the last.  When an
    answer cannot be read, or belongs to another company, all stay as they
    were.  Raises the errors of quickbooks/errors.py, and LeaseLost.
    """
    gateway = context.gateway(company, lease)
    calls_before = gateway.client.calls
    with reading(context.engine) as conn:
        cursor = cursors.cursor(conn, company.id)
    report = None
    if cursor is not None and cursor.first_synced_at is not None:
        report = _changed(context, company, lease, gateway, cursor)
    if report is None:
        report = full_sync(context, company, lease, gateway, cursor, OVERLAP, progress or silent)
    if report.first:
        _tie_out(context, company, lease, gateway)
    report = replace(report, calls=gateway.client.calls - calls_before)
    _log.info("synced", company=company.alias, **report.counts())
    return report


def _tie_out(context: Context, company: Company, lease: Lease, gateway: Gateway) -> None:
    """The books are read; when they cannot be compared now, the night or the weekly look does it."""
    try:
        tie_out.tie_out(context, company, lease, gateway)
    except ReconnectNeeded:
        raise
    except QuickBooksError as error:
        _log.warning("not compared", company=company.alias, kind=type(error).__name__, status=error.status)


def _changed(
    context: Context, company: Company, lease: Lease, gateway: Gateway, cursor: Cursor
) -> SyncReport | None:
    """One change data capture into the mirror.  None: it cannot tell everything, read all again."""
    if context.clock.now() - cursor.since > timedelta(days=CAPTURE_DAYS):
        return None
    changes = gateway.changes(cursor.since)
    if not changes.complete or changes.server_at < cursor.since:  # its time ran back: a copy was put back
        return None
    moved = _moved_invoices(context, company, gateway, changes)
    invoices = {one.id: one for one in (*changes.invoices, *moved)}
    with derived(context.engine) as conn:
        lease.check(conn)
        before = _before(conn, company.id, changes, invoices)
        apply(conn, company.id, changes, tuple(invoices.values()))
        after = Books(
            customers={one.id: one for one in changes.customers},
            invoices=invoices,
            payments={one.id: one for one in changes.payments},
            credit_memos={one.id: one for one in changes.credit_memos},
        )
        difference = core_changes.diff(before, after)
        now = context.clock.now()
        cases.touch(conn, company.id, difference.customer_ids, company.today(now))
        cursors.set_cursor(
            conn,
            company.id,
            replace(cursor, since=max(changes.server_at - OVERLAP, cursor.since), synced_at=now),
        )
    return SyncReport(
        first=False,
        everything=False,
        customers=len(difference.customers),
        invoices=len(difference.invoices),
        payments=len(difference.payments),
        credit_memos=len(difference.credit_memos),
        deleted=sum(map(len, changes.deleted.values())),
        touched=len(difference.customer_ids),
        read_at=changes.server_at,
    )


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


def _moved_invoices(
    context: Context, company: Company, gateway: Gateway, changes: Changes
) -> tuple[Invoice, ...]:
    """Invoices of customers that are gone: after a merge they belong to the surviving one."""
    gone = changes.deleted.get("Customer", frozenset())
    if not gone:
        return ()
    with reading(context.engine) as conn:
        left = [one.id for one in mirror.open_invoices(conn, company.id, gone)]
    return gateway.live([], left).invoices if left else ()


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
