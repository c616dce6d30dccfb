"""How intents end unsent: cancelled with their run, with what they follow, or by a person's no.

A person's yes or no to a waiting effect is here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from qb_collections.core.intents import CONTACT_KINDS, Approval, State
from qb_collections.store.tables.intents import intent, intent_dependency

BLOCKED = "what it was to follow did not happen"


def cancel_contacts_of_run(
    conn: Connection, company_id: int, run_id: int, reason: str, *, at: datetime | None = None
) -> int:
    """Cancel the run's contacts that nothing was sent for yet, and what follows them; return how many.

    What is on its way, unknown or parked stays: it has to be found out.
    """
    ids = [
        *conn.execute(
            select(intent.c.id).where(
                intent.c.company_id == company_id,
                intent.c.run_id == run_id,
                intent.c.kind.in_(CONTACT_KINDS),
                intent.c.state.in_((State.PLANNED, State.READY)),
            )
        ).scalars()
    ]
    _cancel(conn, company_id, ids, reason, at)
    return len(ids) + cancel_followers(conn, company_id, ids, at)


def approve(conn: Connection, company_id: int, ids: Iterable[int], by: str, at: datetime) -> int:
    """A person agrees to these; return how many were waiting for it."""
    return _answer(conn, company_id, ids, Approval.GIVEN, by, at)


def decline(conn: Connection, company_id: int, ids: Iterable[int], by: str, at: datetime) -> int:
    """A person says no: these are cancelled, with what follows them; return how many were waiting."""
    wanted = [*ids]
    declined = _answer(conn, company_id, wanted, Approval.DECLINED, by, at)
    said_no = [
        *conn.execute(
            select(intent.c.id).where(
                intent.c.company_id == company_id,
                intent.c.id.in_(wanted),
                intent.c.approval == Approval.DECLINED,
                intent.c.state.in_((State.PLANNED, State.READY)),
            )
        ).scalars()
    ]
    _cancel(conn, company_id, said_no, f"{by} decided against it", at)
    cancel_followers(conn, company_id, said_no, at)
    return declined


def withdraw(
    conn: Connection, company_id: int, ids: Sequence[int], by: str, reason: str, at: datetime
) -> None:
    """A person takes these out of their run, whether they were to be approved or not."""
    begun_not = (State.PLANNED, State.READY)
    conn.execute(
        update(intent)
        .where(intent.c.company_id == company_id, intent.c.id.in_(ids), intent.c.state.in_(begun_not))
        .values(approval=Approval.DECLINED, approved_by=by, approved_at=at)
    )
    _cancel(conn, company_id, ids, reason, at)
    cancel_followers(conn, company_id, ids, at)


def cancel_followers(conn: Connection, company_id: int, ids: Sequence[int], at: datetime | None) -> int:
    """Cancel what follows these and was not begun, and what follows that, and so on."""
    cancelled = 0
    while ids:
        ids = [
            *conn.execute(
                select(intent.c.id)
                .join(intent_dependency, intent_dependency.c.intent_id == intent.c.id)
                .where(
                    intent.c.company_id == company_id,
                    intent_dependency.c.company_id == company_id,
                    intent_dependency.c.depends_on_id.in_(ids),
                    intent.c.state.in_((State.PLANNED, State.READY)),
                )
                .distinct()
            ).scalars()
        ]
        _cancel(conn, company_id, ids, BLOCKED, at)
        cancelled += len(ids)
    return cancelled


def _cancel(conn: Connection, company_id: int, ids: Sequence[int], reason: str, at: datetime | None) -> None:
    if ids:
        conn.execute(
            update(intent)
            .where(intent.c.company_id == company_id, intent.c.id.in_(ids))
            .values(state=State.CANCELLED, reason=reason, settled_at=at)
        )


def _answer(
    conn: Connection, company_id: int, ids: Iterable[int], approval: Approval, by: str, at: datetime
) -> int:
    done = conn.execute(
        update(intent)
        .where(
            intent.c.company_id == company_id,
            intent.c.id.in_([*ids]),
            intent.c.approval == Approval.NEEDED,
            intent.c.state.in_((State.PLANNED, State.READY)),
        )
        .values(approval=approval, approved_by=by, approved_at=at)
    )
    return done.rowcount
