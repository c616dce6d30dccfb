"""Bring the mirror up to date with QuickBooks: everything the first time, then only what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from qb_collections.quickbooks.errors import QuickBooksError, ReconnectNeeded, TooHeavy
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import habits, merges, mirroring, restored, tie_out, windows
from qb_collections.services.context import Context
from qb_collections.services.full_sync import full_sync
from qb_collections.services.sync_report import Progress, SyncReport, silent
from qb_collections.store import cursors
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

OVERLAP = timedelta(minutes=5)  # changes become visible a little after their time (recorded: up to 2 s)
CAPTURE_DAYS = 29  # change data capture looks back 30 days (developer.intuit.com, "Change data capture")

_log = structlog.get_logger("sync")


def sync(context: Context, company: Company, lease: Lease, progress: Progress | None = None) -> SyncReport:
    """Read what changed since the last look; the first time everything.

    A quiet night is one call.  Mirror and next looks move together, a page or capture
    a transaction; the cursor moves last, and what is read again changes nothing.  When an
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
    merges.settle(context, company, lease, gateway)
    restored.read_again(context, company, lease, gateway)
    habits.refresh(context, company, lease, company.today(context.clock.now()))  # once a week
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
    """One change data capture into the mirror, or windows where it cannot tell everything.

    None: QuickBooks' time ran back, a copy of the books was put back: read all again.
    """
    if context.clock.now() - cursor.since > timedelta(days=CAPTURE_DAYS):
        return windows.read(context, company, lease, gateway, cursor, OVERLAP)
    try:
        changes = gateway.changes(cursor.since)
    except TooHeavy:
        return windows.read(context, company, lease, gateway, cursor, OVERLAP)
    if changes.server_at < cursor.since:
        return None
    if not changes.complete:
        return windows.read(context, company, lease, gateway, cursor, OVERLAP)
    restored.watch(context, company, changes)
    with reading(context.engine) as conn:
        known = merges.before(conn, company, changes)
    with derived(context.engine) as conn:
        lease.check(conn)
        difference = mirroring.take_over(conn, context, company, changes)
    gone = merges.follow(context, company, lease, gateway, changes, known)
    with derived(context.engine) as conn:
        lease.check(conn)
        now = context.clock.now()
        cursors.set_cursor(
            conn,
            company.id,
            replace(
                cursor,
                since=max(changes.server_at - OVERLAP, cursor.since),
                synced_at=now,
                progress=cursors.without_own_writes(cursor.progress),
            ),
        )
    return SyncReport(
        first=False,
        everything=False,
        customers=len(difference.customers),
        invoices=len(difference.invoices),
        payments=len(difference.payments),
        credit_memos=len(difference.credit_memos),
        deleted=sum(map(len, changes.deleted.values())) + gone,
        touched=len(difference.customer_ids),
        read_at=changes.server_at,
    )
