"""All client books at a glance: what is owed, how fresh it is, what waits, and what is wrong.

The number of statements does not grow with the companies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from qb_collections.core.company_gates import Link
from qb_collections.core.money import Money
from qb_collections.services import keep_alive, progress
from qb_collections.services.context import Context
from qb_collections.services.keep_alive import ReconnectBy
from qb_collections.store import clients
from qb_collections.store.clients import Client, Night
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.people import Role, User

COMPANIES_MAX = 1000
PAGE = 100
# A night that has been deciding for so long, or has not begun so long after its time, did not go well.
NIGHT_LATE = timedelta(hours=2)
OLD = timedelta(days=2)

Times = Callable[[Company], datetime]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One exception.  kind: what to do about it; grave: nothing leaves because of it."""

    kind: str  # reconnect, disconnected, stopped, tie_out, restored, night, trouble, old, unread
    words: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    company: Company
    practice: str
    role: Role
    owed: tuple[tuple[Money, Money], ...]  # owed and late, by currency, the largest first
    synced_at: datetime | None
    age: str  # of what was read last, in words
    night: Night | None
    approvals: int
    tasks: int
    wrong: tuple[Wrong, ...]
    reconnect: ReconnectBy | None

    @property
    def late(self) -> Decimal:
        """What they are sorted by; currencies are not converted."""
        return sum((late.amount for _, late in self.owed), Decimal(0))

    @property
    def whole(self) -> Decimal:
        return sum((owed.amount for owed, _ in self.owed), Decimal(0))


@dataclass(frozen=True, slots=True)
class Grid:
    rows: tuple[Row, ...]
    practices: tuple[tuple[int, str], ...]  # of all that the user may see

    @property
    def approvals(self) -> int:
        return sum(row.approvals for row in self.rows)

    @property
    def tasks(self) -> int:
        return sum(row.tasks for row in self.rows)

    @property
    def wrong(self) -> int:
        return sum(bool(row.wrong) for row in self.rows)


def _by_age(row: Row) -> tuple[bool, str]:
    return row.synced_at is not None, row.synced_at.isoformat() if row.synced_at else ""


SORTS: Mapping[str, Callable[[Row], object]] = {
    "attention": lambda row: (
        -sum(one.grave for one in row.wrong),
        -len(row.wrong),
        -row.approvals,
        -row.late,
        row.company.name.casefold(),
    ),
    "name": lambda row: row.company.name.casefold(),
    "owed": lambda row: (-row.whole, row.company.name.casefold()),
    "late": lambda row: (-row.late, row.company.name.casefold()),
    "read": _by_age,
    "night": lambda row: (row.night.on.isoformat() if row.night else "", row.company.name.casefold()),
    "approvals": lambda row: (-row.approvals, row.company.name.casefold()),
    "tasks": lambda row: (-row.tasks, row.company.name.casefold()),
}


def of_user(
    context: Context,
    user: User,
    now_of: Times,
    *,
    practice_id: int | None = None,
    sort: str = "attention",
    down: bool = False,
) -> Grid:
    """now_of: what time it is for a company; one on an emulator has its own."""
    with reading(context.engine) as conn:
        mine = clients.of_user(conn, user.id)[:COMPANIES_MAX]
        shown = [one for one in mine if practice_id is None or one.company.practice_id == practice_id]
        nows = {one.company.id: now_of(one.company) for one in shown}
        ids = list(nows)
        owed = clients.owed(conn, {one.company.id: one.company.today(nows[one.company.id]) for one in shown})
        nights = clients.nights(conn, ids)
        approvals = clients.approvals(conn, ids)
        tasks = clients.tasks(conn, ids)
    rows = []
    for one in shown:
        id, now = one.company.id, nows[one.company.id]
        rows.append(
            Row(
                one.company,
                one.practice,
                one.role,
                tuple(owed.get(id, ())),
                one.synced_at,
                ago(now - one.synced_at) if one.synced_at else "not yet",
                nights.get(id),
                approvals.get(id, 0),
                tasks.get(id, 0),
                _wrong(one, nights.get(id), now),
                keep_alive.told(one.company, one.hard_expires_at, now),
            )
        )
    rows.sort(key=SORTS.get(sort, SORTS["attention"]), reverse=down)  # type: ignore[arg-type]
    return Grid(tuple(rows), _practices(mine))


def ago(span: timedelta) -> str:
    """just now, 12 minutes ago, 3 hours ago, 2 days ago: whole units, rounded down."""
    seconds = max(int(span.total_seconds()), 0)
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word if count == 1 else word + 's'} ago"
    return "just now"


def _wrong(one: Client, night: Night | None, now: datetime) -> tuple[Wrong, ...]:
    company = one.company
    found = []
    if company.state is Link.RECONNECT:
        found.append(Wrong("reconnect", "QuickBooks no longer accepts our permission: connect again"))
    if company.state is Link.DISCONNECTED:
        found.append(Wrong("disconnected", "Disconnected: nothing is read or sent"))
    if company.stopped_by is not None:
        found.append(Wrong("stopped", f"Stopped by {company.stopped_by}"))
    if one.restored:
        found.append(Wrong("restored", "From a backup: compare and release it before anything leaves"))
    if company.state is not Link.CONNECTED:
        return tuple(found)
    if one.tie_out == "unexplained":
        found.append(Wrong("tie_out", "The total differs from QuickBooks' A/R aging: messages wait"))
    if night is not None and night.state == "deciding" and now - night.started_at > NIGHT_LATE:
        found.append(Wrong("night", "The last night stopped halfway"))
    elif company.next_night_at is not None and now - company.next_night_at > NIGHT_LATE:
        found.append(Wrong("night", f"The night is late: it was due {ago(now - company.next_night_at)}"))
    told = progress.of(company.id)
    if told is not None and told.trouble:
        found.append(Wrong("trouble", told.trouble, grave=False))
    if not one.read_whole:
        found.append(Wrong("unread", "The first reading has not come to its end", grave=False))
    elif one.synced_at is not None and now - one.synced_at > OLD:
        found.append(Wrong("old", f"Last read {ago(now - one.synced_at)}", grave=False))
    return tuple(found)


def _practices(mine: Sequence[Client]) -> tuple[tuple[int, str], ...]:
    found = {one.company.practice_id: one.practice for one in mine}
    return tuple(sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0])))
