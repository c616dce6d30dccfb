"""The gentle start, the spread of old debts, and the brake."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.admission import brake, first_night_cap, spread
from qb_collections.core.business_days import Calendar

from .making import VETERANS, nov, usd

CALENDAR = Calendar(frozenset({VETERANS}))


@pytest.mark.parametrize(
    ("owing", "cap"), [(0, 1), (1, 1), (19, 1), (20, 2), (22, 2), (249, 24), (250, 25), (251, 25), (5000, 25)]
)
def test_the_first_night_is_the_lesser_of_25_and_a_tenth_and_at_least_one(owing, cap):
    assert first_night_cap(owing) == cap


def test_the_largest_start_first_over_ten_open_days():
    sizes = {"small": "10", "large": "900", "middle": "50"}

    days = spread([(key, usd(size)) for key, size in sizes.items()], nov(7), CALENDAR)

    assert days == {
        "large": nov(9),
        "middle": nov(10),
        "small": nov(12),
    }  # a Saturday to begin with; a holiday


def test_days_are_filled_evenly():
    cases = [(n, usd(str(100 - n))) for n in range(22)]

    days = spread(cases, nov(16), Calendar())

    assert [
        sum(day == nov(d) for day in days.values()) for d in (16, 17, 18, 19, 20, 23, 24, 25, 26, 27)
    ] == [
        *(3, 2, 2, 2, 2),
        *(3, 2, 2, 2, 2),
    ]
    assert spread([], nov(16), CALENDAR) == {}


@given(st.lists(st.integers(1, 10**6), max_size=60), st.integers(1, 20))
def test_nobody_is_left_out_and_nobody_larger_starts_later(amounts, days):
    cases = [(n, usd(str(amount))) for n, amount in enumerate(amounts)]

    starts = spread(cases, nov(2), CALENDAR, days)

    assert set(starts) == set(range(len(amounts)))
    assert len(set(starts.values())) <= days
    ordered = sorted(cases, key=lambda one: -one[1].amount)
    assert [starts[key] for key, _ in ordered] == sorted(starts.values())
    assert all(CALENDAR.is_open(day) for day in starts.values())


def test_a_spread_over_no_day_is_our_mistake():
    with pytest.raises(ValueError, match="at least one day"):
        spread([], date(2026, 11, 2), CALENDAR, 0)


@pytest.mark.parametrize(
    ("contacts", "usual", "held"),
    [
        (100, (), False),  # nothing is usual yet
        (100, (2, 2), False),
        (6, (2, 2, 2), False),  # exactly three times
        (7, (2, 2, 2), True),
        (9, (1, 3, 90), False),
        (10, (1, 3, 90), True),
        (4, (0, 0, 0), True),  # the usual counts as at least one
        (8, (2, 3, 2, 3), True),  # 2.5 in the middle
    ],
)
def test_more_than_three_times_the_usual_waits(contacts, usual, held):
    assert (brake(contacts, usual) is not None) is held


def test_the_brake_says_why():
    assert brake(8, (2, 3, 2, 3)) == (
        "On hold: 8 contacts are more than 3 times the usual 2.5. Please read the list, then "
        "approve it or leave it."
    )
