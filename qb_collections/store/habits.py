"""How customers have paid so far, as it was last worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, and_, delete, select

from qb_collections.core.books import Invoice
from qb_collections.core.case import Habit
from qb_collections.core.habits import Habits, Key, Known, early_ids
from qb_collections.store.tables.habits import habit, usual_total
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Stored:
    """Of some customers.  usual_total names every currency that was worked out; None: no invoice is known."""

    customers: Mapping[Key, Known]
    usual_total: Mapping[str, Decimal | None]

    def habit(self, key: Key) -> Habit | None:
        known = self.customers.get(key)
        return known.habit if known is not None else None

    def early_ids(self, key: Key, invoices: Sequence[Invoice], today: date) -> frozenset[str] | None:
        """Of the open invoices of a case those whose copy is a courtesy; None: nothing was worked out."""
        if key[1] not in self.usual_total:
            return None
        return early_ids(invoices, self.customers.get(key), self.usual_total[key[1]], today)


def worked_out_on(conn: Connection, company_id: int) -> date | None:
    """None: not yet."""
    query = select(usual_total.c.worked_out_on).where(usual_total.c.company_id == company_id).limit(1)
    return conn.execute(query).scalar_one_or_none()


def of_customers(conn: Connection, company_id: int, ids: Collection[str] | None = None) -> Stored:
    """One statement, of these heads of cases; None: of everybody."""
    theirs = and_(habit.c.company_id == company_id, habit.c.currency == usual_total.c.currency)
    if ids is not None:
        theirs = and_(theirs, habit.c.customer_id.in_(ids))
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
    return Stored(customers, totals)


def put(conn: Connection, company_id: int, found: Habits, currency: str) -> None:
    """Take the place of what was known before.  currency: the company's own, which always has its row."""
    for table in (habit, usual_total):
        conn.execute(delete(table).where(table.c.company_id == company_id))
    upsert(
        conn,
        habit,
        [
            {
                "company_id": company_id,
                "customer_id": customer_id,
                "currency": theirs,
                "usual_day": known.habit.usual_day,
                "latest_day": known.habit.latest_day,
                "invoices": known.habit.invoices,
                "since_on": found.since_on,
                "known_of_last": known.known_of_last,
                "late_of_last": known.late_of_last,
                "first_invoice_id": known.first_invoice_id,
            }
            for (customer_id, theirs), known in found.customers.items()
        ],
        key=["company_id", "customer_id", "currency"],
    )
    upsert(
        conn,
        usual_total,
        [
            {
                "company_id": company_id,
                "currency": one,
                "total": found.usual_total.get(one),
                "worked_out_on": found.on,
            }
            for one in sorted({currency, *found.usual_total, *(key[1] for key in found.customers)})
        ],
        key=["company_id", "currency"],
    )
