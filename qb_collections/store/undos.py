"""What is known of undoing: the effects that take something back, and by which of them a write is undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.store import intents
from qb_collections.store.tables.intents import intent

UNDOS_MAX = 100_000


def every(conn: Connection, company_id: int) -> list[Intent]:
    """The company's undoing effects, the first one first."""
    found = intents.list(conn, company_id, kinds=[IntentKind.UNDO], limit=UNDOS_MAX)
    return found[::-1]


def next_number(conn: Connection, company_id: int) -> int:
    return max((int(one.plan["undo"]) for one in every(conn, company_id)), default=0) + 1


def of_number(conn: Connection, company_id: int, number: int) -> list[Intent]:
    return [one for one in every(conn, company_id) if one.plan["undo"] == number]


def gone(conn: Connection, company_id: int) -> frozenset[int]:
    """Writes that are taken back, and not put back since."""
    standing: dict[int, bool] = {}
    for one in every(conn, company_id):
        if one.state is State.CONFIRMED:
            standing[int(one.plan["of"])] = one.plan["way"] == "remove"
    return frozenset(id for id, is_gone in standing.items() if is_gone)


def by_ref(conn: Connection, company_id: int, ref: str) -> Intent | None:
    """The write that carries this marker; the latest, should one have been planned twice."""
    kinds = (IntentKind.NOTE, IntentKind.NOTE_ATTACHMENT)
    found = intents.list(conn, company_id, kinds=kinds, limit=UNDOS_MAX)
    return next((one for one in found if one.plan.get("ref") == ref), None)


def plan_notes(conn: Connection, company_id: int, plan_ids: Iterable[int]) -> Mapping[int, list[Intent]]:
    """The notes of these plans that were written, in memos or beside the invoices, by plan."""
    wanted = list(plan_ids)
    rows = conn.execute(
        select(intent.c.id, intent.c.key, intent.c.plan_id, intent.c.state).where(
            intent.c.company_id == company_id,
            intent.c.plan_id.in_(wanted),
            intent.c.kind == IntentKind.NOTE,
        )
    ).all()
    found: dict[int, list[Intent]] = {one: [] for one in wanted}
    for row in rows:
        if row.state == State.CONFIRMED:
            found[row.plan_id].append(intents.get(conn, company_id, row.id))
            continue
        beside = intents.by_key(conn, company_id, f"{row.key}:attachment")
        if beside is not None and beside.state is State.CONFIRMED:
            found[row.plan_id].append(beside)
    return found
