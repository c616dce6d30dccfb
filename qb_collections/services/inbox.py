"""What QuickBooks pushed: cut apart by company, then worked off by reading what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from qb_collections.core import notifications
from qb_collections.services import merges, sync
from qb_collections.services.context import Context
from qb_collections.services.sync_report import SyncReport
from qb_collections.store import connections, inbox, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
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
    ours: dict[str, int | None] = {}
    while True:
        with reading(context.engine) as conn:
            waiting = inbox.unsplit(conn, vault=context.vault, limit=BODIES_AT_ONCE)
        cut = [_cut(context, one, ours) for one in waiting]
        # Whoever takes bodies in waits for this one, so nothing but writing happens in here, and it does not
        # wait for the disk: after a power cut the whole bodies are still there, and are cut apart again.
        with derived(context.engine) as conn:
            inbox.split(
                conn, [(one.body, one.known) for one in cut if one.known], vault=context.vault, at=now
            )
            for one in cut:
                inbox.store(conn, one.strange, vault=context.vault, at=one.body.received_at)
            for reason in {one.aside for one in cut if one.aside}:
                ids = [one.body.id for one in cut if one.aside == reason]
                inbox.quarantine(conn, ids, reason, now)
        if len(waiting) < BODIES_AT_ONCE:
            break
    with reading(context.engine) as conn:
        return inbox.waiting_companies(conn)


@dataclass(frozen=True, slots=True)
class _Cut:
    body: Received
    known: Sequence[tuple[int, bytes]] = ()  # (company id, part)
    strange: Sequence[bytes] = ()  # parts for nobody, of a body that is for somebody too
    aside: str | None = None  # why the whole body is kept aside


def _cut(context: Context, body: Received, ours: dict[str, int | None]) -> _Cut:
    """ours: the companies found so far, by realm id."""
    try:
        parts = notifications.parts_of(body.body)
    except notifications.Unreadable as problem:
        return _Cut(body, aside=str(problem))
    if not parts.keys() <= ours.keys():
        with reading(context.engine) as conn:
            for realm in parts.keys() - ours.keys():
                ours[realm] = connections.company_by_realm(conn, context.vault, realm)
    known = [(company_id, part) for realm, part in parts.items() if (company_id := ours[realm])]
    if not known:
        return _Cut(body, aside="it is about a company that is not connected here")
    return _Cut(body, known, [part for realm, part in parts.items() if ours[realm] is None])


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
    report = None
    if _is_news(context, company, waiting):
        report = sync.sync(context, company, lease)
        merges.told(context, company, lease, _merged(waiting))
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


def _merged(waiting: Sequence[Received]) -> dict[str, str]:
    """Customers that a push says are gone, and who they are now."""
    events = [event for one in waiting for event in notifications.events_of(one.body) or ()]
    return {
        event.gone: event.id
        for event in events
        if event.kind == "Customer" and event.operation == "merge" and event.gone
    }


def _pending(context: Context, company: Company) -> list[Received]:
    with reading(context.engine) as conn:
        return inbox.pending(conn, company.id, vault=context.vault)
