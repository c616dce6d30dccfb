"""Answers that are owed to customers.  A key is wanted once: it is given, or dropped with the reason."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from qb_collections.store.tables.dealing import ANSWER_KINDS, answer
from qb_collections.store.upsert import insert_missing

__all__ = ["ANSWER_KINDS", "Answer", "by_key", "keys_of", "list", "settle", "want", "wanted"]


@dataclass(frozen=True, slots=True)
class Answer:
    key: str
    kind: str
    customer_id: str
    currency: str
    about: Mapping[str, Any]
    reason: str  # why it is owed, in a sentence
    wanted_by: str
    wanted_on: date
    state: str = "wanted"
    because: str | None = None
    id: int = 0


def want(conn: Connection, company_id: int, new: Sequence[Answer], at: datetime) -> None:
    """Write what is owed; a key that is there already stays as it is, whatever became of it."""
    rows = [
        {
            "company_id": company_id,
            "key": one.key,
            "kind": one.kind,
            "customer_id": one.customer_id,
            "currency": one.currency,
            "about": dict(one.about),
            "reason": one.reason,
            "state": "wanted",
            "wanted_by": one.wanted_by,
            "wanted_on": one.wanted_on,
            "wanted_at": at,
        }
        for one in new
    ]
    if rows:
        insert_missing(conn, answer, rows, key=("company_id", "key"))


def settle(
    conn: Connection, company_id: int, key: str, state: str, *, because: str | None = None, at: datetime
) -> bool:
    """Given or dropped; False when it was settled before."""
    done = conn.execute(
        update(answer)
        .where(answer.c.company_id == company_id, answer.c.key == key, answer.c.state == "wanted")
        .values(state=state, because=because, settled_at=at)
    )
    return done.rowcount == 1


def wanted(conn: Connection, company_id: int, *, limit: int = 5000) -> builtins.list[Answer]:
    """What is owed still, the oldest first."""
    query = (
        select(answer)
        .where(answer.c.company_id == company_id, answer.c.state == "wanted")
        .order_by(answer.c.id)
        .limit(limit)
    )
    return [_answer(row) for row in conn.execute(query)]


def list(
    conn: Connection, company_id: int, customer_ids: Sequence[str], *, limit: int = 100
) -> builtins.list[Answer]:
    """The latest first, in any state."""
    query = (
        select(answer)
        .where(answer.c.company_id == company_id, answer.c.customer_id.in_(customer_ids))
        .order_by(answer.c.id.desc())
        .limit(limit)
    )
    return [_answer(row) for row in conn.execute(query)]


def by_key(conn: Connection, company_id: int, key: str) -> Answer | None:
    row = conn.execute(
        select(answer).where(answer.c.company_id == company_id, answer.c.key == key)
    ).one_or_none()
    return _answer(row) if row else None


def keys_of(conn: Connection, company_id: int, keys: Collection[str]) -> frozenset[str]:
    """Which of these keys were wanted at any time."""
    query = select(answer.c.key).where(answer.c.company_id == company_id, answer.c.key.in_(sorted(keys)))
    return frozenset(conn.execute(query).scalars())


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        key=row.key,
        kind=row.kind,
        customer_id=row.customer_id,
        currency=row.currency,
        about=row.about,
        reason=row.reason,
        wanted_by=row.wanted_by,
        wanted_on=row.wanted_on,
        state=row.state,
        because=row.because,
        id=row.id,
    )
