"""What QuickBooks pushed: cut apart by company, then worked off by reading what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from qb_collections.core import notifications
from qb_collections.services import sync
from qb_collections.services.context import Context
from qb_collections.services.sync_report import SyncReport
from qb_collections.store import connections, inbox, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.inbox import Received
from qb_collections.store.leases import Lease
from qb_collections.store.vault import CannotOpen

BODIES_AT_ONCE = 100
ECHOED = ("create", "update", "emailed")  # what our own writes do; whatever else is pushed is read


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
    """Read what changed, once for all that was pushed meanwhile.

    None: nothing was waiting, or only echoes of what the mirror holds already.
    """
    try:
        waiting = _pending(context, company)
    except CannotOpen:
        return None  # sealed by a key that is gone: the nightly sync reads the same changes
    if not waiting:
        return None
    report = sync.sync(context, company, lease) if _is_news(context, company, waiting) else None
    with durable(context.engine) as conn:
        lease.check(conn)
        inbox.done(conn, company.id, [one.id for one in waiting], context.clock.now())
    return report


def _is_news(context: Context, company: Company, waiting: Sequence[Received]) -> bool:
    """Whether anything was pushed that the mirror does not hold: our own writes are in it with their answers.

    QuickBooks' times have no fractions of a second, so what a person changes within the second of our own
    write looks like its echo; the nightly capture finds it.
    """
    latest: dict[tuple[str, str], datetime] = {}
    for one in waiting:
        events = notifications.events_of(one.body)
        if events is None or any(event.operation not in ECHOED for event in events):
            return True
        for event in events:
            key = event.kind, event.id
            at = event.at.replace(microsecond=0)
            latest[key] = max(at, latest.get(key, at))
    with reading(context.engine) as conn:
        for kind in {kind for kind, _ in latest}:
            pushed = {id: at for (of, id), at in latest.items() if of == kind}
            known = mirror.updated(conn, company.id, kind, pushed)
            if any(id not in known or known[id] < at for id, at in pushed.items()):
                return True
    return False


def _pending(context: Context, company: Company) -> list[Received]:
    with reading(context.engine) as conn:
        return inbox.pending(conn, company.id, vault=context.vault)
