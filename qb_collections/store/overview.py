"""Figures over a whole company, and over all of them: a few statements, however many rows there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from qb_collections.core.case import ContactKind
from qb_collections.core.intents import Approval, State
from qb_collections.core.money import Money
from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.decisions import contact, decision
from qb_collections.store.tables.intents import intent
from qb_collections.store.tables.leases import sync_cursor
from qb_collections.store.tables.mirror import (
    ZERO,
    mirror_credit_memo,
    mirror_customer,
    mirror_invoice,
    mirror_payment,
)
from qb_collections.store.tables.plans import plan
from qb_collections.store.types import MoneyUnits, money
from qb_collections.store.within import within

BUCKET_DAYS = (1, 31, 61, 91)  # the first day late of each bucket after "not yet due"


@dataclass(frozen=True, slots=True)
class Aged:
    """Open invoices of one currency in one bucket; bucket 0 is not yet due."""

    currency: str
    bucket: int
    owed: Money
    invoices: int


@dataclass(frozen=True, slots=True)
class Owing:
    """One customer with open invoices, in one currency.  Sites billed with a parent stand alone here."""

    customer_id: str
    currency: str
    name: str | None
    emails: tuple[str, ...]
    parent_id: str | None  # who the bill goes to, when it is not the customer
    owed: Money
    late: Money
    invoices: int
    oldest_late_on: date | None


@dataclass(frozen=True, slots=True)
class Reason:
    """The latest decision about one customer."""

    customer_id: str
    currency: str
    outcome: str
    gate: str
    reason: str
    stage: str | None
    review_on: date | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many customers of a run had this outcome for this reason."""

    outcome: str
    gate: str
    customers: int


def aging(conn: Connection, company_id: int, today: date) -> list[Aged]:
    """Open invoices by currency and bucket; without a due date they count as not yet due."""
    due_on = mirror_invoice.c.due_on
    bucket = case(
        *(
            (due_on <= today - timedelta(days=BUCKET_DAYS[number - 1]), number)
            for number in range(len(BUCKET_DAYS), 0, -1)
        ),
        else_=0,
    ).label("bucket")
    query = (
        select(
            mirror_invoice.c.currency,
            bucket,
            func.sum(mirror_invoice.c.balance, type_=MoneyUnits).label("owed"),
            func.count().label("invoices"),
        )
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.currency, bucket)
        .order_by(mirror_invoice.c.currency, bucket)
    )
    return [
        Aged(row.currency, row.bucket, money(row.owed, row.currency), row.invoices)
        for row in conn.execute(query)
    ]


def owing(conn: Connection, company_id: int, today: date) -> list[Owing]:
    """Every customer with an open invoice, who owes most of what is late first."""
    is_late = mirror_invoice.c.due_on < today
    late = func.sum(case((is_late, mirror_invoice.c.balance), else_=ZERO), type_=MoneyUnits)
    owed = func.sum(mirror_invoice.c.balance, type_=MoneyUnits)
    sums = (
        select(
            mirror_invoice.c.customer_id,
            mirror_invoice.c.currency,
            owed.label("owed"),
            late.label("late"),
            func.count().label("invoices"),
            func.min(case((is_late, mirror_invoice.c.due_on))).label("oldest_late_on"),
        )
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.customer_id, mirror_invoice.c.currency)
        .subquery()
    )
    query = (
        select(
            sums,
            mirror_customer.c.name,
            mirror_customer.c.emails,
            mirror_customer.c.parent_id,
            mirror_customer.c.bill_with_parent,
        )
        .outerjoin(
            mirror_customer,
            (mirror_customer.c.company_id == company_id) & (mirror_customer.c.id == sums.c.customer_id),
        )
        .order_by(sums.c.late.desc(), sums.c.owed.desc(), sums.c.customer_id)
    )
    return [
        Owing(
            customer_id=row.customer_id,
            currency=row.currency,
            name=row.name,
            emails=tuple(row.emails or ()),
            parent_id=row.parent_id if row.bill_with_parent else None,
            owed=money(row.owed, row.currency),
            late=money(row.late, row.currency),
            invoices=row.invoices,
            oldest_late_on=row.oldest_late_on,
        )
        for row in conn.execute(query)
    ]


def parents(conn: Connection, company_id: int) -> dict[str, str]:
    """Whom each site's bills go to, for sites that are billed with a parent."""
    query = select(mirror_customer.c.id, mirror_customer.c.parent_id).where(
        mirror_customer.c.company_id == company_id,
        mirror_customer.c.bill_with_parent.is_(True),
        mirror_customer.c.parent_id.is_not(None),
    )
    return {row.id: row.parent_id for row in conn.execute(query)}


def reasons(
    conn: Connection, company_id: int, only: Collection[str] | None = None
) -> dict[tuple[str, str], Reason]:
    """The latest decision about each customer, or about these only, by customer and currency."""
    mine = [decision.c.company_id == company_id]
    if only is not None:
        mine.append(within(decision.c.customer_id, only))
    latest = (
        select(func.max(decision.c.id).label("id"))
        .where(*mine)
        .group_by(decision.c.customer_id, decision.c.currency)
        .subquery()
    )
    query = (
        select(
            decision.c.customer_id,
            decision.c.currency,
            decision.c.outcome,
            decision.c.gate,
            decision.c.reason,
            decision.c.stage,
            decision.c.review_on,
            decision.c.decided_at,
        )
        .join(latest, latest.c.id == decision.c.id)
        .where(decision.c.company_id == company_id)
    )
    return {(row.customer_id, row.currency): Reason(*row) for row in conn.execute(query)}


