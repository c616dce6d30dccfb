"""A run as a page reads it: its counts, and some of its customers at a time, in a few statements.

What a page shows costs the same number of statements however many customers a run has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
)

from qb_collections.core.decision import Channel, Outcome, Trace
from qb_collections.core.intents import CONTACT_KINDS, Approval, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.store.runs import Run
from qb_collections.store.tables.decisions import decision, draft_change, run, run_difference
from qb_collections.store.tables.intents import intent
from qb_collections.store.tables.mirror import mirror_customer
from qb_collections.store.tables.watching import books_word
from qb_collections.store.traces import trace_of
from qb_collections.store.types import money_or_none

SPOKEN = (Outcome.REMIND, Outcome.CALL)
YOURS = (Outcome.TASK, Outcome.DECIDE)
NOTHING_LATE = ("not_overdue", "settled")
BEFORE_IT_LEAVES = (State.PLANNED, State.READY)
WENT_WRONG = (State.REJECTED, State.CANCELLED, State.UNKNOWN, State.PARKED)


@dataclass(frozen=True, slots=True)
class Head:
    """A run, and its other half: the preview that a night was shown by, the night that came of a preview."""

    run: Run
    other_id: int | None
    newer_id: int | None  # a later preview for the same date: what people say there is what counts
    word: str | None  # who said for this run that the books are up to date


@dataclass(frozen=True, slots=True)
class Group:
    """How many customers of a run share all of this."""

    outcome: Outcome
    gate: str
    channel: Channel | None
    needs_yes: bool  # its step asks for a person's yes in every mode
    approved: bool  # somebody agreed to the draft
    differs: bool  # from the preview
    kind: IntentKind | None  # of the effect; None: none is planned
    state: State | None
    approval: Approval | None
    customers: int


@dataclass(frozen=True, slots=True)
class Row:
    """One customer's decision, as it stands in its run."""

    decision_id: int
    customer_id: str
    name: str | None  # None: no longer in QuickBooks
    currency: str
    outcome: Outcome
    gate: str
    reason: str
    review_on: date | None
    stage: str | None
    channel: Channel | None
    needs_yes: bool
    amount: Money | None
    details: dict[str, Any]
    trace: Trace
    text: str | None
    edited_by: str | None
    edited_subject: str | None
    approved_by: str | None
    differs: bool
    was: str | None  # what the preview said; None with differs: it did not know them


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


def head(conn: Connection, company_id: int, run_id: int) -> Head:
    """Raises LookupError when the company has no such run."""
    other = run.alias("other")
    other_id = (
        select(func.max(other.c.id))
        .where(
            other.c.company_id == company_id,
            other.c.run_on == run.c.run_on,
            other.c.kind != run.c.kind,
            # A preview is shown before the night that comes of it.
            or_(
                and_(run.c.kind == "night", other.c.started_at <= run.c.started_at),
                and_(run.c.kind == "preview", other.c.started_at >= run.c.started_at),
            ),
        )
        .scalar_subquery()
    )
    newer = run.alias("newer")
    newer_id = (
        select(func.max(newer.c.id))
        .where(
            newer.c.company_id == company_id,
            newer.c.run_on == run.c.run_on,
            newer.c.kind == run.c.kind,
            newer.c.id > run.c.id,
        )
        .scalar_subquery()
    )
    word = (
        select(books_word.c.said_by)
        .where(books_word.c.company_id == company_id, books_word.c.run_id == run.c.id)
        .scalar_subquery()
    )
    query = select(run, other_id.label("other_id"), newer_id.label("newer_id"), word.label("word"))
    row = conn.execute(query.where(run.c.company_id == company_id, run.c.id == run_id)).one_or_none()
    if row is None:
        raise LookupError(f"there is no run {run_id}")
    found = Run(
        row.id,
        row.company_id,
        row.kind,
        row.run_on,
        row.state,
        row.heading,
        row.started_at,
        row.ended_at,
        row.counts,
    )
    return Head(found, row.other_id, row.newer_id, row.word)


def groups(conn: Connection, company_id: int, run_id: int) -> list[Group]:
    """Everybody of a run, counted by all that a page sorts and filters by."""
    effect = intent.alias("effect")
    what = (
        decision.c.outcome,
        decision.c.gate,
        decision.c.channel,
        decision.c.approval,
        decision.c.approved_by.is_not(None),
        run_difference.c.id.is_not(None),
        effect.c.kind,
        effect.c.state,
        effect.c.approval,
    )
    query = _joined(select(*what, func.count()), company_id, run_id, effect).group_by(*what)
    return [
        Group(
            Outcome(outcome),
            gate,
            Channel(channel) if channel else None,
            bool(needs_yes),
            bool(approved),
            bool(differs),
            IntentKind(kind) if kind else None,
            State(state) if state else None,
            Approval(approval) if approval else None,
            customers,
        )
        for outcome, gate, channel, needs_yes, approved, differs, kind, state, approval, customers in (
            conn.execute(query).all()
        )
    ]


