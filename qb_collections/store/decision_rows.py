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


def row_of(
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
    """What is as a decision has it by itself is left out: a night's rows are half as long without it."""
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
