"""Messages of our own that have not left: held back together, and let go together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, update

from qb_collections.core.intents import IntentKind, State
from qb_collections.store.leases import Lease
from qb_collections.store.tables.intents import intent

_WAITING = (State.PLANNED, State.READY)


def hold_back(conn: Connection, lease: Lease, until: datetime) -> None:
    """No message of the company's own leaves before then."""
    lease.check(conn)
    _set(conn, lease.company_id, intent.c.due_at < until, until)


def let_go(conn: Connection, company_id: int, at: datetime) -> None:
    """What was held back may leave now, in its contact hours."""
    _set(conn, company_id, intent.c.due_at > at, at)


def _set(conn: Connection, company_id: int, which: ColumnElement[bool], due_at: datetime) -> None:
    conn.execute(
        update(intent)
        .where(
            intent.c.company_id == company_id,
            intent.c.state.in_(_WAITING),
            intent.c.kind == IntentKind.EMAIL,
            which,
        )
        .values(due_at=due_at)
    )
