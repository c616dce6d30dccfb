"""What waits for people, with what its order rests on: of several companies, a few statements in all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from qb_collections.core.case import ContactKind
from qb_collections.core.money import Money
from qb_collections.store import families
from qb_collections.store.tables.decisions import contact
from qb_collections.store.tables.habits import habit
from qb_collections.store.tables.mirror import ZERO, look, mirror_customer, mirror_invoice
from qb_collections.store.tables.policies import policy, policy_version
from qb_collections.store.tables.tasks import task
from qb_collections.store.types import MoneyUnits, money

Key = tuple[int, str, str]  # company, customer, currency
MOST = 2000  # tasks; what is beyond waits until these are done


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open task and whom it is about."""

    company_id: int
    id: int
    kind: str
    title: str
    due_on: date | None
    customer_id: str | None
    currency: str | None
    name: str | None
    phone: str | None
    important: bool


@dataclass(frozen=True, slots=True)
class Owes:
    """What the case of one customer comes to."""

    owed: Money
    late: Money
    oldest_late_on: date | None


def waiting(conn: Connection, company_ids: Collection[int]) -> list[Waiting]:
    """Open tasks, the earliest due first; the words of each are read when it is opened."""
    query = (
        select(
            task.c.company_id,
            task.c.id,
            task.c.kind,
            task.c.title,
            task.c.due_on,
            task.c.customer_id,
            func.coalesce(task.c.currency, mirror_customer.c.currency).label("currency"),
            mirror_customer.c.name,
            mirror_customer.c.phone,
            func.coalesce(or_(look.c.important, look.c.buys_most), False).label("important"),
        )
        .select_from(task)
        .outerjoin(
            mirror_customer,
            and_(
                mirror_customer.c.company_id == task.c.company_id, mirror_customer.c.id == task.c.customer_id
            ),
        )
        .outerjoin(
            look,
            and_(
                look.c.company_id == mirror_customer.c.company_id,
                look.c.customer_id == mirror_customer.c.id,
                look.c.currency == mirror_customer.c.currency,
            ),
        )
        .where(*_open(company_ids))
        .order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id)
        .limit(MOST)
    )
    return [Waiting(*row) for row in conn.execute(query)]


def owed(conn: Connection, days: Mapping[int, date]) -> dict[Key, Owes]:
    """What everybody owes about whom something waits; days: each company and its own today."""
    members = families.members_of(_customers(days))
    due_on = mirror_invoice.c.due_on
    by_day: dict[date, list[int]] = {}
    for company_id, on in sorted(days.items()):
        by_day.setdefault(on, []).append(company_id)
    is_late = or_(*(and_(mirror_invoice.c.company_id.in_(ids), due_on < on) for on, ids in by_day.items()))
    sums = func.sum(mirror_invoice.c.balance, type_=MoneyUnits)
    late = func.sum(case((is_late, mirror_invoice.c.balance), else_=ZERO), type_=MoneyUnits)
    query = (
        select(
            members.c.company_id,
            members.c.head,
            mirror_invoice.c.currency,
            sums.label("owed"),
            late.label("late"),
            func.min(case((is_late, due_on))).label("oldest_late_on"),
        )
        .select_from(members)
        .join(
            mirror_invoice,
            and_(
                mirror_invoice.c.company_id == members.c.company_id,
                mirror_invoice.c.customer_id == members.c.id,
                mirror_invoice.c.currency == members.c.currency,
                mirror_invoice.c.balance > ZERO,
            ),
        )
        .group_by(members.c.company_id, members.c.head, mirror_invoice.c.currency)
    )
    return {
        (row.company_id, row.head, row.currency): Owes(
            money(row.owed, row.currency), money(row.late, row.currency), row.oldest_late_on
        )
        for row in conn.execute(query)
    }


def habits(conn: Connection, company_ids: Collection[int]) -> dict[Key, tuple[int | None, int]]:
    """(the latest day they ever paid, how many paid invoices that rests on) of whom something waits for."""
    asked = _customers(company_ids).subquery()
    query = select(
        habit.c.company_id, habit.c.customer_id, habit.c.currency, habit.c.latest_day, habit.c.invoices
    ).join(
        asked,
        and_(asked.c.company_id == habit.c.company_id, asked.c.customer_id == habit.c.customer_id),
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in conn.execute(query)}


def last_contacts(conn: Connection, company_ids: Collection[int]) -> dict[Key, date]:
    """The day on which we last wrote to or spoke with each of them."""
    asked = _customers(company_ids).subquery()
    query = (
        select(
            contact.c.company_id,
            contact.c.customer_id,
            contact.c.currency,
            func.max(contact.c.contacted_on).label("on"),
        )
        .select_from(contact)
        .join(
            asked,
            and_(asked.c.company_id == contact.c.company_id, asked.c.customer_id == contact.c.customer_id),
        )
        .where(contact.c.kind.in_((ContactKind.REMINDER, ContactKind.CALL)))
        .group_by(contact.c.company_id, contact.c.customer_id, contact.c.currency)
    )
    return {(row[0], row[1], row[2]): row[3] for row in conn.execute(query)}


def policies(conn: Connection, company_ids: Collection[int]) -> dict[int, str]:
    """The text of each company's own policy as it holds now."""
    query = (
        select(policy.c.company_id, policy_version.c.text)
        .join(
            policy_version,
            and_(
                policy_version.c.company_id == policy.c.company_id,
                policy_version.c.version == policy.c.version,
            ),
        )
        .where(policy.c.company_id.in_(sorted(company_ids)))
    )
    return {row.company_id: row.text for row in conn.execute(query)}


def _customers(company_ids: Collection[int]) -> Select[Any]:
    query = select(task.c.company_id, task.c.customer_id)
    return query.where(*_open(company_ids), task.c.customer_id.is_not(None)).distinct()


def _open(company_ids: Collection[int]) -> tuple[Any, ...]:
    return task.c.company_id.in_(sorted(company_ids)), task.c.state == "open"