def last_contacts(conn: Connection, company_id: int) -> dict[tuple[str, str], datetime]:
    """When each customer was last written to or spoken with through us."""
    query = (
        select(contact.c.customer_id, contact.c.currency, func.max(contact.c.at).label("at"))
        .where(
            contact.c.company_id == company_id, contact.c.kind.in_((ContactKind.REMINDER, ContactKind.CALL))
        )
        .group_by(contact.c.customer_id, contact.c.currency)
    )
    return {(row.customer_id, row.currency): row.at for row in conn.execute(query)}


def tally(conn: Connection, company_id: int, run_id: int) -> list[Tally]:
    """A run's decisions by outcome and reason, the most frequent first."""
    count = func.count().label("customers")
    query = (
        select(decision.c.outcome, decision.c.gate, count)
        .where(decision.c.company_id == company_id, decision.c.run_id == run_id)
        .group_by(decision.c.outcome, decision.c.gate)
        .order_by(count.desc(), decision.c.outcome, decision.c.gate)
    )
    return [Tally(*row) for row in conn.execute(query)]


def unapplied(conn: Connection, company_id: int) -> dict[str, Money]:
    """Payments and credits that nobody has applied yet, by currency."""
    found: dict[str, Decimal] = {}
    for table, amount in (
        (mirror_payment, mirror_payment.c.unapplied),
        (mirror_credit_memo, mirror_credit_memo.c.remaining),
    ):
        query = (
            select(table.c.currency, func.sum(amount, type_=MoneyUnits).label("open"))
            .where(table.c.company_id == company_id, amount > ZERO)
            .group_by(table.c.currency)
        )
        for row in conn.execute(query):
            found[row.currency] = found.get(row.currency, Decimal(0)) + row.open
    return {currency: money(amount, currency) for currency, amount in sorted(found.items())}


def never_sent(conn: Connection, company_id: int) -> int:
    """Open invoices that QuickBooks has never e-mailed."""
    query = select(func.count()).where(
        mirror_invoice.c.company_id == company_id,
        mirror_invoice.c.balance > ZERO,
        mirror_invoice.c.sent_at.is_(None),
        func.coalesce(mirror_invoice.c.email_status, "") != "EmailSent",
    )
    return conn.execute(query).scalar_one()


def late_amounts(conn: Connection, company_ids: Sequence[int]) -> dict[int, list[tuple[Money, int]]]:
    """What is owed to each of these companies, by currency, with the number of open invoices."""
    query = (
        select(
            mirror_invoice.c.company_id,
            mirror_invoice.c.currency,
            func.sum(mirror_invoice.c.balance, type_=MoneyUnits).label("owed"),
            func.count().label("invoices"),
        )
        .where(mirror_invoice.c.company_id.in_(company_ids), mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.company_id, mirror_invoice.c.currency)
        .order_by(mirror_invoice.c.company_id, mirror_invoice.c.currency)
    )
    found: dict[int, list[tuple[Money, int]]] = {}
    for row in conn.execute(query):
        found.setdefault(row.company_id, []).append((money(row.owed, row.currency), row.invoices))
    return found


# ---- what is due and not queued, over all companies ------------------------------------------------------


def with_due_effects(conn: Connection, now: datetime) -> list[int]:
    """Connected companies with an effect that is due.

    One on an emulator is named also for effects that are due later: its
    clock is not ours, and the work asks it what time it is.
    """
    return list(_with_due_effects(conn, now=now).scalars())


@once
def _with_due_effects(now: datetime) -> Select[Any]:
    return (
        select(intent.c.company_id)
        .join(company, company.c.id == intent.c.company_id)
        .where(
            company.c.state == "connected",
            intent.c.state.in_((State.PLANNED, State.READY, State.SENDING, State.UNKNOWN)),
            intent.c.approval.in_((Approval.NOT_NEEDED, Approval.GIVEN)),
            (intent.c.due_at <= now) | company.c.emulator_url.is_not(None),
        )
        .distinct()
        .order_by(intent.c.company_id)
    )


def with_building_plans(conn: Connection) -> list[int]:
    """Connected companies with a payment plan that is not at rest."""
    return list(_with_building_plans(conn).scalars())


@once
def _with_building_plans() -> Select[Any]:
    return (
        select(plan.c.company_id)
        .join(company, company.c.id == plan.c.company_id)
        .where(company.c.state == "connected", plan.c.state == "building")
        .distinct()
        .order_by(plan.c.company_id)
    )


def never_read(conn: Connection) -> list[int]:
    """Connected companies whose first sync has not come to its end."""
    return list(_never_read(conn).scalars())


@once
def _never_read() -> Select[Any]:
    return (
        select(company.c.id)
        .outerjoin(sync_cursor, sync_cursor.c.company_id == company.c.id)
        .where(company.c.state == "connected", sync_cursor.c.first_synced_at.is_(None))
        .order_by(company.c.id)
    )


def on_emulators(conn: Connection) -> list[int]:
    """Connected companies that live on an emulator's time: only the emulator knows whether a night is due."""
    return list(_on_emulators(conn).scalars())


@once
def _on_emulators() -> Select[Any]:
    return (
        select(company.c.id)
        .where(company.c.state == "connected", company.c.emulator_url.is_not(None))
        .order_by(company.c.id)
    )


def without_next_night(conn: Connection) -> list[int]:
    """Connected companies for which nobody has worked out when the next night begins."""
    return list(_without_next_night(conn).scalars())


@once
def _without_next_night() -> Select[Any]:
    return (
        select(company.c.id)
        .where(company.c.state == "connected", company.c.next_night_at.is_(None))
        .order_by(company.c.id)
    )
