"""Each local date has exactly one night, also where clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from qb_collections.core.night_time import next_daily_run


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "at", "zone", "expected"),
    [
        # New York, 1 November 2026: 1:30 happens twice; the first is 5:30 UTC.
        (utc(2026, 11, 1, 0, 0), time(1, 30), "America/New_York", utc(2026, 11, 1, 5, 30)),
        (utc(2026, 11, 1, 5, 30), time(1, 30), "America/New_York", utc(2026, 11, 2, 6, 30)),
        # New York, 8 March 2026: 2:30 does not exist and becomes 3:30 daylight time.
        (utc(2026, 3, 8, 0, 0), time(2, 30), "America/New_York", utc(2026, 3, 8, 7, 30)),
        (utc(2026, 3, 8, 7, 30), time(2, 30), "America/New_York", utc(2026, 3, 9, 6, 30)),
        # Just before, and exactly at the instant.
        (utc(2026, 10, 30, 6, 29, 59), time(2, 30), "America/New_York", utc(2026, 10, 30, 6, 30)),
        (utc(2026, 10, 30, 6, 30), time(2, 30), "America/New_York", utc(2026, 10, 31, 6, 30)),
        # Kiritimati is fourteen hours ahead: its 31 October begins on the 30th, UTC.
        (utc(2026, 10, 30, 11, 0), time(2, 30), "Pacific/Kiritimati", utc(2026, 10, 30, 12, 30)),
        (utc(2026, 10, 30, 0, 0), time(2, 30), "Pacific/Honolulu", utc(2026, 10, 30, 12, 30)),
    ],
)
def test_the_night_begins_at_its_local_time(after, at, zone, expected):
    assert next_daily_run(after, at, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    "zone",
    [
        *("America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns"),
        *("Europe/London", "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland"),
        *("Pacific/Kiritimati", "Pacific/Apia", "Africa/Casablanca", "America/Santiago"),
    ],
)
@pytest.mark.parametrize("at", [time(0, 0), time(0, 30), time(1, 30), time(2, 30), time(23, 59)])
def test_a_year_of_nights_has_each_local_date_once(zone, at):
    now = utc(2026, 1, 1, 12, 0)
    dates = []
    while now < utc(2027, 1, 1, 12, 0):
        later = next_daily_run(now, at, ZoneInfo(zone))
        assert later > now
        dates.append(later.astimezone(ZoneInfo(zone)).date())
        now = later

    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
    assert len(dates) in (365, 366)


def test_an_instant_without_a_zone_is_our_mistake():
    with pytest.raises(ValueError, match="aware"):
        next_daily_run(datetime(2026, 1, 1), time(2), ZoneInfo("Europe/Paris"))  # noqa: DTZ001
