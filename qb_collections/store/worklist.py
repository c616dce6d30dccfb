"""What waits for people, with what its order rests on: of several companies, three statements in all.

The statements are put together once: to do it for each page would take longer than to run them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    type_coerce,
)

from qb_collections.core.case import ContactKind
from qb_collections.core.money import Money
from qb_collections.core.quick import quick
from qb_collections.store import families
from qb_collections.store.tables.decisions import contact
from qb_collections.store.tables.habits import habit
from qb_collections.store.tables.mirror import ZERO, look, mirror_customer, mirror_invoice
from qb_collections.store.tables.policies import policy, policy_version
from qb_collections.store.tables.tasks import task
from qb_collections.store.types import money_of
from qb_collections.store.within import numbers_named

Key = tuple[int, str, str]  # company, customer, currency
MOST = 2000  # tasks; what is beyond waits until these are done


@quick
@dataclass(frozen=True, slots=True)
class Waiting:
    """One open task, and what is known of whom it is about."""

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
    latest_day: int | None  # the latest they ever paid, in days from the due date
    paid_invoices: int  # that this rests on
    contacted_on: date | None  # we last wrote to them, or spoke with them


@quick
@dataclass(frozen=True, slots=True)
class Owes:
    """What the case of one customer comes to."""

    owed: Money
    late: Money
    oldest_late_on: date | None


def waiting(conn: Connection, company_ids: Collection[int]) -> list[Waiting]:
    """Open tasks, the earliest due first; the words of each are read when it is opened."""
    return [Waiting(*row) for row in conn.execute(_waiting(), {"companies": [*company_ids]})]


def owed(conn: Connection, days: Mapping[int, date]) -> dict[Key, Owes]:
    """What everybody owes about whom something waits; days: each company and its own today."""
    by_day: dict[date, list[int]] = {}
    for company_id, on in sorted(days.items()):
        by_day.setdefault(on, []).append(company_id)
    asked: dict[str, Any] = {"companies": [*days]}
    for place, (on, ids) in enumerate(by_day.items()):
        asked |= {f"ids_{place}": ids, f"on_{place}": on} if len(by_day) > 1 else {"on_0": on}
    return {
        (company_id, head, currency): Owes(money_of(whole, currency), money_of(late, currency), oldest_on)
        for company_id, head, currency, whole, late, oldest_on in conn.execute(_owed(len(by_day)), asked)
    }


def policies(conn: Connection, company_ids: Collection[int]) -> dict[int, str]:
    """The text of each company's own policy as it holds now."""
    rows = conn.execute(_policies(), {"companies": [*company_ids]})
    return {row.company_id: row.text for row in rows}


@cache
def _waiting() -> Select[Any]:
    contacted_on = (
        select(func.max(contact.c.contacted_on))
        .where(
            contact.c.company_id == mirror_customer.c.company_id,
            contact.c.customer_id == mirror_customer.c.id,
            contact.c.currency == mirror_customer.c.currency,
            contact.c.kind.in_((ContactKind.REMINDER, ContactKind.CALL)),
        )
        .scalar_subquery()
    )
    return (
        select(
            task.c.company_id,
            task.c.id,
            task.c.kind,
            task.c.title,
            task.c.due_on,
            task.c.customer_id,
            func.coalesce(task.c.currency, mirror_customer.c.currency),
            mirror_customer.c.name,
            mirror_customer.c.phone,
            func.coalesce(or_(look.c.important, look.c.buys_most), False),
            habit.c.latest_day,
            func.coalesce(habit.c.invoices, 0),
            contacted_on,
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
        .outerjoin(
            habit,
            and_(
                habit.c.company_id == mirror_customer.c.company_id,
                habit.c.customer_id == mirror_customer.c.id,
                habit.c.currency == mirror_customer.c.currency,
            ),
        )
        .where(numbers_named(task.c.company_id, "companies"), task.c.state == "open")
        .order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id)
        .limit(MOST)
    )


@cache
def _owed(days: int) -> Select[Any]:
    members = families.members_of(
        select(task.c.company_id, task.c.customer_id)
        .where(
            numbers_named(task.c.company_id, "companies"),
            task.c.state == "open",
            task.c.customer_id.is_not(None),
        )
        .distinct()
    )
    due_on = mirror_invoice.c.due_on
    balance = type_coerce(mirror_invoice.c.balance, BigInteger)
    is_late = due_on < bindparam("on_0", type_=Date())
    if days > 1:
        is_late = or_(
            *(
                and_(
                    numbers_named(mirror_invoice.c.company_id, f"ids_{place}"),
                    due_on < bindparam(f"on_{place}", type_=Date()),
                )
                for place in range(days)
            )
        )
    return (
        select(
            members.c.company_id,
            members.c.head,
            members.c.currency,
            func.sum(balance, type_=BigInteger),
            func.sum(case((is_late, balance), else_=0), type_=BigInteger),
            func.min(case((is_late, due_on))),
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
        .group_by(members.c.company_id, members.c.head, members.c.currency)
    )


@cache
def _policies() -> Select[Any]:
    return (
        select(policy.c.company_id, policy_version.c.text)
        .select_from(policy)
        .join(
            policy_version,
            and_(
                policy_version.c.company_id == policy.c.company_id,
                policy_version.c.version == policy.c.version,
            ),
        )
        .where(numbers_named(policy.c.company_id, "companies"))
    )
