"""Decisions of a run: the reason for every contact and every silence, one finding per open invoice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select, update

from qb_collections.core.case import Case
from qb_collections.core.decision import Announced, Channel, Decision, Finding, Outcome, Trace
from qb_collections.store.json_text import Plain
from qb_collections.store.tables.decisions import decision, finding, run_difference
from qb_collections.store.tables.mirror import ZERO, mirror_invoice
from qb_collections.store.traces import kept, trace_of
from qb_collections.store.types import money_or_none
from qb_collections.store.upsert import insert_all, upsert
from qb_collections.store.within import within_named

Key = tuple[str, str]  # customer id, currency
DecidedRow = tuple[Case, Decision, str | None, str | None]  # with its text and the hash of its facts
Addressed = tuple[str | None, str]  # to whom a text goes, and its subject


@dataclass(frozen=True, slots=True)
class StoredDecision:
    id: int
    run_id: int
    decision: Decision
    text: str | None
    edited_by: str | None
    approved_by: str | None
    approved_at: datetime | None
    facts_hash: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What a person may have agreed to: the night keeps it where facts and text are equal."""

    decision_id: int
    customer_id: str
    currency: str
    reason: str
    facts_hash: str | None
    text: str | None
    to: str | None
    edited_by: str | None
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How the night decided otherwise than its preview, in two sentences."""

    customer_id: str
    currency: str
    was: str | None  # None: not in the preview
    now: str | None  # None: not due any more


def record(
    conn: Connection,
    company_id: int,
    run_id: int,
    decided: Sequence[DecidedRow],
    *,
    decided_at: datetime,
    addressed: Mapping[Key, Addressed] | None = None,
) -> dict[Key, int]:
    """Store (case, decision, text, facts hash) of at most 200 customers; return the decisions' ids.

    addressed: to which address, and under which subject, each text is written.

    A customer decided again in the same run takes the place of what stood there;
    with the same facts hash the row stays, with a person's edits and approval.
    """
    before = _ids(conn, company_id, run_id, decided)
    changed = [row for row in decided if row[3] is None or before.get(_key(row[1]), (0, None))[1] != row[3]]
    if changed:
        headed = addressed or {}
        rows = [
            _row(company_id, run_id, made, text, facts, decided_at, headed.get(_key(made)))
            for _, made, text, facts in changed
        ]
        upsert(conn, decision, rows, key=("company_id", "run_id", "customer_id", "currency"))
        again = [before[_key(row[1])][0] for row in changed if _key(row[1]) in before]
        before = _ids(conn, company_id, run_id, decided)
        _forget_findings(conn, company_id, again)
        lines = []
        for _, made, _, _ in changed:
            lines += _finding_rows(company_id, before[_key(made)][0], made.findings)
        insert_all(conn, finding, _FINDING, lines)
    return {key: decision_id for key, (decision_id, _) in before.items()}


def _key(made: Decision) -> Key:
    return made.customer_id, made.currency


def _ids(
    conn: Connection, company_id: int, run_id: int, decided: Sequence[DecidedRow]
) -> dict[Key, tuple[int, str | None]]:
    """Id and facts hash of what the run has for these customers."""
    asked = {_key(row[1]) for row in decided}
    values = {"company": company_id, "run": run_id, "customers": [customer_id for customer_id, _ in asked]}
    return {
        (customer_id, currency): (decision_id, facts_hash)
        for decision_id, customer_id, currency, facts_hash in conn.execute(_STORED, values).all()
        if (customer_id, currency) in asked
    }


def _forget_findings(conn: Connection, company_id: int, decision_ids: Sequence[int]) -> None:
    if decision_ids:
        gone = finding.c.decision_id.in_(decision_ids)
        conn.execute(delete(finding).where(finding.c.company_id == company_id, gone))


def of_run(conn: Connection, company_id: int, run_id: int) -> list[StoredDecision]:
    """The run's decisions with their findings, by customer."""
    lines: dict[int, list[Finding]] = {}
    query = (
        select(finding)
        .join(decision, decision.c.id == finding.c.decision_id)
        .where(
            finding.c.company_id == company_id,
            decision.c.company_id == company_id,
            decision.c.run_id == run_id,
        )
    )
    for row in conn.execute(query):
        lines.setdefault(row.decision_id, []).append(_finding(row))
    rows = conn.execute(
        select(decision)
        .where(decision.c.company_id == company_id, decision.c.run_id == run_id)
        .order_by(decision.c.customer_id, decision.c.currency)
    )
    return [_stored(row, lines.get(row.id, [])) for row in rows]


