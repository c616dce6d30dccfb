"""How often a company records payments, and whether its books have fallen behind that rhythm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low

from qb_collections.core.wording import day_text

GAPS_MIN = 10  # fewer tell no rhythm, and nothing is held for it
LOOK_BACK_DAYS = 365
QUIET_DAYS_MIN = 5  # a long weekend is never news


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Days between days on which payments were recorded."""

    newest_on: date
    usual_days: int  # the median gap
    longest_days: int  # the gap that nine of ten do not pass

    @property
    def limit_days(self) -> int:
        """A silence of so many days is still usual: the longer of nine gaps in ten and twice the median."""
        return max(self.longest_days, 2 * self.usual_days, QUIET_DAYS_MIN)


def rhythm(recorded_on: Iterable[date], today: date) -> Rhythm | None:
    """None: too few recording days within a year to tell."""
    since = today - timedelta(days=LOOK_BACK_DAYS)
    days = sorted({day for day in recorded_on if since <= day <= today})
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    if len(gaps) < GAPS_MIN:
        return None
    ninth_in_ten = gaps[-(-9 * len(gaps) // 10) - 1]  # nearest rank
    return Rhythm(days[-1], median_low(gaps), ninth_in_ten)


def behind(found: Rhythm | None, today: date, locale: str = "en_US") -> str | None:
    """Why the run has to wait for a person, or None: the books look current, or nobody can tell."""
    if found is None:
        return None
    quiet_days = (today - found.newest_on).days
    if quiet_days <= found.limit_days:
        return None
    every = "every day" if found.usual_days == 1 else f"every {found.usual_days} days"
    newest = day_text(found.newest_on, found.newest_on.year, locale)
    return (
        f"On hold: the newest payment in your books was recorded on {newest}, {quiet_days} days ago; usually "
        f"one comes {every} and rarely later than {found.longest_days}. Is everything you have received "
        "entered? Then say so, and these go out."
    )
