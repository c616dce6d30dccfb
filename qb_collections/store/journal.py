"""What was written into QuickBooks, the latest first: before, after, the way back, and the ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from qb_collections.core.intents import IntentKind, State
from qb_collections.store.tables.intents import attempt, attempt_member, intent

# A task and a message of our own write nothing into QuickBooks.
_WRITES = tuple(kind for kind in IntentKind if kind not in (IntentKind.TASK, IntentKind.EMAIL))
_SENT = (State.SENDING, State.CONFIRMED, State.REJECTED, State.UNKNOWN, State.PARKED)


@dataclass(frozen=True, slots=True)
class Write:
    id: int
    kind: IntentKind
    state: State
    at: datetime | None  # when it was settled, else sent last
    plan: dict[str, Any]
    before: Any
    after: Any
    inverse: Any
    reason: str | None
    external_id: str | None  # QuickBooks' id of what was written
    run_id: int | None
    intuit_tid: str | None  # of the last request: what Intuit's support asks for


def writes(conn: Connection, company_id: int, *, before: int | None, limit: int) -> list[Write]:
    """Those that were sent, whatever came of them.  before: only those ahead of this one."""
    last = (
        select(attempt_member.c.intent_id, func.max(attempt_member.c.attempt_id).label("attempt_id"))
        .where(attempt_member.c.company_id == company_id)
        .group_by(attempt_member.c.intent_id)
        .subquery()
    )
    query = (
        select(intent, attempt.c.sent_at, attempt.c.intuit_tid)
        .outerjoin(last, last.c.intent_id == intent.c.id)
        .outerjoin(attempt, (attempt.c.id == last.c.attempt_id) & (attempt.c.company_id == company_id))
        .where(intent.c.company_id == company_id, intent.c.kind.in_(_WRITES), intent.c.state.in_(_SENT))
        .order_by(intent.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(intent.c.id < before)
    return [
        Write(
            id=row.id,
            kind=IntentKind(row.kind),
            state=State(row.state),
            at=row.settled_at or row.sent_at,
            plan=row.plan,
            before=row.before,
            after=row.after,
            inverse=row.inverse,
            reason=row.reason,
            external_id=row.external_id,
            run_id=row.run_id,
            intuit_tid=row.intuit_tid,
        )
        for row in conn.execute(query)
    ]


def tally(conn: Connection, company_id: int) -> dict[str, int]:
    """How many writes stand in each state."""
    query = (
        select(intent.c.state, func.count().label("writes"))
        .where(intent.c.company_id == company_id, intent.c.kind.in_(_WRITES), intent.c.state.in_(_SENT))
        .group_by(intent.c.state)
    )
    return {row.state: row.writes for row in conn.execute(query)}
