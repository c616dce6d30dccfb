"""Intents: one row per effect, and the states it passes (see core.intents).

An intent's key is the same however often the night is run, so planning twice changes nothing.
Whoever changes one holds the company's lease, and every change here checks it.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)

from qb_collections.core.intents import (
    FINAL_STATES,
    Approval,
    Intent,
    IntentKind,
    State,
)
from qb_collections.store import transitions
from qb_collections.store.attempts import Attempt, attempts_of, close_attempt, last_attempt, open_attempt
from qb_collections.store.endings import approve, cancel_contacts_of_run, cancel_followers, decline, withdraw
from qb_collections.store.intent_planning import plan
from qb_collections.store.intent_rows import with_links
from qb_collections.store.leases import Lease
from qb_collections.store.once import once
from qb_collections.store.tables.intents import intent, intent_dependency

__all__ = [
    "Attempt",
    "approve",
    "attempts_of",
    "by_key",
    "cancel_contacts_of_run",
    "close_attempt",
    "decline",
    "withdraw",
    "get",
    "last_attempt",
    "list",
    "next_due",
    "of_plan",
    "of_run",
    "open_attempt",
    "plan",
    "postpone",
    "ready",
    "recover",
    "settle",
    "waits_for_approval",
    "waits_until",
]

_WAITING = (State.PLANNED, State.READY, State.UNKNOWN)


def next_due(conn: Connection, lease: Lease, *, now: datetime, at_most: int) -> builtins.list[Intent]:
    """The company's intents that are due, oldest first.

    Left out: what waits for a person's agreement or report, and what follows
    something that is not confirmed.  One that a dead worker left in sending
    comes back as unknown, and is read for before it is sent again.
    """
    return with_links(
        conn, lease.company_id, _due(conn, company_id=lease.company_id, now=now, at_most=at_most)
    )


@once
def _due(company_id: int, now: datetime, at_most: int) -> Select[Any]:
    return (
        _select(company_id)
        .where(_can_go(company_id), intent.c.due_at <= now)
        .order_by(intent.c.due_at, intent.c.id)
        .limit(at_most)
    )


def waits_until(conn: Connection, company_id: int) -> datetime | None:
    """When the first of the intents that wait for nothing but their hour is due."""
    return _first_due(conn, company_id=company_id).scalar_one_or_none()


@once
def _first_due(company_id: int) -> Select[Any]:
    return (
        select(intent.c.due_at)
        .where(intent.c.company_id == company_id, _can_go(company_id))
        .order_by(intent.c.due_at)
        .limit(1)
    )


def ready(
    conn: Connection,
    lease: Lease,
    one: Intent,
    *,
    body: dict[str, Any] | None,
    body_hash: str | None,
    before: dict[str, Any] | None,
    round: int,
) -> None:
    """The guards agree: store what will go over the wire, and what was there before it."""
    assert round >= one.round, "a round never falls"
    values = {"body": body, "body_hash": body_hash, "before": before, "round": round, "reason": None}
    _move(conn, lease, one.id, State.READY, values)


def settle(
    conn: Connection,
    lease: Lease,
    intent_id: int,
    state: State,
    *,
    after: dict[str, Any] | None = None,
    inverse: dict[str, Any] | None = None,
    external_id: str | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> None:
    """Move an intent to the state that an answer, a reading or a person gave it.

    What follows a rejected or cancelled one is cancelled with it.
    An illegal change of state raises AssertionError and changes nothing.
    """
    given = {"after": after, "inverse": inverse, "external_id": external_id, "settled_at": at}
    values = {name: value for name, value in given.items() if value is not None} | {"reason": reason}
    _move(conn, lease, intent_id, state, values)
    if state in (State.REJECTED, State.CANCELLED):
        cancel_followers(conn, lease.company_id, [intent_id], at)


def reword(conn: Connection, company_id: int, intent_id: int, plan: Mapping[str, Any]) -> None:
    """Other words for an effect that nothing was sent for yet."""
    done = conn.execute(
        update(intent)
        .where(
            intent.c.company_id == company_id,
            intent.c.id == intent_id,
            intent.c.state.in_((State.PLANNED, State.READY)),
        )
        .values(plan=dict(plan))
    )
    assert done.rowcount == 1, "only what waits can be reworded"


def postpone(conn: Connection, lease: Lease, intent_ids: Iterable[int], due_at: datetime) -> None:
    """Try these again later; their state stays."""
    lease.check(conn)
    conn.execute(
        update(intent)
        .where(
            intent.c.company_id == lease.company_id,
            intent.c.id.in_([*intent_ids]),
            intent.c.state.not_in(FINAL_STATES),
        )
        .values(due_at=due_at)
    )


def recover(conn: Connection, lease: Lease) -> int:
    """What a dead holder left in sending becomes unknown; return how many there were."""
    lease.check(conn)
    return _left_in_sending(conn, company_id=lease.company_id).rowcount


@once
def _left_in_sending(company_id: int) -> Update:
    sending = (intent.c.company_id == company_id, intent.c.state == State.SENDING)
    return update(intent).where(*sending).values(state=State.UNKNOWN)


def get(conn: Connection, company_id: int, intent_id: int) -> Intent:
    """Raises LookupError when the company has no such intent."""
    found = with_links(conn, company_id, _with_id(conn, company_id=company_id, intent_id=intent_id))
    if not found:
        raise LookupError(f"there is no intent {intent_id}")
    return found[0]


@once
def _with_id(company_id: int, intent_id: int) -> Select[Any]:
    return _select(company_id).where(intent.c.id == intent_id)


def by_key(conn: Connection, company_id: int, key: str) -> Intent | None:
    found = _intents(conn, company_id, _select(company_id).where(intent.c.key == key))
    return found[0] if found else None


def of_run(conn: Connection, company_id: int, run_id: int) -> builtins.list[Intent]:
    return _intents(
        conn, company_id, _select(company_id).where(intent.c.run_id == run_id).order_by(intent.c.id)
    )


def waits_for_approval(conn: Connection, company_id: int, run_id: int) -> bool:
    """Whether something of the run that has not begun needs a person's yes."""
    return bool(_has_needed(conn, company_id=company_id, run_id=run_id).scalar_one())


