"""Attempts: one row per request id, with its members in order, stored before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.store import transitions
from qb_collections.store.leases import Lease
from qb_collections.store.tables.intents import attempt, attempt_member, intent

MEMBERS_MAX = 30  # QuickBooks takes at most 30 operations in a batch


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP request, sent once or, while an answer is missing, again with the same id."""

    id: int
    request_id: str
    round: int
    fence: int
    sends: int
    sent_at: datetime
    answered_at: datetime | None
    status: int | None
    intuit_tid: str | None
    error: str | None
    intent_ids: tuple[int, ...]  # in the order of the request


def open_attempt(
    conn: Connection, lease: Lease, members: Sequence[Intent], request_id: str, sent_at: datetime
) -> int:
    """Store the request before it is sent; its members are sending from here.  Return the attempt's id.

    The same request id again is a resend: it must carry the same members in the same order.
    """
    assert 1 <= len(members) <= MEMBERS_MAX, f"an attempt carries 1 to {MEMBERS_MAX} intents"
    lease.check(conn)
    ids = [one.id for one in members]
    attempt_id = _resend(conn, lease, ids, request_id, sent_at)
    if attempt_id is None:
        attempt_id = _first(conn, lease, members, request_id, sent_at)
    _to_sending(conn, lease.company_id, ids)
    return attempt_id


def close_attempt(
    conn: Connection,
    attempt_id: int,
    status: int | None,
    intuit_tid: str | None,
    error: str | None,
    *,
    company_id: int,
    answered_at: datetime | None = None,
) -> None:
    """Note the answer; without a status the answer is still missing, and error says why."""
    conn.execute(
        update(attempt)
        .where(attempt.c.company_id == company_id, attempt.c.id == attempt_id)
        .values(status=status, intuit_tid=intuit_tid, error=error, answered_at=answered_at)
    )


def attempts_of(conn: Connection, company_id: int, intent_id: int) -> list[Attempt]:
    """Every attempt that carried the intent, oldest first."""
    rows = conn.execute(
        select(attempt)
        .join(attempt_member, attempt_member.c.attempt_id == attempt.c.id)
        .where(
            attempt.c.company_id == company_id,
            attempt_member.c.company_id == company_id,
            attempt_member.c.intent_id == intent_id,
        )
        .order_by(attempt.c.id)
    ).all()
    members: dict[int, list[int]] = {}
    for row in conn.execute(
        select(attempt_member.c.attempt_id, attempt_member.c.intent_id)
        .where(
            attempt_member.c.company_id == company_id,
            attempt_member.c.attempt_id.in_([row.id for row in rows]),
        )
        .order_by(attempt_member.c.attempt_id, attempt_member.c.position)
    ):
        members.setdefault(row.attempt_id, []).append(row.intent_id)
    return [_attempt(row, tuple(members[row.id])) for row in rows]


def last_attempt(conn: Connection, company_id: int, intent_id: int) -> Attempt | None:
    """The attempt to repeat or to read for."""
    found = attempts_of(conn, company_id, intent_id)
    return found[-1] if found else None


def _resend(conn: Connection, lease: Lease, ids: list[int], request_id: str, sent_at: datetime) -> int | None:
    mine = attempt.c.company_id == lease.company_id
    row = conn.execute(select(attempt.c.id).where(mine, attempt.c.request_id == request_id)).one_or_none()
    if row is None:
        return None
    before = conn.execute(
        select(attempt_member.c.intent_id)
        .where(attempt_member.c.company_id == lease.company_id, attempt_member.c.attempt_id == row.id)
        .order_by(attempt_member.c.position)
    ).scalars()
    assert [*before] == ids, "a resend repeats its members in their order"
    conn.execute(
        update(attempt)
        .where(mine, attempt.c.id == row.id)
        .values(
            sends=attempt.c.sends + 1,
            sent_at=sent_at,
            fence=lease.fence,
            answered_at=None,
            status=None,
            intuit_tid=None,
            error=None,
        )
    )
    return int(row.id)


def _first(
    conn: Connection, lease: Lease, members: Sequence[Intent], request_id: str, sent_at: datetime
) -> int:
    inserted = conn.execute(
        attempt.insert().values(
            company_id=lease.company_id,
            request_id=request_id,
            round=max(one.round for one in members),
            fence=lease.fence,
            sent_at=sent_at,
        )
    ).inserted_primary_key
    assert inserted is not None
    rows = [
        {
            "company_id": lease.company_id,
            "attempt_id": inserted[0],
            "position": position,
            "intent_id": one.id,
        }
        for position, one in enumerate(members)
    ]
    conn.execute(attempt_member.insert(), rows)
    return int(inserted[0])


def _to_sending(conn: Connection, company_id: int, ids: list[int]) -> None:
    mine = (intent.c.company_id == company_id) & intent.c.id.in_(ids)
    rows = conn.execute(select(intent.c.state, intent.c.kind).where(mine).with_for_update()).all()
    assert len(rows) == len(ids), "an attempt carries intents of its own company, each once"
    for row in rows:
        transitions.check(State(row.state), State.SENDING, IntentKind(row.kind))
    conn.execute(update(intent).where(mine).values(state=State.SENDING))


def _attempt(row: Row[Any], intent_ids: tuple[int, ...]) -> Attempt:
    return Attempt(
        row.id,
        row.request_id,
        row.round,
        row.fence,
        row.sends,
        row.sent_at,
        row.answered_at,
        row.status,
        row.intuit_tid,
        row.error,
        intent_ids,
    )
