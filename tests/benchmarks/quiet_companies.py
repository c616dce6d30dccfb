"""The quiet sync of 1,000 companies in one process: exactly one call each; time and memory for each.

Every company has 20 customers and 50 open invoices in its mirror, none of them due for a look.  The far side
is a static server that says that nothing changed.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from qb_collections import app, config, logs
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.money import Money
from qb_collections.jobs.work import Worker
from qb_collections.quickbooks.oauth import Tokens
from qb_collections.services import presets
from qb_collections.services.context import Context
from qb_collections.store import cases, companies, connections, cursors, mirror, people, policies
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import derived, durable, reading
from tests.benchmarks._static import serving
from tests.benchmarks._telling import machine, peak_megabytes, verdict

COMPANIES = 1_000
CUSTOMERS, INVOICES = 20, 50
SECONDS_MOST = 0.1  # for one company
KILOBYTES_MOST = 100.0  # that one company adds to the process
WARM = 50  # companies that come first: caches and pools fill once


def fill(context: Context, address: str) -> list[int]:
    now = context.clock.now()
    far = now + timedelta(days=300)
    yesterday = now - timedelta(days=1)
    read_at = datetime(2026, 10, 30, 14, 55, tzinfo=UTC)  # five minutes before the far side's time
    owed = Money(Decimal("120.00"), "USD")
    made = []
    with durable(context.engine) as conn:
        people.ensure_first_practice(conn, now)
        for number in range(COMPANIES):
            company = companies.create(
                conn,
                name=f"Company {number}",
                zone="America/New_York",
                currency="USD",
                country="US",
                environment="production",
                base_url=address,
                created_at=now,
            )
            connections.connect(
                conn,
                context.vault,
                company.id,
                realm_id=str(9_000_000 + number),
                tokens=Tokens("access", "refresh", far, far, None),
                at=now,
            )
            policies.add(conn, company.id, presets.text(presets.STANDARD), "bench", "standard", now)
            made.append(company)
    customers = [
        Customer(str(one), f"Customer {one}", "USD", owed, emails=("a@x.example",))
        for one in range(CUSTOMERS)
    ]
    invoices = [
        Invoice(
            id=str(one),
            sync_token="0",
            customer_id=str(one % CUSTOMERS),
            number=str(1000 + one),
            issued_on=date(2026, 10, 1),
            due_on=date(2027, 10, 31),
            total=owed,
            balance=owed,
        )
        for one in range(INVOICES)
    ]
    with derived(context.engine) as conn:
        for company in made:
            mirror.put_customers(conn, company.id, customers)
            mirror.put_invoices(conn, company.id, invoices)
            cases.set_next_look(conn, company.id, [(one.id, "USD", None) for one in customers])
            cursors.set_cursor(conn, company.id, Cursor(read_at, yesterday, first_synced_at=yesterday))
    return [company.id for company in made]


def main() -> int:
    logs.configure("warning")
    with serving(1) as (address, calls), tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
        context = app.build(
            config.read(
                {}, data_dir=folder, log_level="warning", intuit_client_id="a", intuit_client_secret="b"
            )
        )
        ids = fill(context, address)
        work = Worker(context, threading.Event())
        for company_id in ids[:WARM]:
            work("sync", company_id)
        before, held = calls.value, peak_megabytes()
        began = time.perf_counter()
        for company_id in ids[WARM:]:
            work("sync", company_id)
        took = time.perf_counter() - began
        grown = peak_megabytes() - held
        nights = COMPANIES - WARM
        with reading(context.engine) as conn:
            read = [cursors.cursor(conn, one) for one in ids]
            synced = sum(one.synced_at > one.first_synced_at for one in read)
        context.engine.dispose()
        context.executor.shutdown()
        print(f"the quiet sync of {COMPANIES:,} companies in one process; {machine()}")
        print(f"  {WARM} companies first, then {nights} in {took:.1f} s; {synced:,} are done")
        holds = [
            verdict("calls for all", calls.value, COMPANIES, at_least=False, form=".0f"),
            verdict("calls for each", (calls.value - before) / nights, 1, at_least=False),
            verdict("seconds for each", took / nights, SECONDS_MOST, at_least=False, form=".3f"),
            verdict("memory for each, KB", grown * 1024 / nights, KILOBYTES_MOST, at_least=False, form=".1f"),
            verdict("peak memory, MB", peak_megabytes(), 300, at_least=False, form=".0f"),
        ]
        all_called = calls.value == synced == COMPANIES
    return int(not (all(holds) and all_called))


if __name__ == "__main__":
    sys.exit(main())
