"""Named periods, by hand, for a Friday in October of a year that begins in April."""

from datetime import date

import pytest

from qb_collections.emulator.errors import Fault
from qb_collections.emulator.reports.macros import period

TODAY, FISCAL = date(2026, 10, 30), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("macro", "first", "last"),
    [
        ("Today", date(2026, 10, 30), date(2026, 10, 30)),
        ("Yesterday", date(2026, 10, 29), date(2026, 10, 29)),
        ("This Week", date(2026, 10, 25), date(2026, 10, 31)),
        ("Last Week", date(2026, 10, 18), date(2026, 10, 24)),
        ("This Week-to-date", date(2026, 10, 25), date(2026, 10, 30)),
        ("This Month", date(2026, 10, 1), date(2026, 10, 31)),
        ("Last Month", date(2026, 9, 1), date(2026, 9, 30)),
        ("Last Month-to-date", date(2026, 9, 1), date(2026, 9, 30)),
        ("Next Month", date(2026, 11, 1), date(2026, 11, 30)),
        ("This Calendar Quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("This Fiscal Quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("This Fiscal Year", date(2026, 4, 1), date(2027, 3, 31)),
        ("This Fiscal Year-to-date", date(2026, 4, 1), date(2026, 10, 30)),
        ("Last Fiscal Year", date(2025, 4, 1), date(2026, 3, 31)),
        ("This Calendar Year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_named_period_has_these_days(macro, first, last):
    assert period(macro, TODAY, FISCAL) == (first, last)


def test_a_period_without_a_name_is_a_fault():
    with pytest.raises(Fault) as refused:
        period("This Decade", TODAY, FISCAL)

    assert refused.value.code == "2170"
