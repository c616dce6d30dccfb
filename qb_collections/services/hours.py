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
    return _opens_at(zones, policy.contact_hours, calendar, after)


# A night asks for thousands of customers in a few zones, at one instant.
@lru_cache(maxsize=1024)
def _opens_at(zones: tuple[str, ...], hours: ContactHours, calendar: Calendar, after: datetime) -> datetime:
    return contact_hours.next_window(after, [ZoneInfo(zone) for zone in zones], hours, calendar)
