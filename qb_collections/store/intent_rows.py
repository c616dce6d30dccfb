"""Intents as they are read: a row, and the earlier effects that it depends on."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Row, Select, bindparam, select

from qb_collections.core.intents import Approval, Intent, IntentKind, State
from qb_collections.store.tables.intents import intent_dependency


def with_links(conn: Connection, company_id: int, found: CursorResult[Any]) -> list[Intent]:
    """The intents of these rows, in their order, each with those that it waits for."""
    rows = found.all()
    if not rows:
        return []
    earlier: dict[int, list[int]] = {}
    links = conn.execute(_links(), {"company": company_id, "of_intents": [row.id for row in rows]})
    for link in links:
        earlier.setdefault(link.intent_id, []).append(link.depends_on_id)
    return [_intent(row, tuple(earlier.get(row.id, ()))) for row in rows]


@cache
def _links() -> Select[Any]:
    return (
        select(intent_dependency.c.intent_id, intent_dependency.c.depends_on_id)
        .where(
            intent_dependency.c.company_id == bindparam("company"),
            intent_dependency.c.intent_id.in_(bindparam("of_intents", expanding=True)),
        )
        .order_by(intent_dependency.c.depends_on_id)
    )


def _intent(row: Row[Any], depends_on: tuple[int, ...]) -> Intent:
    return Intent(
        id=row.id,
        company_id=row.company_id,
        key=row.key,
        kind=IntentKind(row.kind),
        state=State(row.state),
        approval=Approval(row.approval),
        due_at=row.due_at,
        plan=row.plan,
        run_id=row.run_id,
        decision_id=row.decision_id,
        plan_id=row.plan_id,
        depends_on=depends_on,
        round=row.round,
        body=row.body,
        body_hash=row.body_hash,
        before=row.before,
        after=row.after,
        inverse=row.inverse,
        reason=row.reason,
        external_id=row.external_id,
    )
