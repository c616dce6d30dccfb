"""When a customer may be written to, in the customer's own time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core import contact_hours, zones, zones_abroad
from qb_collections.core.business_days import Calendar
from qb_collections.core.contact_hours import zones_of
from qb_collections.core.policy import ContactHours

from .making import STANDARD, THANKSGIVING, VETERANS

HOURS = ContactHours()
CALENDAR = Calendar(frozenset({VETERANS, THANKSGIVING}))
NEW_YORK, CHICAGO, DENVER, PACIFIC = (
    *("America/New_York", "America/Chicago"),
    *("America/Denver", "America/Los_Angeles"),
)


def next_window(after, where, hours, calendar):
    return contact_hours.next_window(after, [ZoneInfo(zone) for zone in where], hours, calendar)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "region", "city", "company_zone", "expected"),
    [
        ("US", "TN", "Cleveland", NEW_YORK, (NEW_YORK, CHICAGO)),
        ("US", "TN", "Nashville", NEW_YORK, (CHICAGO,)),
        ("USA", "Tennessee", "CHATTANOOGA ", NEW_YORK, (NEW_YORK,)),
        (None, "tn", None, NEW_YORK, (NEW_YORK, CHICAGO)),
        ("", "GA", "", CHICAGO, (NEW_YORK,)),
        ("US", "HI", "Hilo", NEW_YORK, ("Pacific/Honolulu",)),
        ("US", "AZ", "Phoenix", NEW_YORK, ("America/Phoenix",)),
        ("US", "AZ", "Window Rock", NEW_YORK, (DENVER,)),
        ("United States", "", "", NEW_YORK, (NEW_YORK, CHICAGO, DENVER, PACIFIC)),
        ("GB", "Kent", "Dover", NEW_YORK, ("Europe/London",)),
        ("England", None, None, NEW_YORK, ("Europe/London",)),
        ("CA", "SK", "Regina", NEW_YORK, ("America/Regina",)),
        (None, "ON", None, "America/Toronto", ("America/Toronto", "America/Winnipeg")),
        ("Australia", "WA", "Perth", "Australia/Sydney", ("Australia/Perth",)),
        (None, "WA", None, "Australia/Sydney", ("Australia/Perth",)),
        (None, "WA", None, NEW_YORK, (PACIFIC,)),
        (None, None, None, "Europe/Paris", ("Europe/Paris",)),
        (None, None, None, NEW_YORK, (NEW_YORK,)),
        (None, "XX", None, NEW_YORK, (NEW_YORK,)),
        ("Kiribati", None, None, NEW_YORK, ("Pacific/Tarawa", "Pacific/Kanton", "Pacific/Kiritimati")),
        ("Samoa", None, "Apia", NEW_YORK, ("Pacific/Apia",)),
        ("Nepal", None, None, NEW_YORK, ("Asia/Kathmandu",)),
        ("Deutschland", None, "Köln", NEW_YORK, ("Europe/Berlin",)),
        ("Atlantis", "X", "Y", DENVER, (DENVER,)),
        (None, "TX", "El Paso", "US/Eastern", (DENVER,)),
    ],
)
def test_the_address_tells_the_zones(country, region, city, company_zone, expected):
    assert zones_of(country, region, city, company_zone) == expected


def test_every_zone_in_the_tables_exists():
    tables = (zones.US_STATES, zones.CANADIAN_PROVINCES, zones.AUSTRALIAN_STATES, zones.COUNTRIES)
    named = {zone for table in tables for found in table.values() for zone in found}

    assert named | set(zones.US_CITIES.values()) <= available_timezones()
    assert len(zones.US_STATES) == 56  # fifty states, the capital and five territories


@pytest.mark.parametrize(
    ("after", "where", "expected"),
    [
        # Monday 2 November, standard time: 9 to 17 in New York is 14 to 22 UTC.
        (utc(2026, 11, 2, 13, 59, 59), (NEW_YORK,), utc(2026, 11, 2, 14, 0)),
        (utc(2026, 11, 2, 14, 0), (NEW_YORK,), utc(2026, 11, 2, 14, 0)),
        (utc(2026, 11, 2, 21, 59, 59), (NEW_YORK,), utc(2026, 11, 2, 21, 59, 59)),
        (utc(2026, 11, 2, 22, 0), (NEW_YORK,), utc(2026, 11, 3, 14, 0)),
        # Friday 30 October is still daylight time, the Monday after the change is not.
        (utc(2026, 10, 30, 12, 0), (NEW_YORK,), utc(2026, 10, 30, 13, 0)),
        (utc(2026, 10, 30, 21, 0), (NEW_YORK,), utc(2026, 11, 2, 14, 0)),
        # Both zones of Tennessee: from nine in Nashville to five in Chattanooga.
        (utc(2026, 11, 2, 14, 30), (NEW_YORK, CHICAGO), utc(2026, 11, 2, 15, 0)),
        (utc(2026, 11, 2, 22, 0), (NEW_YORK, CHICAGO), utc(2026, 11, 3, 15, 0)),
        # A holiday and the weekend.
        (utc(2026, 11, 11, 15, 0), (NEW_YORK,), utc(2026, 11, 12, 14, 0)),
        (utc(2026, 11, 28, 15, 0), (NEW_YORK,), utc(2026, 11, 30, 14, 0)),
        # Fourteen hours ahead: nine on Monday in Kiritimati is Sunday, 19:00 UTC.
        (utc(2026, 11, 1, 0, 0), ("Pacific/Kiritimati",), utc(2026, 11, 1, 19, 0)),
        (utc(2026, 11, 2, 13, 0), ("Pacific/Honolulu",), utc(2026, 11, 2, 19, 0)),
        # Never open together: the first zone counts.
        (utc(2026, 11, 2, 13, 0), ("Europe/London", "Pacific/Honolulu"), utc(2026, 11, 2, 13, 0)),
        (utc(2026, 11, 2, 18, 0), ("Europe/London", "Pacific/Honolulu"), utc(2026, 11, 3, 9, 0)),
    ],
)
def test_the_next_window_is_open_in_every_zone(after, where, expected):
    assert next_window(after, where, HOURS, CALENDAR) == expected


def test_contact_days_hold_beside_the_calendar():
    hours = ContactHours(opens=time(10), closes=time(12), days=("tue", "thu"))

    assert next_window(utc(2026, 11, 6, 9, 0), ("Europe/London",), hours, CALENDAR) == utc(
        2026, 11, 10, 10, 0
    )


def test_contact_days_without_any_open_day_leave_the_calendar_to_decide():
    weekends = ContactHours(days=("sat", "sun"))

    assert next_window(utc(2026, 11, 7, 9, 0), ("Europe/London",), weekends, CALENDAR) == utc(
        2026, 11, 9, 9, 0
    )


def test_a_year_of_instants_lands_in_hours_or_stays():
    for day in range(1, 366, 3):
        after = datetime.fromordinal(date(2026, 1, 1).toordinal() + day).replace(hour=day % 24, tzinfo=UTC)
        found = next_window(after, (NEW_YORK, DENVER), HOURS, CALENDAR)
        assert found >= after
        for zone in (NEW_YORK, DENVER):
            local = found.astimezone(ZoneInfo(zone))
            assert time(9) <= local.time() < time(17)
            assert CALENDAR.is_open(local.date())


def test_an_instant_without_a_zone_is_our_mistake():
    with pytest.raises(ValueError, match="aware"):
        next_window(datetime(2026, 1, 1), ("Europe/Paris",), HOURS, CALENDAR)  # noqa: DTZ001


HAWAII, PHOENIX, KIRIBATI, CAIRO = "Pacific/Honolulu", "America/Phoenix", "Pacific/Kiritimati", "Africa/Cairo"
EVERY_DAY = ContactHours(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
NEVER_CLOSED = Calendar(weekend=frozenset())


@pytest.mark.parametrize(
    ("after", "where", "expected"),
    [
        # Arizona keeps its clocks: nine is 16:00 UTC all year; in Denver it is 15:00 in July.
        (utc(2026, 7, 6, 12, 0), PHOENIX, utc(2026, 7, 6, 16, 0)),
        (utc(2026, 7, 6, 12, 0), DENVER, utc(2026, 7, 6, 15, 0)),
        (utc(2027, 1, 11, 12, 0), PHOENIX, utc(2027, 1, 11, 16, 0)),
        (utc(2027, 1, 11, 12, 0), DENVER, utc(2027, 1, 11, 16, 0)),
        # Hawaii: five in the afternoon of Monday is 03:00 UTC of Tuesday.
        (utc(2026, 11, 3, 2, 59, 59), HAWAII, utc(2026, 11, 3, 2, 59, 59)),
        (utc(2026, 11, 3, 3, 0), HAWAII, utc(2026, 11, 3, 19, 0)),
        (utc(2026, 7, 7, 3, 0), HAWAII, utc(2026, 7, 7, 19, 0)),  # the same in summer
        # Friday evening there is Saturday in UTC: still open at 02:59, then not before Monday.
        (utc(2026, 11, 7, 2, 59), HAWAII, utc(2026, 11, 7, 2, 59)),
        (utc(2026, 11, 7, 3, 0), HAWAII, utc(2026, 11, 9, 19, 0)),
        # Fourteen hours ahead: Friday there ends at 03:00 UTC of Friday, and Monday begins on Sunday 19:00.
        (utc(2026, 11, 6, 2, 59), KIRIBATI, utc(2026, 11, 6, 2, 59)),
        (utc(2026, 11, 6, 3, 0), KIRIBATI, utc(2026, 11, 8, 19, 0)),
        # Their Thanksgiving of the company's calendar begins on Wednesday 10:00 UTC.
        (utc(2026, 11, 25, 19, 0), KIRIBATI, utc(2026, 11, 26, 19, 0)),
        (utc(2026, 11, 26, 19, 0), KIRIBATI, utc(2026, 11, 26, 19, 0)),
        # Month ends, and the leap day of 2028, a Tuesday.
        (utc(2026, 7, 31, 21, 0), NEW_YORK, utc(2026, 8, 3, 13, 0)),
        (utc(2028, 2, 28, 17, 0), "Europe/London", utc(2028, 2, 29, 9, 0)),
        (utc(2028, 2, 29, 17, 0), "Europe/London", utc(2028, 3, 1, 9, 0)),
        (utc(2027, 2, 26, 17, 0), "Europe/London", utc(2027, 3, 1, 9, 0)),
    ],
)
def test_the_day_and_the_hour_are_the_customers_own(after, where, expected):
    assert next_window(after, (where,), HOURS, CALENDAR) == expected


@pytest.mark.parametrize(
    ("after", "where", "expected"),
    [
        # New York goes to daylight time on Sunday 8 March 2026 and back on Sunday 1 November.
        (utc(2026, 3, 7, 22, 0), NEW_YORK, utc(2026, 3, 8, 13, 0)),
        (utc(2026, 3, 8, 20, 59), NEW_YORK, utc(2026, 3, 8, 20, 59)),
        (utc(2026, 3, 8, 21, 0), NEW_YORK, utc(2026, 3, 9, 13, 0)),
        (utc(2026, 10, 31, 21, 0), NEW_YORK, utc(2026, 11, 1, 14, 0)),
        (utc(2026, 11, 1, 13, 30), NEW_YORK, utc(2026, 11, 1, 14, 0)),
        # Egypt changes on weekdays: Friday 24 April and, at its end, Thursday 29 October 2026.
        (utc(2026, 4, 23, 6, 30), CAIRO, utc(2026, 4, 23, 7, 0)),
        (utc(2026, 4, 24, 5, 30), CAIRO, utc(2026, 4, 24, 6, 0)),
        (utc(2026, 10, 29, 5, 30), CAIRO, utc(2026, 10, 29, 6, 0)),
        (utc(2026, 10, 30, 5, 30), CAIRO, utc(2026, 10, 30, 7, 0)),
    ],
)
def test_on_the_day_that_clocks_change_nine_is_nine_by_the_new_clock(after, where, expected):
    assert next_window(after, (where,), EVERY_DAY, NEVER_CLOSED) == expected


def test_a_quiet_season_and_the_new_year_are_waited_for():
    """From five on Wednesday 23 December to Monday 4 January 2027."""
    calendar = STANDARD.calendar(frozenset())

    assert next_window(utc(2026, 12, 23, 22, 0), (NEW_YORK,), HOURS, calendar) == utc(2027, 1, 4, 14, 0)


ZONES = st.lists(
    st.sampled_from([NEW_YORK, CHICAGO, PACIFIC, PHOENIX, HAWAII, "Europe/London", CAIRO, KIRIBATI]),
    min_size=1,
    max_size=3,
    unique=True,
)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(ZONES, INSTANTS, INSTANTS)
def test_what_waits_for_a_window_keeps_its_order(where, one, other):
    """Who was due earlier is written to no later, and whoever may be written to now does not wait."""
    first, second = sorted((one, other))

    opens, then = (next_window(at, where[:1], HOURS, CALENDAR) for at in (first, second))
    both = next_window(first, where, HOURS, CALENDAR)

    assert first <= opens <= then
    assert next_window(opens, where[:1], HOURS, CALENDAR) == opens
    assert both >= opens
    assert both - first <= timedelta(days=10)


def test_nobody_waits_weeks_for_zones_that_open_together_once_clocks_have_changed():
    """Chicago and Cairo are eight hours apart in winter; on Monday 9 March 2026 it would be seven."""
    assert next_window(utc(2026, 2, 1), (NEW_YORK, CHICAGO, CAIRO), HOURS, CALENDAR) == utc(2026, 2, 2, 14)


SYDNEY, LONDON, GUAM = "Australia/Sydney", "Europe/London", "Pacific/Guam"


@pytest.mark.parametrize(
    ("home", "zone", "after", "leaves"),
    [
        # 15:30 in London, 2:30 of the next day in Sydney: these hours opened on Sydney's day before.
        (SYDNEY, LONDON, utc(2026, 3, 9, 15, 30), utc(2026, 3, 10, 9)),
        # Hawaii's hours lie whole on Sydney's next day: nothing to wait for.
        (SYDNEY, "Pacific/Honolulu", utc(2026, 3, 9, 19, 30), utc(2026, 3, 9, 19, 30)),
        # 16:30 on Guam, 2:30 in New York, where these hours opened at 19:00 the evening before.
        (NEW_YORK, GUAM, utc(2026, 3, 9, 6, 30), utc(2026, 3, 9, 23)),
        (NEW_YORK, GUAM, utc(2026, 3, 9, 23, 30), utc(2026, 3, 9, 23, 30)),
        (NEW_YORK, NEW_YORK, utc(2026, 3, 9, 15), utc(2026, 3, 9, 15)),
        # Closed there and here: the next hours are the first of their day.
        (NEW_YORK, NEW_YORK, utc(2026, 3, 9, 6), utc(2026, 3, 9, 13)),
        # Friday's leave no hours before Guam's Monday; the night decides again before then.
        (NEW_YORK, GUAM, utc(2026, 3, 13, 6, 30), utc(2026, 3, 15, 23)),
    ],
)
def test_each_of_the_companys_days_has_one_of_the_customers(home, zone, after, leaves):
    found = contact_hours.next_contact(after, [ZoneInfo(zone)], HOURS, CALENDAR, ZoneInfo(home))

    assert found == leaves


def test_every_zone_of_every_country_is_one_and_every_name_has_a_country():
    everywhere = zones_abroad.COUNTRIES | zones.COUNTRIES

    assert {zone for found in everywhere.values() for zone in found} <= available_timezones()
    assert {*zones_abroad.NAMES.values()} <= everywhere.keys()