def outcomes(conn: Connection, company_id: int, run_id: int) -> dict[Key, Outcome]:
    """What the run decided for each customer, without the reasons."""
    query = select(decision.c.customer_id, decision.c.currency, decision.c.outcome).where(
        decision.c.company_id == company_id, decision.c.run_id == run_id
    )
    return {
        (customer_id, currency): Outcome(outcome)
        for customer_id, currency, outcome in conn.execute(query).all()
    }


def outcome_counts(conn: Connection, company_id: int, run_id: int) -> dict[Outcome, int]:
    """How many customers the run decided each way."""
    query = (
        select(decision.c.outcome, func.count())
        .where(decision.c.company_id == company_id, decision.c.run_id == run_id)
        .group_by(decision.c.outcome)
    )
    return {Outcome(outcome): customers for outcome, customers in conn.execute(query).all()}


def latest_of_customer(
    conn: Connection, company_id: int, customer_id: str, currency: str
) -> StoredDecision | None:
    row = conn.execute(
        select(decision)
        .where(
            decision.c.company_id == company_id,
            decision.c.customer_id == customer_id,
            decision.c.currency == currency,
        )
        .order_by(decision.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    lines = conn.execute(
        select(finding).where(finding.c.company_id == company_id, finding.c.decision_id == row.id)
    )
    return _stored(row, [_finding(line) for line in lines])


def latest_findings(conn: Connection, company_id: int) -> dict[str, Finding]:
    """The reason that stands for each open invoice, by invoice id: of its customer's last decision."""
    last = (
        select(func.max(decision.c.id))
        .where(decision.c.company_id == company_id)
        .group_by(decision.c.customer_id, decision.c.currency)
    )
    query = (
        select(finding)
        .join(
            mirror_invoice,
            (mirror_invoice.c.company_id == company_id) & (mirror_invoice.c.id == finding.c.invoice_id),
        )
        .where(
            finding.c.company_id == company_id,
            finding.c.decision_id.in_(last),
            mirror_invoice.c.balance > ZERO,
        )
        .order_by(finding.c.decision_id)
    )
    return {row.invoice_id: _finding(row) for row in conn.execute(query)}


def drafts(conn: Connection, company_id: int, run_id: int) -> dict[Key, DraftRow]:
    """A preview's drafts, by customer and currency."""
    query: Select[Any] = select(
        decision.c.id,
        decision.c.customer_id,
        decision.c.currency,
        decision.c.reason,
        decision.c.facts_hash,
        decision.c.text,
        decision.c.details["to"].as_string(),
        decision.c.edited_by,
        decision.c.approved_by,
        decision.c.approved_at,
    ).where(decision.c.company_id == company_id, decision.c.run_id == run_id)
    found = [DraftRow(*row) for row in conn.execute(query)]
    return {(row.customer_id, row.currency): row for row in found}


def edit_draft(conn: Connection, company_id: int, decision_id: int, text: str, by: str) -> None:
    """A person's words take the place of ours."""
    _change(conn, company_id, decision_id, {"text": text, "edited_by": by})


def approve_draft(conn: Connection, company_id: int, decision_id: int, by: str, at: datetime) -> None:
    _change(conn, company_id, decision_id, {"approved_by": by, "approved_at": at})


def add_differences(conn: Connection, company_id: int, run_id: int, rows: Iterable[Difference]) -> None:
    values = [
        {
            "company_id": company_id,
            "run_id": run_id,
            "customer_id": row.customer_id,
            "currency": row.currency,
            "was": row.was,
            "now": row.now,
        }
        for row in rows
    ]
    upsert(conn, run_difference, values, key=("company_id", "run_id", "customer_id", "currency"))


def differences(conn: Connection, company_id: int, run_id: int) -> list[Difference]:
    rows = conn.execute(
        select(run_difference)
        .where(run_difference.c.company_id == company_id, run_difference.c.run_id == run_id)
        .order_by(run_difference.c.customer_id, run_difference.c.currency)
    )
    return [Difference(row.customer_id, row.currency, row.was, row.now) for row in rows]


def _change(conn: Connection, company_id: int, decision_id: int, values: dict[str, Any]) -> None:
    done = conn.execute(
        update(decision)
        .where(decision.c.company_id == company_id, decision.c.id == decision_id)
        .values(values)
    )
    assert done.rowcount == 1, f"company {company_id} has no decision {decision_id}"


def _row(
    company_id: int,
    run_id: int,
    made: Decision,
    text: str | None,
    facts_hash: str | None,
    decided_at: datetime,
    addressed: Addressed | None = None,
) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "run_id": run_id,
        "customer_id": made.customer_id,
        "currency": made.currency,
        "outcome": made.outcome,
        "gate": made.gate,
        "reason": made.reason,
        "review_on": made.review_on,
        "stage": made.stage,
        "channel": made.channel,
        "approval": made.approval,
        "cycle": made.cycle,
        "number": made.number,
        "amount": made.amount.amount if made.amount else None,
        "credits": made.credits.amount if made.credits else None,
        "details": Plain(_details(made, addressed)),
        "trace": Plain(kept(made.trace, made.reason)),
        "text": text,
        "edited_by": None,
        "approved_by": None,
        "approved_at": None,
        "facts_hash": facts_hash,
        "decided_at": decided_at,
    }


# Built once: a night asks it twice for each chunk.
_STORED = select(decision.c.id, decision.c.customer_id, decision.c.currency, decision.c.facts_hash).where(
    decision.c.company_id == bindparam("company"),
    decision.c.run_id == bindparam("run"),
    within_named(decision.c.customer_id, "customers"),
)
_FINDING = ("company_id", "decision_id", "invoice_id", "gate", "because", "stops", "review_on")


# What a decision has no column for, and how it is read back.
_DETAILS: dict[str, Callable[[Any], Any]] = {
    "invoice_ids": tuple,
    "also_open_ids": tuple,
    "reply_by_on": date.fromisoformat,
    "act_by_on": date.fromisoformat,
    "backlog": bool,
    "task_kind": str,
    "template": str,
    "offers_plan": bool,
    "tone": str,
    "sender": str,
    "mailed": bool,
}
_USUAL = [(one.name, one.default) for one in fields(Decision) if one.name in _DETAILS]


def _details(made: Decision, addressed: Addressed | None) -> dict[str, Any]:
    """What is as a decision has it by itself is left out: a night's rows are half as long without it."""
    details = {name: value for name, usual in _USUAL if (value := getattr(made, name)) != usual}
    if made.announced is not None:
        details["announced"] = _announced_row(made.announced)
    if addressed:
        details["to"], details["subject"] = addressed
    return details


def _finding_rows(company_id: int, decision_id: int, lines: Trace) -> list[tuple[Any, ...]]:
    return [
        (company_id, decision_id, line.invoice_id, line.gate, line.because, line.stops, line.review_on)
        for line in lines
    ]


def _finding(row: Row[Any]) -> Finding:
    return Finding(row.gate, row.because, row.stops, row.review_on, row.invoice_id)


def _announced_row(value: Announced) -> list[Any]:
    return [value.code, value.who, value.confirmed_by, value.confirmed_on]


def _announced(row: list[Any] | None) -> Announced | None:
    if row is None:
        return None
    code, who, by, on = row
    return Announced(code, who, by, date.fromisoformat(on))


def _stored(row: Row[Any], lines: Iterable[Finding]) -> StoredDecision:
    details = row.details
    made = Decision(
        customer_id=row.customer_id,
        currency=row.currency,
        outcome=Outcome(row.outcome),
        reason=row.reason,
        gate=row.gate,
        findings=tuple(lines),
        trace=trace_of(row.trace, row.reason),
        review_on=row.review_on,
        stage=row.stage,
        channel=Channel(row.channel) if row.channel else None,
        approval=row.approval,
        cycle=row.cycle,
        number=row.number,
        amount=money_or_none(row.amount, row.currency),
        credits=money_or_none(row.credits, row.currency),
        announced=_announced(details.get("announced")),
        **{name: read(details[name]) for name, read in _DETAILS.items() if details.get(name) is not None},
    )
    return StoredDecision(
        row.id,
        row.run_id,
        made,
        row.text,
        row.edited_by,
        row.approved_by,
        row.approved_at,
        row.facts_hash,
        row.decided_at,
    )
