"""Once a week: how has everybody paid so far?  The nights of the week rest on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import structlog

from qb_collections.core.books import Invoice
from qb_collections.core.habits import changed, ends_on, habits
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
    found = habits(past, ends)
    assert found is not None, "payment history is complete"
    others = changed(before.customers, found.customers)
    touched = {
        one.customer_id
        for one in still_open
        if (past.head(one.customer_id), one.balance.currency) in others
        or _is_large(one, before.usual_total) is not _is_large(one, found.usual_total)
    }
    with derived(context.engine) as conn:
        lease.check(conn)
        stored.put(conn, company.id, found, company.currency)
        cases.touch(conn, company.id, touched, on)
    _log.info("habits worked out", company=company.alias, customers=len(found.customers))
    return True


def _is_large(invoice: Invoice, usual_total: Mapping[str, Decimal | None]) -> bool | None:
    """Whether it comes to what an invoice usually comes to; None: that is not known."""
    usual = usual_total.get(invoice.balance.currency)
    return None if usual is None else invoice.balance.amount >= usual
