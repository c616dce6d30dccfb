"""A decision as its row keeps it, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Row

from qb_collections.core.decision import Announced, Channel, Decision, Finding, Outcome, Trace
from qb_collections.store.json_text import Plain
from qb_collections.store.traces import kept, trace_of
from qb_collections.store.types import money_or_none

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


# The columns of row_of: those of the run, those that a decision has by the same name, and the others.
_OWN = (
    *("customer_id", "currency", "outcome", "gate", "reason", "review_on"),
    *("stage", "channel", "approval", "cycle", "number"),
)
COLUMNS = (
    *("company_id", "run_id", *_OWN, "amount", "credits", "details", "trace", "text"),
    *("edited_by", "approved_by", "approved_at", "facts_hash", "decided_at"),
)
_of_own = attrgetter(*_OWN)


def row_of(
    company_id: int,
    run_id: int,
    made: Decision,
    text: str | None,
    facts_hash: str | None,
    decided_at: datetime,
    addressed: Addressed | None = None,
) -> tuple[Any, ...]:
    """Nobody has edited it yet, or agreed to it."""
    return (
        company_id,
        run_id,
        *_of_own(made),
        made.amount.amount if made.amount else None,
        made.credits.amount if made.credits else None,
        Plain(_details(made, addressed)),
        Plain(kept(made.trace, made.reason)),
        text,
        None,
        None,
        None,
        facts_hash,
        decided_at,
    )


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
_of_details = attrgetter(*_DETAILS)
_USUAL = [{one.name: one.default for one in fields(Decision)}[name] for name in _DETAILS]


def _details(made: Decision, addressed: Addressed | None) -> dict[str, Any]:
    """What is as a decision has it by itself is left out: a night writes thousands of these rows."""
    named = zip(_DETAILS, _of_details(made), _USUAL, strict=True)
    details = {name: value for name, value, usual in named if value != usual}
    if made.announced is not None:
        details["announced"] = _announced_row(made.announced)
    if addressed:
        details["to"], details["subject"] = addressed
    return details


# The columns of finding_rows.
FINDING = ("company_id", "decision_id", "invoice_id", "gate", "because", "stops", "review_on")


def finding_rows(company_id: int, decision_id: int, lines: Trace) -> list[tuple[Any, ...]]:
    return [
        (company_id, decision_id, line.invoice_id, line.gate, line.because, line.stops, line.review_on)
        for line in lines
    ]


def finding_of(row: Row[Any]) -> Finding:
    return Finding(row.gate, row.because, row.stops, row.review_on, row.invoice_id)


def _announced_row(value: Announced) -> list[Any]:
    return [value.code, value.who, value.confirmed_by, value.confirmed_on]


def _announced(row: list[Any] | None) -> Announced | None:
    if row is None:
        return None
    code, who, by, on = row
    return Announced(code, who, by, date.fromisoformat(on))


def stored(row: Row[Any], lines: Iterable[Finding]) -> StoredDecision:
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
