"""Decisions of a run: the reason for every contact and every silence, one finding per open invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from qb_collections.core.case import Case
from qb_collections.core.decision import Decision, Finding, Outcome
from qb_collections.store.decision_rows import (
    COLUMNS,
    FINDING,
    Addressed,
    StoredDecision,
    finding_of,
    finding_rows,
    row_of,
    stored,
)
from qb_collections.store.once import once
from qb_collections.store.tables.decisions import decision, finding, run_difference
from qb_collections.store.tables.mirror import ZERO, mirror_invoice
from qb_collections.store.upsert import insert_all, upsert, upsert_all
from qb_collections.store.within import within

Key = tuple[str, str]  # customer id, currency
DecidedRow = tuple[Case, Decision, str | None, str | None]  # with its text and the hash of its facts


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
    first: bool = False,
) -> dict[Key, int]:
    """Store (case, decision, text, facts hash) of at most 200 customers; return the decisions' ids.

    addressed: to which address, and under which subject, each text is written.
    first: the run has decided about none of them yet, and need not be asked.

    A customer decided again in the same run takes the place of what stood there;
    with the same facts hash the row stays, with a person's edits and approval.
    """
    before = {} if first else _ids(conn, company_id, run_id, decided)
    changed = decided
    if before:
        changed = [
            one for one in decided if one[3] is None or before.get(_key(one[1]), (0, None))[1] != one[3]
        ]
    if changed:
        headed = addressed or {}
        rows = [
            row_of(company_id, run_id, made, text, facts, decided_at, headed.get(_key(made)))
            for _, made, text, facts in changed
        ]
        upsert_all(conn, decision, COLUMNS, rows, key=("company_id", "run_id", "customer_id", "currency"))
        again = [before[_key(row[1])][0] for row in changed if _key(row[1]) in before]
        before = _ids(conn, company_id, run_id, decided)
        _forget_findings(conn, company_id, again)
        lines = []
        for _, made, _, _ in changed:
            lines += finding_rows(company_id, before[_key(made)][0], made.findings)
        insert_all(conn, finding, FINDING, lines)
    return {key: decision_id for key, (decision_id, _) in before.items()}


def _key(made: Decision) -> Key:
    return made.customer_id, made.currency


def _ids(
    conn: Connection, company_id: int, run_id: int, decided: Sequence[DecidedRow]
) -> dict[Key, tuple[int, str | None]]:
    """Id and facts hash of what the run has for these customers."""
    asked = {_key(row[1]) for row in decided}
    ids = [customer_id for customer_id, _ in asked]
    found: Iterable[Any] = _of_customers(conn, company_id=company_id, run_id=run_id, customer_ids=ids).all()
    return {
        (customer_id, currency): (decision_id, facts_hash)
        for decision_id, customer_id, currency, facts_hash in found
        if (customer_id, currency) in asked
    }


@once
def _of_customers(company_id: int, run_id: int, customer_ids: Sequence[str]) -> Select[Any]:
    return select(decision.c.id, decision.c.customer_id, decision.c.currency, decision.c.facts_hash).where(
        decision.c.company_id == company_id,
        decision.c.run_id == run_id,
        within(decision.c.customer_id, customer_ids),
    )


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
        lines.setdefault(row.decision_id, []).append(finding_of(row))
    rows = conn.execute(
        select(decision)
        .where(decision.c.company_id == company_id, decision.c.run_id == run_id)
        .order_by(decision.c.customer_id, decision.c.currency)
    )
    return [stored(row, lines.get(row.id, [])) for row in rows]


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
    return stored(row, [finding_of(line) for line in lines])


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
    return {row.invoice_id: finding_of(row) for row in conn.execute(query)}


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
