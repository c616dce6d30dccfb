"""When a customer may be written to: contact hours in the customer's own time, on the company's open days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from qb_collections.core import zones as known
from qb_collections.core import zones_abroad as abroad
from qb_collections.core.business_days import Calendar
from qb_collections.core.policy import ContactHours

# Zones further apart than the hours are long do not open together, or only once a clock has changed.  A round
# goes on to the next opening of one of them, so ten are a working week; a quiet season is one round.
_ROUNDS_MAX = 10
_DAYS_MAX = 60


@lru_cache(maxsize=4096)
def zones_of(country: str | None, region: str | None, city: str | None, company_zone: str) -> tuple[str, ...]:
    """Every zone in which the billing address may lie; the company's own when the address does not tell.

    An address without a country is read as one in the company's country.
    """
    place = _country(country) if country and country.strip() else _home_country(company_zone)
    state = (region or "").strip().upper()
    if place == "US":
        state = known.US_STATE_NAMES.get(state, state)
        in_city = known.US_CITIES.get((state, (city or "").strip().lower()))
        found = (in_city,) if in_city else known.US_STATES.get(state)
    elif place == "CA":
        found = known.CANADIAN_PROVINCES.get(state)
    elif place == "AU":
        found = known.AUSTRALIAN_STATES.get(state)
    else:
        found = None
    if found is None and country and country.strip():
        found = known.COUNTRIES.get(place) or abroad.COUNTRIES.get(place)
    return found or (company_zone,)


def next_window(
    after: datetime, zones: Sequence[tzinfo], hours: ContactHours, calendar: Calendar
) -> datetime:
    """The first instant from after on that lies in contact hours in every zone; after itself when it does.

    Closing time is outside, opening time inside.  Days are the zone's own: the calendar and the
    policy's contact days are asked about the local date.  Zones that are not open together within
    a working week fall back to the first of them.
    """
    if after.tzinfo is None:
        raise ValueError("contact hours need an aware instant")
    at = start = after.astimezone(UTC)
    for _ in range(_ROUNDS_MAX):
        openings = [_next_open(at, zone, hours, calendar) for zone in zones]
        latest = max(openings, default=at)
        if latest == at:
            return at
        at = latest
    return _next_open(start, zones[0], hours, calendar)


def next_contact(
    after: datetime, zones: Sequence[tzinfo], hours: ContactHours, calendar: Calendar, home: tzinfo
) -> datetime:
    """The first instant in contact hours for what the company decides on the day of after.

    Days between contacts are counted from decision to decision, so each of the company's days has one
    of the customer's: hours that opened before the company's midnight belong to its day before, and
    what is decided after it waits for those that open next.
    """
    at = next_window(after, zones, hours, calendar)
    if at > after:
        return at
    days = [(at.astimezone(zone).date(), zone) for zone in zones]
    opened_at = max((_instant(day, hours.opens, zone) for day, zone in days), default=at)
    if opened_at.astimezone(home).date() >= at.astimezone(home).date():
        return at
    closes_at = min(_instant(day, hours.closes, zone) for day, zone in days)
    return next_window(max(closes_at, at), zones, hours, calendar) if closes_at > at else at


def _next_open(at: datetime, zone: tzinfo, hours: ContactHours, calendar: Calendar) -> datetime:
    local = at.astimezone(zone)
    day = _open_day(local.date(), hours, calendar)
    if day == local.date():
        # Compared as instants: on a day whose clocks change, clock readings are not in order.
        opens_at = _instant(day, hours.opens, zone)
        if opens_at <= at < _instant(day, hours.closes, zone):
            return at
        if at < opens_at:
            return opens_at
        day = _open_day(day + timedelta(days=1), hours, calendar)
    return _instant(day, hours.opens, zone)


def _open_day(day: date, hours: ContactHours, calendar: Calendar) -> date:
    """The first day from day on that the calendar and the contact days both allow.

    The calendar of a policy is closed on all other days already; one made otherwise may leave no day
    in common, and is then followed alone.
    """
    first = calendar.next_open(day)
    found = first
    for _ in range(_DAYS_MAX):
        if found.weekday() not in hours.weekend:
            return found
        found = calendar.next_open(found + timedelta(days=1))
    return first


def _instant(day: date, clock_time: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock_time, tzinfo=zone).astimezone(UTC)


def _country(text: str) -> str:
    word = text.strip().upper()
    return known.COUNTRY_NAMES.get(word) or abroad.NAMES.get(word, word)


def _home_country(company_zone: str) -> str:
    """The country whose states an address without a country names."""
    if company_zone.startswith("Australia/"):
        return "AU"
    canadian = {zone for zones in known.CANADIAN_PROVINCES.values() for zone in zones}
    if company_zone in canadian:
        return "CA"
    american = {zone for zones in known.US_STATES.values() for zone in zones} | {"America/Boise"}
    return "US" if company_zone in american or company_zone.startswith("US/") else ""
