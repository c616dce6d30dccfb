"""A run as a page reads it: its counts, and some of its customers at a time, in a few statements.

What a page shows costs the same number of statements however many customers a run has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)

from qb_collections.core.decision import Channel, Outcome, Trace
from qb_collections.core.intents import Approval, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.store.once import once
from qb_collections.store.run_choice import (
    EFFECT,
    Choice,
    acted_on,
    asked,
    conditions,
    differs,
    of_run,
    rank,
)
from qb_collections.store.runs import Run, run_of
from qb_collections.store.tables.decisions import decision, draft_change, run, run_difference
from qb_collections.store.tables.mirror import mirror_customer
from qb_collections.store.tables.watching import books_word
from qb_collections.store.traces import trace_of
from qb_collections.store.types import money_or_none


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


def head(conn: Connection, company_id: int, run_id: int) -> Head:
    """Raises LookupError when the company has no such run."""
    row = _head(conn, company_id=company_id, run_id=run_id).one_or_none()
    if row is None:
        raise LookupError(f"there is no run {run_id}")
    return Head(run_of(row), row.other_id, row.newer_id, row.word)


@once
def _head(company_id: int, run_id: int) -> Select[Any]:
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
    return select(run, other_id.label("other_id"), newer_id.label("newer_id"), word.label("word")).where(
        run.c.company_id == company_id, run.c.id == run_id
    )


def groups(conn: Connection, company_id: int, run_id: int, *, acted: bool) -> list[Group]:
    """Everybody of a run, counted by all that a page sorts and filters by.

    acted: it is a night.  A preview has neither effects nor anything that it differs from, and is counted
    without looking for them.
    """
    values = {"company_id": company_id, "run_id": run_id}
    found: dict[tuple[Any, ...], int] = {}
    for row in conn.execute(_groups(acted), values):
        what = *row[:4], row[4] is not None, *row[5:9]
        found[what] = found.get(what, 0) + row[9]
    return [
        Group(
            Outcome(outcome),
            gate,
            Channel(channel) if channel else None,
            bool(needs_yes),
            approved,
            bool(differs),
            IntentKind(kind) if kind else None,
            State(state) if state else None,
            Approval(approval) if approval else None,
            customers,
        )
        for (outcome, gate, channel, needs_yes, approved, differs, kind, state, approval), customers in (
            found.items()
        )
    ]


@cache
def _groups(acted: bool) -> Select[Any]:
    # By who agreed, not by whether: the index is in this order, so that nothing is sorted.
    mine = (
        decision.c.outcome,
        decision.c.gate,
        decision.c.channel,
        decision.c.approval,
        decision.c.approved_by,
    )
    if not acted:
        nothing = (literal(False), null(), null(), null())
        return of_run(select(*mine, *nothing, func.count())).group_by(*mine)
    came = (run_difference.c.id.is_not(None), EFFECT.c.kind, EFFECT.c.state, EFFECT.c.approval)
    return acted_on(of_run(select(*mine, *came, func.count()))).group_by(*mine, *came)


def rows(
    conn: Connection,
    company_id: int,
    run_id: int,
    choice: Choice,
    *,
    acted: bool,
    limit: int,
    offset: int = 0,
) -> list[Row]:
    """What needs a person first, then who is contacted, then who is left alone.

    The largest first; who has no amount, by name.  acted: as for groups.
    """
    values = {"company_id": company_id, "run_id": run_id, "limit": limit, "offset": offset}
    build = _rows if choice.customer_id is None else _rows.__wrapped__  # of one, nothing is kept
    return [_row(found) for found in conn.execute(build(choice, acted), values)]


@lru_cache(maxsize=64)
def _rows(choice: Choice, acted: bool) -> Select[Any]:
    shown = _shown(choice, acted)
    was = (run_difference.c.id.is_not(None), run_difference.c.was) if acted else (literal(False), null())
    named = and_(
        mirror_customer.c.company_id == decision.c.company_id,
        mirror_customer.c.id == decision.c.customer_id,
    )
    edited = and_(
        draft_change.c.company_id == decision.c.company_id, draft_change.c.decision_id == decision.c.id
    )
    query = (
        select(
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
            was[0].label("differs"),
            was[1].label("was"),
        )
        .select_from(shown)
        .join(decision, decision.c.id == shown.c.id)
        .outerjoin(mirror_customer, named)
        .outerjoin(draft_change, edited)
        .where(decision.c.company_id == asked("company_id"))
        .order_by(shown.c.place, shown.c.size.desc(), shown.c.called, decision.c.id)
    )
    return query.outerjoin(run_difference, differs()) if acted else query


def _shown(choice: Choice, acted: bool) -> Subquery:
    """One page, put in order by what an index has: it reads no text, and a name only where that counts."""
    name = (
        select(func.lower(mirror_customer.c.name))
        .where(
            mirror_customer.c.company_id == decision.c.company_id,
            mirror_customer.c.id == decision.c.customer_id,
        )
        .scalar_subquery()
    )
    place = rank(acted).label("place")
    size = func.coalesce(decision.c.amount, literal(0)).label("size")
    called = case((decision.c.amount.is_(None), func.coalesce(name, "")), else_="").label("called")
    query = of_run(select(decision.c.id, place, size, called))
    return (
        (acted_on(query) if acted else query)
        .where(*conditions(choice))
        .order_by(place, size.desc(), called, decision.c.id)
        .limit(asked("limit"))
        .offset(asked("offset"))
        .subquery("shown")
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
        trace=trace_of(found.trace, found.reason),
        text=found.text,
        edited_by=found.edited_by,
        edited_subject=found.subject,
        approved_by=found.approved_by,
        differs=bool(found.differs),
        was=found.was,
    )
