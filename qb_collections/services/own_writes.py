"""Our own notes fill change data capture: a thousand of them, and the next night would have to read windows.

So what we wrote is counted, and before it fills a capture it is read in windows and the cursor moves on.
The next quiet night is one call again (plan-accounting.md, 32).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from qb_collections.quickbooks.reading import OPEN_INVOICES
from qb_collections.services import windows
from qb_collections.services.context import Context
from qb_collections.store import cursors, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

WRITES_MAX = 500  # half a capture; the rest of it is left to people
OTHERS = ("Customer", "Payment", "CreditMemo")


def written(context: Context, company: Company, lease: Lease, count: int, overlap: timedelta) -> bool:
    """Remember so many writes of ours; True when they were so many that the cursor had to move on.

    Costs ceil(n / 1000) calls for the invoices, one capture for everything else and one count, which
    tells whether an invoice was deleted meanwhile.
    """
    with derived(context.engine) as conn:
        lease.check(conn)
        cursor = cursors.cursor(conn, company.id)
        if cursor is None or cursor.first_synced_at is None:
            return False
        total = int(cursor.progress.get(cursors.OWN_WRITES, 0)) + count
        cursors.set_cursor(
            conn, company.id, replace(cursor, progress={**cursor.progress, cursors.OWN_WRITES: total})
        )
    if total < WRITES_MAX:
        return False
    gateway = context.gateway(company, lease)
    tally = windows.Tally()
    others = gateway.changes(cursor.since, OTHERS)
    if not others.complete or others.server_at < cursor.since:
        return False  # people were busy too: the next sync reads windows
    windows.taker(context, company, lease, tally)(others)
    gateway.changed_invoices(cursor.since, windows.taker(context, company, lease, tally))
    with reading(context.engine) as conn:
        ours = mirror.counts(conn, company.id)["open_invoices"]
    if gateway.count("Invoice", OPEN_INVOICES) != ours:
        windows.compare_ids(context, company, lease, gateway, tally)
    with derived(context.engine) as conn:
        lease.check(conn)
        moved = replace(
            cursor,
            since=max(others.server_at - overlap, cursor.since),
            synced_at=context.clock.now(),
            progress=cursors.without_own_writes(cursor.progress),
        )
        cursors.set_cursor(conn, company.id, moved)
    return True
