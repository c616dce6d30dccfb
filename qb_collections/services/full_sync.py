"""Read everything: customers, open invoices, and credits where a balance says that there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import changes as core_changes
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.changes import Books
from qb_collections.core.money import Money
from qb_collections.quickbooks.errors import Unreadable, WrongCompany
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.reading import ALL_CUSTOMERS, OPEN_INVOICES
from qb_collections.quickbooks.values import Page
from qb_collections.services.context import Context
from qb_collections.services.sync_report import Progress, SyncReport, silent
from qb_collections.store import cases, cursors, mirror
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

SLOW_SECONDS = 0.2  # an answer that takes longer is worth asking for several at once
CUSTOMERS_AT_ONCE = 900  # whose payments one batch of queries answers: 30 queries of 30 ids


class FullSync:
    """One reading of everything, page by page, each page in a transaction of its own.

    A reading that is cut short is begun again; what it wrote already is true,
    and the cursor has not moved.
    """

    def __init__(
        self, context: Context, company: Company, lease: Lease, gateway: Gateway, progress: Progress
    ) -> None:
        self.context = context
        self.company = company
        self.lease = lease
        self.gateway = gateway
        self.progress = progress
        self.changed: dict[str, set[str]] = {
            "customers": set(),
            "invoices": set(),
            "payments": set(),
            "credit_memos": set(),
        }
        self.touched: set[str] = set()
        self.deleted = 0
        self._totals: dict[str, int] = {}

    def run(self, cursor: Cursor | None, overlap: timedelta) -> SyncReport:
        began = self.context.clock.monotonic()
        counting = self._counting(first=cursor is None)
        self._same_company()
        slow = self.context.clock.monotonic() - began >= SLOW_SECONDS
        self._totals = counting.result() if counting else self._counted() if slow else {}
        with self._ahead() if slow else nullcontext():
            customers = self.gateway.customers(self.customers_page, self._totals.get("customers"))
            invoices = self.gateway.open_invoices(self.invoices_page, self._totals.get("open invoices"))
        began_at = customers.began_at
        if began_at is None:
            raise Unreadable(detail="QuickBooks does not say what time it is")
        self._closed(invoices.ids)
        self._credits()
        return self._finish(cursor, customers.ids, began_at, overlap)

    def _same_company(self) -> None:
        """Two companies may bear one name, but were not made in the same second."""
        known = self.company.preferences.get("books_created_at")
        found = self.gateway.company_info().created_at
        if known and found and datetime.fromisoformat(known) != found:
            raise WrongCompany(detail=f"expected {self.company.alias}")

    def _counting(self, *, first: bool) -> Future[dict[str, int]] | None:
        """The counts, asked for beside the first question: a first sync, or somebody watches."""
        if not first and self.progress is silent:
            return None
        return self.context.executor.submit(self._counted)

    def _counted(self) -> dict[str, int]:
        found = self.gateway.counts({"Customer": ALL_CUSTOMERS, "Invoice": OPEN_INVOICES})
        return {"customers": found["Customer"], "open invoices": found["Invoice"]}

    def _ahead(self) -> AbstractContextManager[None]:
        """The far side is slow: its pages are fetched side by side, as many as the counts say there are."""
        wanted = (
            ("Customer", ALL_CUSTOMERS, self._totals["customers"]),
            ("Invoice", OPEN_INVOICES, self._totals["open invoices"]),
        )
        return self.gateway.ahead(self.context.executor, wanted)

    def customers_page(self, page: Page[Customer]) -> None:
        rows = {one.id: one for one in page.rows}
        with derived(self.context.engine) as conn:
            self.lease.check(conn)
            before = mirror.customers(conn, self.company.id, rows)
            mirror.put_customers(conn, self.company.id, page.rows)
            # A customer whom we did not know owes nothing yet that we know of.
            known = {id: row for id, row in rows.items() if id in before}
            self._touch(conn, core_changes.diff(Books(customers=before), Books(customers=known)))
            self.changed["customers"].update(rows.keys() - before.keys())
        self.progress(page.done, self._totals.get("customers"), "customers")

    def invoices_page(self, page: Page[Invoice]) -> None:
        rows = {one.id: one for one in page.rows}
        with derived(self.context.engine) as conn:
            self.lease.check(conn)
            before = mirror.invoices(conn, self.company.id, rows)
            mirror.put_invoices(conn, self.company.id, page.rows)
            self._touch(conn, core_changes.diff(Books(invoices=before), Books(invoices=rows)))
        self.progress(page.done, self._totals.get("open invoices"), "open invoices")

    def _closed(self, open_ids: frozenset[str]) -> None:
        """What the mirror thinks is open and QuickBooks does not list: paid, voided or deleted since."""
        with reading(self.context.engine) as conn:
            listed = mirror.open_invoices(conn, self.company.id)
        missing = [one.id for one in listed if one.id not in open_ids]
        for at in range(0, len(missing), CUSTOMERS_AT_ONCE):
            some = missing[at : at + CUSTOMERS_AT_ONCE]
            live = self.gateway.live([], some)
            rows = {one.id: one for one in live.invoices}
            with derived(self.context.engine) as conn:
                self.lease.check(conn)
                before = mirror.invoices(conn, self.company.id, some)
                mirror.put_invoices(conn, self.company.id, live.invoices)
                mirror.delete_invoices(conn, self.company.id, live.missing)
                self._touch(conn, core_changes.diff(Books(invoices=before), Books(invoices=rows)))
                self.deleted += len(live.missing)

    def _credits(self) -> None:
        with reading(self.context.engine) as conn:
            customers = mirror.customers(conn, self.company.id)
            listed = mirror.open_invoices(conn, self.company.id)
            credited = {one.customer_id for one in mirror.payments_with_unapplied(conn, self.company.id)}
            credited |= {one.customer_id for one in mirror.credit_memos_open(conn, self.company.id)}
        owed = open_sums(listed)
        differing = {
            one.id
            for one in customers.values()
            if one.balance != owed.get((one.id, one.currency), Money.zero(one.currency))
        }
        wanted = sorted(credited | differing)
        for at in range(0, len(wanted), CUSTOMERS_AT_ONCE):
            self._credits_of(wanted[at : at + CUSTOMERS_AT_ONCE])
            self.progress(min(at + CUSTOMERS_AT_ONCE, len(wanted)), len(wanted), "customers with credits")

    def _credits_of(self, ids: Sequence[str]) -> None:
        payments, links = self.gateway.payments_of(ids)
        memos = self.gateway.credit_memos_of(ids)
        company_id = self.company.id
        with derived(self.context.engine) as conn:
            self.lease.check(conn)
            old_payments = {one.id: one for one in mirror.payments_of(conn, company_id, ids)}
            old_memos = {one.id: one for one in mirror.credit_memos_open(conn, company_id, ids)}
            gone_payments = old_payments.keys() - {one.id for one in payments}
            gone_memos = old_memos.keys() - {one.id for one in memos}
            mirror.put_payments(conn, company_id, payments)
            mirror.put_links(conn, company_id, links, payment_ids=[one.id for one in payments])
            mirror.put_credit_memos(conn, company_id, memos)
            mirror.delete_payments(conn, company_id, gone_payments)
            mirror.delete_credit_memos(conn, company_id, gone_memos)
            self.deleted += len(gone_payments) + len(gone_memos)
            before = Books(payments=old_payments, credit_memos=old_memos)
            after = Books(
                payments={one.id: one for one in payments},
                credit_memos={one.id: one for one in memos},
            )
            self._touch(conn, core_changes.diff(before, after))

    def _finish(
        self, cursor: Cursor | None, customer_ids: frozenset[str], began_at: datetime, overlap: timedelta
    ) -> SyncReport:
        now = self.context.clock.now()
        first_at = cursor.first_synced_at if cursor else None
        with derived(self.context.engine) as conn:
            self.lease.check(conn)
            gone = mirror.customers(conn, self.company.id).keys() - customer_ids
            mirror.delete_customers(conn, self.company.id, gone)
            cursors.set_cursor(
                conn,
                self.company.id,
                Cursor(
                    since=began_at - overlap,
                    synced_at=now,
                    first_synced_at=first_at or now,
                    tied_out_on=cursor.tied_out_on if cursor else None,
                ),
            )
        counts = {name: len(ids) for name, ids in self.changed.items()}
        return SyncReport(
            first=first_at is None,
            everything=True,
            deleted=self.deleted + len(gone),
            touched=len(self.touched),
            read_at=began_at,
            **counts,
        )

    def _touch(self, conn: Connection, difference: core_changes.Changes) -> None:
        today = self.company.today(self.context.clock.now())
        cases.touch(conn, self.company.id, difference.customer_ids, today)
        self.touched |= difference.customer_ids
        for name, ids in self.changed.items():
            ids.update(getattr(difference, name))


def full_sync(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    cursor: Cursor | None,
    overlap: timedelta,
    progress: Progress,
) -> SyncReport:
    """Read all again.  The cursor is QuickBooks' time of the first page, less the overlap."""
    return FullSync(context, company, lease, gateway, progress).run(cursor, overlap)


def open_sums(invoices: Sequence[Invoice]) -> Mapping[tuple[str, str], Money]:
    """What is owed on open invoices, by customer and currency."""
    sums: dict[tuple[str, str], Money] = {}
    for one in invoices:
        key = (one.customer_id, one.balance.currency)
        sums[key] = sums[key] + one.balance if key in sums else one.balance
    return sums
