"""Where the reading of payment history stands, in a sentence: also before it began, and while it rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qb_collections.services import history, read_budget
from qb_collections.services.context import Context
from qb_collections.services.history import Progress
from qb_collections.store.companies import Company

NOT_BEGUN = (
    "Two years of payments have not been read yet. It begins by itself, once the open invoices are read and "
    "nothing else is to do. You don't need to wait."
)


@dataclass(frozen=True, slots=True)
class HistoryTold:
    """rows: read so far.  rests: it waits for the next month's reads, and nobody stopped it."""

    said: str
    since_on: date | None = None  # None: it has not begun
    rows: int = 0
    complete: bool = False
    stopped: bool = False
    rests: bool = False


def of(context: Context, company: Company, *, room: bool | None = None) -> HistoryTold:
    """room: whether the month's reads allow to go on, where the caller knows."""
    return told(context, history.progress(context, company), room=room)


def told(context: Context, found: Progress | None, *, room: bool | None = None) -> HistoryTold:
    """The same for who knows how far it is; the month's reads are asked for only where it goes on."""
    if found is not None and (found.complete or found.stopped):
        rows = f" {found.done:,} rows are read." if found.complete else ""
        return HistoryTold(
            f"{found.sentence}{rows}", found.since_on, found.done, found.complete, found.stopped
        )
    rests = not (read_budget.leaves_room(context) if room is None else room)
    if found is None:
        return HistoryTold(f"{NOT_BEGUN}{_why(rests)}", rests=rests)
    return HistoryTold(f"{found.sentence}{_why(rests)}", found.since_on, found.done, rests=rests)


def _why(rests: bool) -> str:
    if not rests:
        return ""
    return (
        f" It rests until next month: {read_budget.HISTORY_PERCENT}% or more of this month's reads are used, "
        "and the rest is kept for your nights."
    )
