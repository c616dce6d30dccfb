"""Keep the permission of an idle company alive, and say in time when only a person can renew it.

Intuit's refresh tokens lapse after 100 days without use, and since November 2025 end for good at a hard
expiry of up to five years (Intuit's refresh token policy, 2025-11-12).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from qb_collections.core.company_gates import Link
from qb_collections.core.wording import date_text
from qb_collections.services.context import Context
from qb_collections.store import connections
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease

REFRESH_AFTER = timedelta(days=7)
SAID_AT_DAYS = (30, 14, 7, 1)  # before the permission ends for good


@dataclass(frozen=True, slots=True)
class ReconnectBy:
    """The permission ends on that day whatever we do.  step: the milestone reached, 30, 14, 7 or 1."""

    on: date
    days_left: int
    step: int
    sentence: str


def refresh_if_due(context: Context, company: Company, lease: Lease) -> bool:
    """Ask for new tokens when the last ones are a week old; the accounting API is not called.

    A company that a person has stopped is refreshed like any other.  Raises ReconnectNeeded, ...
    """
    with reading(context.engine) as conn:
        last_at = connections.refreshed_at(conn, company.id)
    if last_at is not None and context.clock.now() - last_at < REFRESH_AFTER:
        return False
    context.gateway(company, lease).refresh_tokens()
    return True


def reconnect_by(context: Context, company: Company, now: datetime | None = None) -> ReconnectBy | None:
    """The warning for the company's pages, from 30 days before the hard expiry; None: nothing to say yet."""
    if company.state is not Link.CONNECTED:
        return None
    with reading(context.engine) as conn:
        ends_at = connections.hard_expires_at(conn, company.id)
    return told(company, ends_at, now or context.clock.now())


def told(company: Company, ends_at: datetime | None, now: datetime) -> ReconnectBy | None:
    """The same for who knows when the permission ends; None: nobody said, or it is long until then."""
    if ends_at is None or company.state is not Link.CONNECTED:
        return None
    ends_on = company.today(ends_at)
    days_left = max((ends_on - company.today(now)).days, 0)
    step = next((days for days in reversed(SAID_AT_DAYS) if days_left <= days), None)
    if step is None:
        return None
    left = "today" if days_left == 0 else "tomorrow" if days_left == 1 else f"in {days_left} days"
    sentence = (
        f"Reconnect {company.name} by {date_text(ends_on, company.locale)}: Intuit's permission ends {left}, "
        "and we cannot renew it for you. Nothing is lost when you reconnect."
    )
    return ReconnectBy(ends_on, days_left, step, sentence)
