"""The calendar behind the rules: holidays of the company's country, and none where it is not known."""

from datetime import date

from qb_collections.services.rulebook import _of_country


def test_a_countrys_holidays_are_known_for_years_around_today():
    days = _of_country("US", None, 2026)

    assert date(2026, 11, 26) in days  # Thanksgiving
    assert date(2027, 1, 1) in days


def test_an_unknown_country_or_region_has_no_holidays_of_its_own_and_stops_nothing():
    assert _of_country("ZZ", None, 2026) == frozenset()
    assert _of_country("US", "ZZ", 2026) == _of_country("US", None, 2026)
