"""Queue effects: each once, however often a night is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, update

from qb_collections.core.intents import CONTACT_KINDS, Approval, PlannedIntent, State
from qb_collections.store.json_text import Plain
from qb_collections.store.once import once
from qb_collections.store.tables.intents import intent, intent_dependency
from qb_collections.store.upsert import insert_missing
from qb_collections.store.within import within

_TAKES_ON = (State.PLANNED, State.CANCELLED, State.REJECTED)


def plan(
    conn: Connection,
    company_id: int,
    run_id: int | None,
    planned: Iterable[PlannedIntent],
    *,
    decision_ids: Mapping[str, int] | None = None,
    plan_id: int | None = None,
    saga: str | None = None,
    plain: bool = False,
) -> None:
    """Queue effects; one whose key is there already stays as it is.

    A contact that was not begun takes on what is planned now; what was cancelled or refused, and so had
    no effect, is planned again in a new round.

    depends_on_keys may name earlier intents and others of the same call; an unknown key is our mistake.
    decision_ids: by intent key, the decision that an effect came from.
    plain: whoever calls vouches that the effects' plans are plain documents (json_text.Plain).
    """
    wanted = [*planned]
    if not wanted:
        return
    decided = decision_ids or {}
    rows: list[dict[str, Any]] = [
        {
            "company_id": company_id,
            "key": one.key,
            "kind": one.kind,
            "state": State.PLANNED,
            "approval": one.approval,
            "due_at": one.due_at,
            "plan": one.plan,
            "run_id": run_id,
            "decision_id": decided.get(one.key),
            "plan_id": plan_id,
            "saga": saga,
        }
        for one in wanted
    ]
    _plan_again(conn, company_id, rows)
    if plain:
        for row in rows:
            row["plan"] = Plain(row["plan"])
    insert_missing(conn, intent, rows, key=("company_id", "key"))
    _depend(conn, company_id, wanted)


def _plan_again(conn: Connection, company_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Contacts that nothing was sent for take on what was decided last.

    What had no effect begins a new round, unless a person declined it in this very run.  What
    still waits keeps a person's yes for as long as it is about the same invoices and amount.
    """
    by_key = {row["key"]: row for row in rows}
    found = _with_keys(conn, company_id=company_id, keys=[*by_key]).all()
    cleared = {"body": None, "body_hash": None, "before": None, "reason": None, "settled_at": None}
    for old in found:
        # Not asked for in the statement: it would go through all that is planned, by the index of states.
        if old.state not in _TAKES_ON:
            continue
        values: dict[str, Any] = by_key[old.key] | cleared
        if old.state == State.PLANNED:
            if not {old.kind, values["kind"]} <= {*CONTACT_KINDS}:
                continue
            same = (old.kind, *_figures(old.plan)) == (values["kind"], *_figures(values["plan"]))
            if same and old.approval == Approval.GIVEN:
                values |= {"approval": Approval.GIVEN}
        elif old.approval == Approval.DECLINED and old.run_id == values["run_id"]:
            continue
        else:
            values |= {"round": intent.c.round + 1}
        conn.execute(
            update(intent).where(intent.c.company_id == company_id, intent.c.key == old.key).values(values)
        )


@once
def _with_keys(company_id: int, keys: Sequence[str]) -> Select[Any]:
    return select(
        intent.c.key, intent.c.kind, intent.c.state, intent.c.approval, intent.c.plan, intent.c.run_id
    ).where(intent.c.company_id == company_id, within(intent.c.key, keys))


def _figures(plan: Mapping[str, Any]) -> tuple[Any, Any]:
    return plan.get("invoice_ids"), plan.get("amount")


def _depend(conn: Connection, company_id: int, wanted: Sequence[PlannedIntent]) -> None:
    pairs = [(one.key, earlier) for one in wanted for earlier in one.depends_on_keys]
    if not pairs:
        return
    keys = {key for pair in pairs for key in pair}
    ids = {
        row.key: row.id
        for row in conn.execute(
            select(intent.c.key, intent.c.id).where(
                intent.c.company_id == company_id, within(intent.c.key, keys)
            )
        )
    }
    assert ids.keys() == keys, f"depends on intents that do not exist: {sorted(keys - ids.keys())}"
    rows = [
        {"company_id": company_id, "intent_id": ids[key], "depends_on_id": ids[earlier]}
        for key, earlier in pairs
    ]
    insert_missing(conn, intent_dependency, rows, key=("company_id", "intent_id", "depends_on_id"))
