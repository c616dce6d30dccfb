"""When customers may hear from us, asked for several companies in one process."""

from datetime import UTC, datetime
from types import SimpleNamespace

from qb_collections.core.business_days import Calendar
from qb_collections.services import hours
from tests.core.making import STANDARD, customer

CALENDAR = Calendar()


def test_companies_that_share_a_policy_each_go_by_their_own_midnight():
    """16:30 on Guam is in hours for a company there; in New York these hours began the evening before."""
    after = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)
    there = customer(country="GU", region=None, city=None)

    found = [
        hours.opens_at(SimpleNamespace(zone=zone), STANDARD, CALENDAR, there, after)
        for zone in ("Pacific/Guam", "America/New_York", "Pacific/Guam")
    ]

    assert found == [after, datetime(2026, 3, 9, 23, tzinfo=UTC), after]
