"""Catch up after more changes than one capture holds, or after longer than it looks back.

Everything updated since is read in windows of LastUpdatedTime.  What was deleted is in no window, so the
mirror's ids are then held against those in the books.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from qb_collections.core.changes import Changes as Difference
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.reading import ALL_CUSTOMERS, OPEN_INVOICES
from qb_collections.quickbooks.values import Changes
from qb_collections.services import mirroring, restored
from qb_collections.services.context import Context
from qb_collections.services.full_sync import FullSync
from qb_collections.services.sync_report import SyncReport, silent
from qb_collections.store import cursors, mirror
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease


@dataclass
class Tally:
    """What turned out to be different, over all windows."""

    customers: set[str] = field(default_factory=set)
    invoices: set[str] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)
    credit_memos: set[str] = field(default_factory=set)
    customer_ids: set[str] = field(default_factory=set)
    deleted: int = 0

    def add(self, found: Difference) -> None:
        for name in ("customers", "invoices", "payments", "credit_memos", "customer_ids"):
            getattr(self, name).update(getattr(found, name))


def read(
    context: Context, company: Company, lease: Lease, gateway: Gateway, cursor: Cursor, overlap: timedelta
) -> SyncReport:
    """Each window is a transaction of its own; the cursor moves when all of it is done."""
    tally = Tally()
    began_at = read_kinds(context, company, lease, gateway, cursor.since, tally)
    compare_ids(context, company, lease, gateway, tally)
    now = context.clock.now()
    with derived(context.engine) as conn:
        lease.check(conn)
        moved = replace(
            cursor,
            since=max(began_at - overlap, cursor.since),
            synced_at=now,
            progress=cursors.without_own_writes(cursor.progress),
        )
        cursors.set_cursor(conn, company.id, moved)
    return SyncReport(
        first=False,
        everything=False,
        customers=len(tally.customers),
        invoices=len(tally.invoices),
        payments=len(tally.payments),
        credit_memos=len(tally.credit_memos),
        deleted=tally.deleted,
        touched=len(tally.customer_ids),
        read_at=began_at,
    )


def read_kinds(
    context: Context, company: Company, lease: Lease, gateway: Gateway, since: datetime, tally: Tally
) -> datetime:
    """Everything updated since, in windows; QuickBooks' time of the first answer."""
    take = taker(context, company, lease, tally)
    began_at = gateway.changed_customers(since, take)
    gateway.changed_invoices(since, take)
    gateway.changed_payments(since, take)
    gateway.changed_credit_memos(since, take)
    return began_at


def taker(context: Context, company: Company, lease: Lease, tally: Tally) -> Callable[[Changes], None]:
    """Take one window over, in a transaction of its own."""

    def take(changes: Changes) -> None:
        restored.watch(context, company, changes)
        with derived(context.engine) as conn:
            lease.check(conn)
            tally.add(mirroring.take_over(conn, context, company, changes))

    return take


def compare_ids(context: Context, company: Company, lease: Lease, gateway: Gateway, tally: Tally) -> None:
    """Find what was deleted or merged away: the mirror's ids against the books'."""
    whole = FullSync(context, company, lease, gateway, silent)
    with reading(context.engine) as conn:
        known = mirror.ids(conn, company.id)
    open_ids = gateway.open_invoices(whole.invoices_page).ids
    take = taker(context, company, lease, tally)
    for kind, ids in (
        ("Invoice", sorted(known["Invoice"] - open_ids)),
        ("Payment", sorted(known["Payment"])),
        ("CreditMemo", sorted(known["CreditMemo"])),
    ):
        if ids:
            found = gateway.still_there(kind, ids)
            tally.deleted += len(found.deleted[kind])
            take(found)
    if gateway.count("Customer", ALL_CUSTOMERS) != len(known["Customer"]):
        scanned = gateway.customers(whole.customers_page).ids
        with derived(context.engine) as conn:
            lease.check(conn)
            gone = mirror.customers(conn, company.id).keys() - scanned
            mirror.delete_customers(conn, company.id, gone)
            tally.deleted += len(gone)
    tally.customer_ids.update(whole.touched)
    for name, ids_seen in whole.changed.items():
        getattr(tally, name).update(ids_seen)


def drifted(context: Context, company: Company, gateway: Gateway) -> bool:
    """Whether the mirror counts otherwise than the books.  One call."""
    counted = gateway.counts({"Invoice": OPEN_INVOICES, "Customer": ALL_CUSTOMERS})
    with reading(context.engine) as conn:
        ours = mirror.counts(conn, company.id)
    return (counted["Invoice"], counted["Customer"]) != (ours["open_invoices"], ours["customers"])


def repair(context: Context, company: Company, lease: Lease, gateway: Gateway) -> Tally:
    """Hold every id against the books and put the mirror right."""
    tally = Tally()
    compare_ids(context, company, lease, gateway, tally)
    return tally
