"""The month's metered reads over all companies: who used how many, and a warning before they run out.

Intuit meters reads of production companies; sandboxes and emulators are free (partner program FAQ, 2025).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime

from qb_collections.services.context import Context
from qb_collections.store import clients
from qb_collections.store.engine import reading

METERED = "production"
WARN_PERCENT = 80
HISTORY_PERCENT = 50  # beyond it history rests until the next month


@dataclass(frozen=True, slots=True)
class Share:
    """What one company used of the month; metered: whether Intuit counts it."""

    company_id: int
    name: str
    reads: int
    metered: bool


@dataclass(frozen=True, slots=True)
class Budget:
    month: str  # 2026-11
    limit: int
    shares: tuple[Share, ...]  # the largest first
    warning: str | None

    @property
    def used(self) -> int:
        return sum(share.reads for share in self.shares if share.metered)


def budget(context: Context, now: datetime | None = None) -> Budget:
    """The figures of this month, as of the last release of each company's lease."""
    now = now or context.clock.now()
    month = f"{now:%Y-%m}"
    with reading(context.engine) as conn:
        every = clients.limiter_states(conn)
    shares = tuple(
        sorted(
            (
                Share(id, name, int((state.get("reads") or {}).get(month, 0)), environment == METERED)
                for id, name, environment, state in every
            ),
            key=lambda share: (-share.reads, share.name),
        )
    )
    limit = context.settings.reads_per_month
    used = sum(share.reads for share in shares if share.metered)
    return Budget(month, limit, shares, _warning(used, limit, now))


def leaves_room(context: Context) -> bool:
    """Whether work that can wait may read on this month."""
    found = budget(context)
    return found.used * 100 < found.limit * HISTORY_PERCENT


def _warning(used: int, limit: int, now: datetime) -> str | None:
    days = calendar.monthrange(now.year, now.month)[1]
    expected = used * days // now.day
    if used >= limit:
        return f"All {limit:,} reads of this month are used; QuickBooks answers no more before the next."
    if used * 100 >= limit * WARN_PERCENT:
        return f"{used:,} of this month's {limit:,} reads are used ({used * 100 // limit} %)."
    if now.day >= 7 and expected > limit:
        return (
            f"At this rate this month takes {expected:,} reads, more than the {limit:,} that Intuit answers; "
            f"{used:,} are used by now."
        )
    return None
