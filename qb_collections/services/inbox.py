"""What QuickBooks pushed: cut apart by company, then worked off by reading what changed."""

from __future__ import annotations

from qb_collections.core import notifications
from qb_collections.services import sync
from qb_collections.services.context import Context
from qb_collections.services.sync_report import SyncReport
from qb_collections.store import connections, inbox
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.inbox import Received
from qb_collections.store.leases import Lease
from qb_collections.store.vault import CannotOpen

BODIES_AT_ONCE = 100


def split_waiting(context: Context) -> list[int]:
    """Give each company its part of every body that waits; return the companies that have something now.

    What cannot be read, or belongs to no company of ours, is kept aside.
    """
    now = context.clock.now()
    while True:
        with durable(context.engine) as conn:
            waiting = inbox.unsplit(conn, vault=context.vault, limit=BODIES_AT_ONCE)
            for one in waiting:
                try:
                    parts = notifications.parts_of(one.body)
                except notifications.Unreadable as problem:
                    inbox.quarantine(conn, [one.id], str(problem), now)
                    continue
                ours = {realm: connections.company_by_realm(conn, context.vault, realm) for realm in parts}
                known = [(company_id, parts[realm]) for realm, company_id in ours.items() if company_id]
                strange = [parts[realm] for realm, company_id in ours.items() if company_id is None]
                if not known:
                    inbox.quarantine(conn, [one.id], "it is about a company that is not connected here", now)
                    continue
                inbox.split(conn, one, known, vault=context.vault, at=now)
                inbox.store(conn, strange, vault=context.vault, at=one.received_at)
            if len(waiting) < BODIES_AT_ONCE:
                break
    with reading(context.engine) as conn:
        return inbox.waiting_companies(conn)


def work_off(context: Context, company: Company, lease: Lease) -> SyncReport | None:
    """Read what changed, once for all that was pushed meanwhile.  None: nothing was waiting."""
    try:
        waiting = _pending(context, company)
    except CannotOpen:
        return None  # sealed by a key that is gone: the nightly sync reads the same changes
    if not waiting:
        return None
    report = sync.sync(context, company, lease)
    with durable(context.engine) as conn:
        lease.check(conn)
        inbox.done(conn, company.id, [one.id for one in waiting], context.clock.now())
    return report


def _pending(context: Context, company: Company) -> list[Received]:
    with reading(context.engine) as conn:
        return inbox.pending(conn, company.id, vault=context.vault)
