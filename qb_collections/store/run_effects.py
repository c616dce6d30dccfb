"""What a run did and found for some of its customers: effects, findings, differences from its preview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    select,
    type_coerce,
)

from qb_collections.core.decision import Finding
from qb_collections.core.intents import Approval, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.core.quick import quick
from qb_collections.store.once import once
from qb_collections.store.tables.decisions import finding, run_difference
from qb_collections.store.tables.intents import intent
from qb_collections.store.tables.mail import mail_message
from qb_collections.store.tables.mirror import mirror_customer, mirror_invoice
from qb_collections.store.types import money_of
from qb_collections.store.within import numbers_named, within

EFFECTS_MAX = 1000  # of fifty customers; each contact writes one note an invoice, six at most


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """What one open invoice of a customer was found to be."""

    decision_id: int
    invoice_id: str
    number: str | None
    due_on: date | None
    balance: Money | None  # None: no longer in QuickBooks
    found: Finding


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a run does for a customer, and what came of it."""

    id: int
    customer_id: str
    kind: IntentKind
    state: State
    approval: Approval
    due_at: datetime
    settled_at: datetime | None
    plan: dict[str, Any]
    reason: str | None
    external_id: str | None
    message_id: int | None  # of the archive's latest copy


@dataclass(frozen=True, slots=True)
class Total:
    kind: IntentKind
    state: State
    approval: Approval
    count: int


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A customer whom the night decided otherwise than its preview; None: not in that run."""

    customer_id: str
    name: str | None
    was: str | None
    now: str | None


def lines(conn: Connection, company_id: int, decision_ids: Sequence[int]) -> list[Line]:
    """What was found about each invoice, the oldest due first."""
    rows = _lines(conn, company_id=company_id, decision_ids=decision_ids)
    return [
        Line(
            one.decision_id,
            one.invoice_id,
            one.number,
            one.due_on,
            money_of(one.balance, one.currency) if one.balance is not None else None,
            Finding(one.gate, one.because, one.stops, one.review_on, one.invoice_id),
        )
        for one in rows
    ]


@once
def _lines(company_id: int, decision_ids: BindParameter[Any]) -> Select[Any]:
    return (
        select(
            finding.c.decision_id,
            finding.c.invoice_id,
            finding.c.gate,
            finding.c.because,
            finding.c.stops,
            finding.c.review_on,
            mirror_invoice.c.number,
            mirror_invoice.c.due_on,
            type_coerce(mirror_invoice.c.balance, BigInteger).label("balance"),
            mirror_invoice.c.currency,
        )
        .outerjoin(
            mirror_invoice,
            and_(mirror_invoice.c.company_id == company_id, mirror_invoice.c.id == finding.c.invoice_id),
        )
        .where(finding.c.company_id == company_id, numbers_named(finding.c.decision_id, decision_ids.key))
        .order_by(finding.c.decision_id, mirror_invoice.c.due_on, finding.c.invoice_id)
    )


def effects(conn: Connection, company_id: int, run_id: int, customer_ids: Iterable[str]) -> list[Effect]:
    """What the run does for these customers, answers left out, in the order it was planned."""
    about = within(intent.c.plan["customer_id"].as_string(), customer_ids)
    no_answer = intent.c.plan["answer"].as_string().is_(None)
    return _effects(conn, company_id, run_id, about, no_answer)


def answers(conn: Connection, company_id: int, run_id: int, *, limit: int) -> list[Effect]:
    """What the run owes as answers, such as a thank-you."""
    return _effects(conn, company_id, run_id, intent.c.plan["answer"].as_string().is_not(None), limit=limit)


def totals(conn: Connection, company_id: int, run_id: int) -> list[Total]:
    """How many effects of each kind stand where, answers and notes included."""
    what = (intent.c.kind, intent.c.state, intent.c.approval)
    query = (
        select(*what, func.count())
        .where(intent.c.company_id == company_id, intent.c.run_id == run_id)
        .group_by(*what)
    )
    return [
        Total(IntentKind(kind), State(state), Approval(approval), count)
        for kind, state, approval, count in conn.execute(query).all()
    ]


def _effects(
    conn: Connection,
    company_id: int,
    run_id: int,
    *conditions: ColumnElement[bool],
    limit: int = EFFECTS_MAX,
) -> list[Effect]:
    message_id = (
        select(func.max(mail_message.c.id))
        .where(mail_message.c.company_id == company_id, mail_message.c.intent_id == intent.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            intent.c.id,
            intent.c.kind,
            intent.c.state,
            intent.c.approval,
            intent.c.due_at,
            intent.c.settled_at,
            intent.c.plan,
            intent.c.reason,
            intent.c.external_id,
            message_id.label("message_id"),
        )
        .where(intent.c.company_id == company_id, intent.c.run_id == run_id, *conditions)
        .order_by(intent.c.id)
        .limit(limit)
    )
    return [
        Effect(
            one.id,
            one.plan.get("customer_id", ""),
            IntentKind(one.kind),
            State(one.state),
            Approval(one.approval),
            one.due_at,
            one.settled_at,
            one.plan,
            one.reason,
            one.external_id,
            one.message_id,
        )
        for one in conn.execute(query)
    ]


def differences(conn: Connection, company_id: int, run_id: int, *, limit: int) -> list[Otherwise]:
    """Where the night differed from its preview, by the customers' names."""
    query = (
        select(
            run_difference.c.customer_id, mirror_customer.c.name, run_difference.c.was, run_difference.c.now
        )
        .outerjoin(
            mirror_customer,
            and_(
                mirror_customer.c.company_id == company_id,
                mirror_customer.c.id == run_difference.c.customer_id,
            ),
        )
        .where(run_difference.c.company_id == company_id, run_difference.c.run_id == run_id)
        .order_by(mirror_customer.c.name, run_difference.c.id)
        .limit(limit)
    )
    return [Otherwise(*row) for row in conn.execute(query).all()]