@once
def _has_needed(company_id: int, run_id: int) -> Select[Any]:
    return select(
        exists().where(
            intent.c.company_id == company_id,
            intent.c.run_id == run_id,
            intent.c.approval == Approval.NEEDED,
            intent.c.state.in_((State.PLANNED, State.READY)),
        )
    )


def of_plan(conn: Connection, company_id: int, plan_id: int) -> builtins.list[Intent]:
    return _intents(
        conn, company_id, _select(company_id).where(intent.c.plan_id == plan_id).order_by(intent.c.id)
    )


def list(
    conn: Connection,
    company_id: int,
    *,
    states: Sequence[State] | None = None,
    kinds: Sequence[IntentKind] | None = None,
    limit: int = 500,
) -> builtins.list[Intent]:
    """The company's intents, the latest first."""
    query = _select(company_id).order_by(intent.c.id.desc()).limit(limit)
    if states is not None:
        query = query.where(intent.c.state.in_(states))
    if kinds is not None:
        query = query.where(intent.c.kind.in_(kinds))
    return _intents(conn, company_id, query)


def _can_go(company_id: int) -> Any:
    earlier = intent.alias("earlier")
    blocked = exists().where(
        intent_dependency.c.company_id == company_id,
        intent_dependency.c.intent_id == intent.c.id,
        earlier.c.company_id == company_id,
        earlier.c.id == intent_dependency.c.depends_on_id,
        earlier.c.state != State.CONFIRMED,
    )
    return and_(
        intent.c.state.in_(_WAITING),
        intent.c.approval.in_((Approval.NOT_NEEDED, Approval.GIVEN)),
        # A task that was opened waits for a person's report.
        or_(intent.c.kind != IntentKind.TASK, intent.c.state == State.PLANNED),
        ~blocked,
    )


def _move(conn: Connection, lease: Lease, intent_id: int, state: State, values: dict[str, Any]) -> None:
    lease.check(conn)
    row = conn.execute(_state_of(), {"company": lease.company_id, "of_intent": intent_id}).one()
    transitions.check(State(row.state), state, IntentKind(row.kind))
    mine = and_(intent.c.company_id == lease.company_id, intent.c.id == intent_id)
    conn.execute(update(intent).where(mine).values(state=state, **values))


@cache
def _state_of() -> Select[Any]:
    return (
        select(intent.c.state, intent.c.kind)
        .where(intent.c.company_id == bindparam("company"), intent.c.id == bindparam("of_intent"))
        .with_for_update()
    )


def _select(company_id: int) -> Select[Any]:
    return select(intent).where(intent.c.company_id == company_id)


def _intents(conn: Connection, company_id: int, query: Select[Any]) -> builtins.list[Intent]:
    return with_links(conn, company_id, conn.execute(query))
