"""Which customers of a run are looked at and in which order, inside of a statement.

A preview has neither effects nor anything that it differs from: it is read without looking for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    select,
)

from qb_collections.core.decision import Outcome
from qb_collections.core.intents import CONTACT_KINDS, Approval, IntentKind, State
from qb_collections.store.tables.decisions import decision, run_difference
from qb_collections.store.tables.intents import intent

SPOKEN = (Outcome.REMIND, Outcome.CALL)
YOURS = (Outcome.TASK, Outcome.DECIDE)
NOTHING_LATE = ("not_overdue", "settled")
BEFORE_IT_LEAVES = (State.PLANNED, State.READY)
WENT_WRONG = (State.REJECTED, State.CANCELLED, State.UNKNOWN, State.PARKED)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which customers of a run are looked at; nothing chosen means all of them."""

    outcomes: Sequence[Outcome] = ()
    gates: Sequence[str] = ()
    gates_not: Sequence[str] = ()
    states: Sequence[State] = ()
    approvals: Sequence[Approval] = ()
    not_opened: bool = False  # no task that waits for a person's report
    unapproved: bool = False  # drafts that nobody agreed to yet
    needs_yes: bool | None = None
    differs: bool = False
    customer_id: str | None = None


EFFECT = intent.alias("effect")


def asked(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer())


def of_run(query: Select[Any]) -> Select[Any]:
    """Of decisions, those of one run: binds company_id and run_id."""
    return query.select_from(decision).where(
        decision.c.company_id == asked("company_id"), decision.c.run_id == asked("run_id")
    )


def acted_on(query: Select[Any]) -> Select[Any]:
    """With the last contact or task that was planned for each decision, and what differs from the preview."""
    last = (
        select(intent.c.decision_id, func.max(intent.c.id).label("intent_id"))
        .where(
            intent.c.company_id == asked("company_id"),
            intent.c.run_id == asked("run_id"),
            intent.c.decision_id.is_not(None),
            intent.c.kind.in_(CONTACT_KINDS),
        )
        .group_by(intent.c.decision_id)
        .subquery("last")
    )
    return (
        query.outerjoin(last, last.c.decision_id == decision.c.id)
        .outerjoin(
            EFFECT, and_(EFFECT.c.company_id == decision.c.company_id, EFFECT.c.id == last.c.intent_id)
        )
        .outerjoin(run_difference, differs())
    )


def differs() -> ColumnElement[bool]:
    """Joins what a decision of a night differs in from its preview."""
    return and_(
        run_difference.c.company_id == decision.c.company_id,
        run_difference.c.run_id == decision.c.run_id,
        run_difference.c.customer_id == decision.c.customer_id,
        run_difference.c.currency == decision.c.currency,
    )


def conditions(choice: Choice) -> list[ColumnElement[bool]]:
    """What concerns effects, or differences, is good only for what was acted on."""
    found: list[ColumnElement[bool]] = []
    if choice.outcomes:
        found.append(decision.c.outcome.in_(choice.outcomes))
    if choice.gates:
        found.append(decision.c.gate.in_(choice.gates))
    if choice.gates_not:
        found.append(decision.c.gate.not_in(choice.gates_not))
    if choice.states:
        found.append(EFFECT.c.state.in_(choice.states))
    if choice.approvals:
        found.append(EFFECT.c.approval.in_(choice.approvals))
    if choice.not_opened:
        opened = and_(EFFECT.c.kind == IntentKind.TASK, EFFECT.c.state == State.READY)
        found.append(not_(opened))
    if choice.unapproved:
        found.append(decision.c.approved_by.is_(None))
    if choice.needs_yes is not None:
        found.append(decision.c.approval.is_(choice.needs_yes))
    if choice.differs:
        found.append(run_difference.c.id.is_not(None))
    if choice.customer_id is not None:
        found.append(decision.c.customer_id == choice.customer_id)
    return found


def rank(acted: bool) -> ColumnElement[int]:
    """What went wrong or waits for a yes, then contacts, what else is for a person, and the silent."""
    spoken = decision.c.outcome.in_(SPOKEN)
    first = []
    if acted:
        waits = and_(EFFECT.c.approval == Approval.NEEDED, EFFECT.c.state.in_(BEFORE_IT_LEAVES))
        unclear = EFFECT.c.state.in_((State.UNKNOWN, State.PARKED, State.REJECTED))
        first = [(unclear, 0), (and_(waits, spoken), 1)]
    return case(
        *first,
        (spoken, 2),
        (decision.c.outcome.in_(YOURS), 3),
        (decision.c.gate.in_(NOTHING_LATE), 5),
        else_=4,
    )
