"""Once a week: how has everybody paid so far?  The nights of the week rest on it."""

from __future__ import annotations

from datetime import date, datetime

import structlog

from qb_collections.core.habits import Habits, Observer, ends_on
from qb_collections.core.past import Past
from qb_collections.core.wording import date_text
from qb_collections.services import past as pasts
from qb_collections.services.context import Context
from qb_collections.store import cases, mirror
from qb_collections.store import habits as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

_log = structlog.get_logger("habits")


def refresh(context: Context, company: Company, lease: Lease, on: date) -> bool:
    """Work it out as of the Sunday before the week of that day, unless that is done.  False: nothing to do.

    Reads everything that is known of the past, so never more than once a week; and only when payment
    history is complete.  Whoever's facts changed is looked at on that day, the next night at the latest.
    """
    ends = ends_on(on)
    if company.history_since is None:
        return False
    with reading(context.engine) as conn:
        done_on = stored.worked_out_on(conn, company.id)
        if done_on is not None and done_on >= ends:
            return False
        past = pasts.as_first_due(conn, company)
        before = stored.of_customers(conn, company.id)
        still_open = mirror.open_invoices(conn, company.id)
    assert past.since_on is not None, "payment history is complete"
    found = Observer(past).at_end_of(ends)
    touched = found.touched(
        before, [((past.head(one.customer_id), one.balance.currency), one) for one in still_open]
    )
    with derived(context.engine) as conn:
        lease.check(conn)
        stored.put(conn, company.id, found, company.currency, since_on=past.since_on, on=ends)
        cases.touch(conn, company.id, [customer_id for customer_id, _ in touched], on)
    _log.info("habits worked out", company=company.alias, customers=len(found.customers))
    return True


class PastHabits:
    """The same for nights of the past, as known when the week before each had ended."""

    def __init__(self, past: Past, read_at: datetime | None, locale: str = "en_US") -> None:
        """past has plan documents looked through.  read_at: nights before that instant know nothing."""
        self._since_on = past.since_on
        self._observer = Observer(past) if past.since_on is not None else None
        self._read_at = read_at
        self._locale = locale
        self._known: dict[date, Habits] = {}

    def on(self, day: date, at: datetime) -> Habits | None:
        """For the night of that day, which begins at that instant; None: payment history was not known."""
        if self._observer is None or (self._read_at is not None and at < self._read_at):
            return None
        ends = ends_on(day)
        if ends not in self._known:
            self._known[ends] = self._observer.at_end_of(ends)
        return self._known[ends]

    @property
    def sentence(self) -> str:
        """What nights of the past know of how customers paid."""
        if self._since_on is None:
            return "Payment history has not been read: how customers usually pay changes nothing here."
        since = date_text(self._since_on, self._locale)
        return (
            f"How customers had paid by then is worked out for each week, from invoices of {since} on; "
            "in the first months that is little."
        )
