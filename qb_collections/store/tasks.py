"""Tasks: what waits for a person."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from qb_collections.store.mirror import chunked
from qb_collections.store.once import once
from qb_collections.store.tables.tasks import task
from qb_collections.store.upsert import insert_missing
from qb_collections.store.within import within


@dataclass(frozen=True, slots=True)
class Task:
    id: int
    key: str  # unique per company: the same thing to do is one task
    kind: str
    customer_id: str | None
    currency: str | None
    title: str
    text: str | None  # the rendered words, ready to be used
    due_on: date | None
    state: str  # open, done (a person reported), closed (no longer needed)
    opened_at: datetime
    payload: dict[str, Any] = field(default_factory=dict)
    intent_id: int | None = None
    outcome: str | None = None
    done_by: str | None = None
    done_at: datetime | None = None


def open_task(
    conn: Connection,
    company_id: int,
    *,
    key: str,
    kind: str,
    title: str,
    at: datetime,
    customer_id: str | None = None,
    currency: str | None = None,
    text: str | None = None,
    payload: dict[str, Any] | None = None,
    intent_id: int | None = None,
    due_on: date | None = None,
) -> Task:
    """Open a task; one with the same key stays as it is, open or not, and is returned."""
    row = {
        "company_id": company_id,
        "key": key,
        "kind": kind,
        "customer_id": customer_id,
        "currency": currency,
        "title": title,
        "text": text,
        "payload": payload or {},
        "intent_id": intent_id,
        "due_on": due_on,
        "state": "open",
        "opened_at": at,
    }
    insert_missing(conn, task, [row], key=("company_id", "key"))
    found = by_key(conn, company_id, key)
    assert found is not None
    return found


def refresh(
    conn: Connection,
    company_id: int,
    task_id: int,
    *,
    title: str,
    text: str | None,
    payload: dict[str, Any],
    intent_id: int | None,
    due_on: date | None,
) -> None:
    """Give an open task the words and figures of today; one that has ended stays as it is."""
    conn.execute(
        update(task)
        .where(task.c.company_id == company_id, task.c.id == task_id, task.c.state == "open")
        .values(title=title, text=text, payload=payload, intent_id=intent_id, due_on=due_on)
    )


def reword(conn: Connection, company_id: int, task_id: int, text: str) -> None:
    """Other words for an open task."""
    conn.execute(
        update(task)
        .where(task.c.company_id == company_id, task.c.id == task_id, task.c.state == "open")
        .values(text=text)
    )


def close(
    conn: Connection,
    company_id: int,
    task_id: int,
    *,
    state: str,
    outcome: str | None,
    by: str,
    at: datetime,
) -> bool:
    """End an open task as done or closed; False when it had ended already."""
    done = conn.execute(
        update(task)
        .where(task.c.company_id == company_id, task.c.id == task_id, task.c.state == "open")
        .values(state=state, outcome=outcome, done_by=by, done_at=at)
    )
    return done.rowcount == 1


def get(conn: Connection, company_id: int, task_id: int) -> Task:
    """Raises LookupError when the company has no such task."""
    row = conn.execute(
        select(task).where(task.c.company_id == company_id, task.c.id == task_id)
    ).one_or_none()
    if row is None:
        raise LookupError(f"there is no task {task_id}")
    return _task(row)


def by_key(conn: Connection, company_id: int, key: str) -> Task | None:
    row = conn.execute(select(task).where(task.c.company_id == company_id, task.c.key == key)).one_or_none()
    return _task(row) if row else None


def of_intent(conn: Connection, company_id: int, intent_id: int) -> Task | None:
    """The latest task that was opened for the intent."""
    query = (
        select(task)
        .where(task.c.company_id == company_id, task.c.intent_id == intent_id)
        .order_by(task.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return _task(row) if row else None


def list(
    conn: Connection,
    company_id: int,
    *,
    state: str | None = "open",
    customer_id: str | None = None,
    kinds: Sequence[str] | None = None,
    limit: int = 1000,
) -> builtins.list[Task]:
    """Tasks in this state (None: in any), the earliest due first."""
    query = (
        select(task)
        .where(task.c.company_id == company_id)
        .order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(task.c.state == state)
    if customer_id is not None:
        query = query.where(task.c.customer_id == customer_id)
    if kinds is not None:
        query = query.where(task.c.kind.in_(kinds))
    return [_task(row) for row in conn.execute(query)]


def open_of(
    conn: Connection, company_id: int, customer_ids: Collection[str], kinds: Sequence[str]
) -> builtins.list[Task]:
    """The open tasks of these kinds about these customers."""
    found: builtins.list[Task] = []
    for some in chunked(sorted(set(customer_ids))):
        rows = _open_of(conn, company_id=company_id, customer_ids=some, kinds=kinds)
        found += [_task(row) for row in rows]
    return found


@once
def _open_of(company_id: int, customer_ids: Collection[str], kinds: Sequence[str]) -> Select[Any]:
    mine = (task.c.company_id == company_id, task.c.state == "open")
    about = (within(task.c.customer_id, customer_ids), within(task.c.kind, kinds))
    return select(task).where(*mine, *about).order_by(task.c.id)


def close_unneeded(
    conn: Connection,
    company_id: int,
    wanted: Collection[str],
    *,
    customer_ids: Collection[str],
    kinds: Collection[str],
    at: datetime,
) -> int:
    """Close these customers' open tasks of these kinds, except the wanted keys; return how many."""
    done = conn.execute(
        update(task)
        .where(
            task.c.company_id == company_id,
            task.c.state == "open",
            task.c.customer_id.in_(sorted(customer_ids)),
            task.c.kind.in_(sorted(kinds)),
            task.c.key.not_in(sorted(wanted)),
        )
        .values(state="closed", outcome="no longer needed", done_by="system", done_at=at)
    )
    return done.rowcount


def _task(row: Row[Any]) -> Task:
    return Task(
        id=row.id,
        key=row.key,
        kind=row.kind,
        customer_id=row.customer_id,
        currency=row.currency,
        title=row.title,
        text=row.text,
        due_on=row.due_on,
        state=row.state,
        opened_at=row.opened_at,
        payload=row.payload,
        intent_id=row.intent_id,
        outcome=row.outcome,
        done_by=row.done_by,
        done_at=row.done_at,
    )
