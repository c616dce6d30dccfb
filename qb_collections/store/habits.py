"""How customers have paid so far, as it was last worked out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, select

from qb_collections.core.case import Habit
from qb_collections.core.habits import Habits, Key, Known
from qb_collections.store.once import once
from qb_collections.store.tables.habits import habit, usual_total
from qb_collections.store.upsert import upsert
from qb_collections.store.within import within


def worked_out_on(conn: Connection, company_id: int) -> date | None:
    """None: not yet."""
    return _worked_out_on(conn, company_id=company_id).scalar_one_or_none()


@once
def _worked_out_on(company_id: int) -> Select[Any]:
    return select(usual_total.c.worked_out_on).where(usual_total.c.company_id == company_id).limit(1)


def of_customers(conn: Connection, company_id: int, ids: Collection[str] | None = None) -> Habits:
    """One statement, of these heads of cases; None: of everybody."""
    theirs = and_(habit.c.company_id == company_id, habit.c.currency == usual_total.c.currency)
    if ids is not None:
        theirs = and_(theirs, within(habit.c.customer_id, ids))
    query = (
        select(
            usual_total.c.currency,
            usual_total.c.total,
            habit.c.customer_id,
            habit.c.usual_day,
            habit.c.latest_day,
            habit.c.invoices,
            habit.c.known_of_last,
            habit.c.late_of_last,
            habit.c.first_invoice_id,
        )
        .select_from(usual_total.outerjoin(habit, theirs))
        .where(usual_total.c.company_id == company_id)
    )
    customers: dict[Key, Known] = {}
    totals: dict[str, Decimal | None] = {}
    for currency, total, customer_id, usual, latest, invoices, known, late, first in conn.execute(query):
        totals[currency] = total
        if customer_id is not None:
            customers[customer_id, currency] = Known(Habit(usual, latest, invoices), known, late, first)
    return Habits(customers, totals)


def put(conn: Connection, company_id: int, found: Habits, currency: str, *, since_on: date, on: date) -> None:
    """Take the place of what was known before.

    currency: the company's own, which always has its row.  since_on: complete from that day on.
    on: what was known at the end of that day.
    """
    for table in (habit, usual_total):
        conn.execute(delete(table).where(table.c.company_id == company_id))
    customers = [
        {
            "company_id": company_id,
            "customer_id": customer_id,
            "currency": theirs,
            "usual_day": known.habit.usual_day,
            "latest_day": known.habit.latest_day,
            "invoices": known.habit.invoices,
            "since_on": since_on,
            "known_of_last": known.known_of_last,
            "late_of_last": known.late_of_last,
            "first_invoice_id": known.first_invoice_id,
        }
        for (customer_id, theirs), known in found.customers.items()
    ]
    totals = [
        {"company_id": company_id, "currency": one, "total": total, "worked_out_on": on}
        for one, total in {currency: None, **found.usual_total}.items()
    ]
    upsert(conn, habit, customers, key=["company_id", "customer_id", "currency"])
    upsert(conn, usual_total, totals, key=["company_id", "currency"])
