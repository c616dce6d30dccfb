"""When a customer may hear from us: the policy's contact hours in the customer's own time."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from qb_collections.core import contact_hours
from qb_collections.core.books import Customer
from qb_collections.core.business_days import Calendar
from qb_collections.core.policy import ContactHours, Policy
from qb_collections.store.companies import Company


def opens_at(
    company: Company, policy: Policy, calendar: Calendar, customer: Customer, after: datetime
) -> datetime:
    """The first instant from after on at which this customer may be contacted; after itself if open then."""
    zones = contact_hours.zones_of(customer.country, customer.region, customer.city, company.zone)
    held = policy.contact_hours
    asked = (zones, company.zone, id(held), id(calendar), after)
    known = _RECENT.get(asked)
    if known is None or known[0] is not held or known[1] is not calendar:
        if len(_RECENT) >= _RECENT_MAX:
            _RECENT.clear()
        known = held, calendar, _opens_at(zones, held, calendar, after, company.zone)
        _RECENT[asked] = known
    return known[2]


# A night asks for thousands of customers in a few zones, at one instant, with one and the same hours and
# calendar: to compare those by what they say would take longer than the answer.
_RECENT: dict[tuple[tuple[str, ...], str, int, int, datetime], tuple[ContactHours, Calendar, datetime]] = {}
_RECENT_MAX = 1024


@lru_cache(maxsize=1024)
def _opens_at(
    zones: tuple[str, ...], hours: ContactHours, calendar: Calendar, after: datetime, home: str
) -> datetime:
    return contact_hours.next_contact(
        after, [ZoneInfo(zone) for zone in zones], hours, calendar, ZoneInfo(home)
    )
