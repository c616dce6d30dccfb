"""Business days, open days and quiet seasons."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.business_days import Calendar, QuietSeason

from .making import THANKSGIVING, VETERANS, nov, octo

YEAR_END = QuietSeason("End of the year", (12, 24), (1, 2))
AUTUMN = Calendar(frozenset({VETERANS, THANKSGIVING}), quiet=(YEAR_END,))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (octo(23), 0, octo(23)),
        (octo(23), 1, octo(26)),  # Friday to Monday
        (octo(24), 1, octo(26)),  # Saturday to Monday
        (octo(24), 0, octo(24)),
        (nov(6), 2, nov(10)),  # Monday, Tuesday
        (nov(10), 1, nov(12)),  # over the holiday
        (nov(2), -1, octo(30)),
        (nov(1), -1, octo(30)),
        (date(2026, 12, 23), 2, date(2026, 12, 25)),  # counting ignores quiet seasons
        (date(2028, 2, 28), 1, date(2028, 2, 29)),  # Tuesday, a leap day
        (date(2028, 2, 28), 2, date(2028, 3, 1)),
        (date(2028, 2, 29), 1, date(2028, 3, 1)),
        (date(2027, 2, 26), 1, date(2027, 3, 1)),  # the last Friday of a month
        (date(2028, 3, 1), -1, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_business_days_are_counted_from_the_day_after(day, count, expected):
    assert AUTUMN.add_business_days(day, count) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (nov(10), nov(10)),
        (nov(11), nov(12)),
        (nov(14), nov(16)),
        (date(2026, 12, 23), date(2026, 12, 23)),
        (date(2026, 12, 24), date(2027, 1, 4)),
        (date(2027, 1, 2), date(2027, 1, 4)),
    ],
)
def test_the_next_open_day_is_the_day_itself_when_it_is_open(day, expected):
    assert AUTUMN.next_open(day) == expected
    assert AUTUMN.next_open(day) == expected  # also when it is remembered


@pytest.mark.parametrize(
    ("day", "expected"), [(nov(10), nov(10)), (nov(11), nov(12)), (date(2026, 12, 24), date(2026, 12, 24))]
)
def test_the_next_business_day_ignores_quiet_seasons(day, expected):
    assert AUTUMN.next_business_day(day) == expected


def test_a_season_within_one_year_and_one_that_ends_on_a_leap_day():
    summer = QuietSeason("Summer", (8, 1), (8, 15))
    leap = QuietSeason("February", (2, 20), (2, 29))

    assert [
        summer.covers(day)
        for day in (date(2026, 7, 31), date(2026, 8, 1), date(2026, 8, 15), date(2026, 8, 16))
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert leap.covers(date(2028, 2, 29)) and leap.covers(date(2026, 2, 28))
    assert not leap.covers(date(2026, 3, 1))


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2026, 12, 23), False),
        (date(2026, 12, 24), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),
        (date(2027, 1, 2), True),
        (date(2027, 1, 3), False),
    ],
)
def test_a_season_over_new_year_covers_both_its_ends(day, covered):
    assert YEAR_END.covers(day) is covered


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(nov(6), nov(6), 0), (nov(6), nov(9), 1), (nov(9), nov(12), 2), (nov(9), nov(6), -1)],
)
def test_days_between_count_the_last_and_not_the_first(first, last, expected):
    assert AUTUMN.business_days_between(first, last) == expected


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 40))
def test_adding_and_counting_agree(day, count):
    there = AUTUMN.add_business_days(day, count)

    assert AUTUMN.business_days_between(day, there) == count
    assert AUTUMN.is_business_day(there)


def test_a_calendar_that_never_opens_is_refused():
    with pytest.raises(ValueError, match="working weekday"):
        Calendar(weekend=frozenset(range(7)))
    with pytest.raises(ValueError, match="within a year"):
        Calendar(quiet=(QuietSeason("always", (1, 1), (12, 31)),)).next_open(nov(2))
    closed = frozenset(date.fromordinal(nov(2).toordinal() + n) for n in range(800))
    with pytest.raises(ValueError, match="within a year"):
        Calendar(closed).add_business_days(nov(2), 1)


def test_a_calendar_made_from_another_remembers_none_of_its_days():
    busy = Calendar()

    assert busy.next_open(nov(11)) == nov(11)
    assert busy.add_business_days(nov(10), 1) == nov(11)
    closed = replace(busy, holidays=frozenset({VETERANS}))
    assert closed.next_open(nov(11)) == nov(12)
    assert closed.add_business_days(nov(10), 1) == nov(12)