def rows(
    conn: Connection, company_id: int, run_id: int, choice: Choice, *, limit: int, offset: int = 0
) -> list[Row]:
    """What needs a person first, then who is contacted, then who is left alone; the largest first."""
    effect = intent.alias("effect")
    columns = (
        decision.c.id,
        decision.c.customer_id,
        mirror_customer.c.name,
        decision.c.currency,
        decision.c.outcome,
        decision.c.gate,
        decision.c.reason,
        decision.c.review_on,
        decision.c.stage,
        decision.c.channel,
        decision.c.approval,
        decision.c.amount,
        decision.c.details,
        decision.c.trace,
        decision.c.text,
        decision.c.edited_by,
        draft_change.c.subject,
        decision.c.approved_by,
        run_difference.c.id.is_not(None).label("differs"),
        run_difference.c.was,
    )
    order = (
        _rank(effect),
        func.coalesce(decision.c.amount, literal(0)).desc(),
        func.lower(func.coalesce(mirror_customer.c.name, "")),
        decision.c.id,
    )
    # Sorted by their ids alone: the texts of those that are not shown are not carried along.
    shown = (
        _named(_joined(select(decision.c.id), company_id, run_id, effect), company_id)
        .where(*_conditions(choice, effect))
        .order_by(*order)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    query = (
        _edited(_named(_joined(select(*columns), company_id, run_id, effect), company_id), company_id)
        .where(decision.c.id.in_(select(shown.c.id)))
        .order_by(*order)
    )
    return [_row(found) for found in conn.execute(query)]


def _last_effects(company_id: int, run_id: int) -> FromClause:
    """The number of the last contact or task that was planned for each decision of the run."""
    return (
        select(intent.c.decision_id, func.max(intent.c.id).label("intent_id"))
        .where(
            intent.c.company_id == company_id,
            intent.c.run_id == run_id,
            intent.c.decision_id.is_not(None),
            intent.c.kind.in_(CONTACT_KINDS),
        )
        .group_by(intent.c.decision_id)
        .subquery("last")
    )


def _joined(query: Select[Any], company_id: int, run_id: int, effect: FromClause) -> Select[Any]:
    last = _last_effects(company_id, run_id)
    return (
        query.select_from(decision)
        .outerjoin(last, last.c.decision_id == decision.c.id)
        .outerjoin(effect, and_(effect.c.company_id == company_id, effect.c.id == last.c.intent_id))
        .outerjoin(
            run_difference,
            and_(
                run_difference.c.company_id == company_id,
                run_difference.c.run_id == run_id,
                run_difference.c.customer_id == decision.c.customer_id,
                run_difference.c.currency == decision.c.currency,
            ),
        )
        .where(decision.c.company_id == company_id, decision.c.run_id == run_id)
    )


def _named(query: Select[Any], company_id: int) -> Select[Any]:
    """With the customers' names: counting does without, and SQLite would look each of them up."""
    same = and_(mirror_customer.c.company_id == company_id, mirror_customer.c.id == decision.c.customer_id)
    return query.outerjoin(mirror_customer, same)


def _edited(query: Select[Any], company_id: int) -> Select[Any]:
    """With the words that a person put in the place of ours."""
    same = and_(draft_change.c.company_id == company_id, draft_change.c.decision_id == decision.c.id)
    return query.outerjoin(draft_change, same)


def _conditions(choice: Choice, effect: FromClause) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if choice.outcomes:
        found.append(decision.c.outcome.in_(choice.outcomes))
    if choice.gates:
        found.append(decision.c.gate.in_(choice.gates))
    if choice.gates_not:
        found.append(decision.c.gate.not_in(choice.gates_not))
    if choice.states:
        found.append(effect.c.state.in_(choice.states))
    if choice.approvals:
        found.append(effect.c.approval.in_(choice.approvals))
    if choice.not_opened:
        opened = and_(effect.c.kind == IntentKind.TASK, effect.c.state == State.READY)
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


def _rank(effect: FromClause) -> ColumnElement[int]:
    """What went wrong or waits for a yes, then contacts, what else is for a person, and the silent."""
    waits = and_(effect.c.approval == Approval.NEEDED, effect.c.state.in_(BEFORE_IT_LEAVES))
    unclear = effect.c.state.in_((State.UNKNOWN, State.PARKED, State.REJECTED))
    return case(
        (unclear, 0),
        (and_(waits, decision.c.outcome.in_(SPOKEN)), 1),
        (decision.c.outcome.in_(SPOKEN), 2),
        (decision.c.outcome.in_(YOURS), 3),
        (decision.c.gate.in_(NOTHING_LATE), 5),
        else_=4,
    )


def _row(found: Any) -> Row:
    return Row(
        decision_id=found.id,
        customer_id=found.customer_id,
        name=found.name,
        currency=found.currency,
        outcome=Outcome(found.outcome),
        gate=found.gate,
        reason=found.reason,
        review_on=found.review_on,
        stage=found.stage,
        channel=Channel(found.channel) if found.channel else None,
        needs_yes=bool(found.approval),
        amount=money_or_none(found.amount, found.currency),
        details=found.details,
        trace=trace_of(found.trace),
        text=found.text,
        edited_by=found.edited_by,
        edited_subject=found.subject,
        approved_by=found.approved_by,
        differs=bool(found.differs),
        was=found.was,
    )
