"""The books look current as long as a silence is usual for this company."""

from datetime import date, timedelta

import pytest

from qb_collections.core.books_rhythm import behind, rhythm

START = date(2026, 3, 2)


def days(*gaps):
    found = [START]
    for gap in gaps:
        found.append(found[-1] + timedelta(days=gap))
    return found


def test_with_nine_gaps_no_rhythm_is_known_and_nothing_is_held():
    recorded = days(*[2] * 9)

    assert rhythm(recorded, START + timedelta(days=300)) is None
    assert behind(None, START + timedelta(days=300)) is None


def test_the_rhythm_is_the_median_and_the_ninth_gap_in_ten():
    """Sorted: 1 1 2 2 3 3 3 4 8 20; the middle is 3 (the lower of two), the ninth 8."""
    recorded = days(3, 1, 20, 2, 3, 8, 1, 4, 2, 3)

    found = rhythm(recorded, recorded[-1])

    assert (found.usual_days, found.longest_days, found.limit_days) == (3, 8, 8)


def test_several_payments_of_one_day_are_one_recording_day():
    assert rhythm(days(*[2] * 9) * 3, START + timedelta(days=30)) is None


@pytest.mark.parametrize(("later", "held"), [(8, False), (9, True)])
def test_beyond_the_usual_the_run_is_held_with_one_sentence(later, held):
    """The newest payment is of 18 April; 8 days of silence are usual, 9 are not."""
    recorded = days(3, 1, 20, 2, 3, 8, 1, 4, 2, 3)
    assert recorded[-1] == date(2026, 4, 18)

    said = behind(rhythm(recorded, recorded[-1]), recorded[-1] + timedelta(days=later))

    assert said == (
        (
            "On hold: the newest payment in your books was recorded on Saturday, April 18, 9 days ago; "
            "usually one comes every 3 days and rarely later than 8. Is everything you have received "
            "entered? Then say so, and these go out."
        )
        if held
        else None
    )


@pytest.mark.parametrize(("later", "held"), [(5, False), (6, True)])
def test_for_a_company_that_records_daily_a_long_weekend_is_no_news(later, held):
    recorded = days(*[1] * 12)

    assert (behind(rhythm(recorded, recorded[-1]), recorded[-1] + timedelta(days=later)) is not None) == held
