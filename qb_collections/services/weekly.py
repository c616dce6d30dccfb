"""Once a week: does the mirror still count what the books count, and do receivables still add up?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import structlog

from qb_collections.services import tie_out, windows
from qb_collections.services.context import Context
from qb_collections.store import cursors
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

WEEK = timedelta(days=7)

_log = structlog.get_logger("weekly")


def look_if_due(context: Context, company: Company, lease: Lease) -> bool:
    """One count, and one comparison of receivables; drift is repaired.  False: a week has not passed."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        cursor = cursors.cursor(conn, company.id)
    if cursor is None or cursor.first_synced_at is None:
        return False
    counted = cursor.progress.get(cursors.COUNTED_ON)
    last_on = date.fromisoformat(counted) if counted else company.today(cursor.first_synced_at)
    if today - last_on < WEEK:
        return False
    gateway = context.gateway(company, lease)
    gateway.client.limiter.try_larger_pages()
    if windows.drifted(context, company, gateway):
        tally = windows.repair(context, company, lease, gateway)
        _log.warning(
            "drift repaired", company=company.alias, invoices=len(tally.invoices), deleted=tally.deleted
        )
    if tie_out.is_due(context, company):
        tie_out.tie_out(context, company, lease, gateway)
    with derived(context.engine) as conn:
        lease.check(conn)
        cursor = cursors.cursor(conn, company.id)
        assert cursor is not None, "it was read above, under the same lease"
        progress = {**cursor.progress, cursors.COUNTED_ON: today.isoformat()}
        cursors.set_cursor(conn, company.id, replace(cursor, progress=progress))
    return True
