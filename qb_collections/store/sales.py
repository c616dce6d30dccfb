"""Who bought most: the customers of whom people want to hear before a firm message leaves."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, select

from qb_collections.store import cases
from qb_collections.store.cases import Key
from qb_collections.store.mirror import chunked
from qb_collections.store.tables.mirror import mirror_invoice
from qb_collections.store.tables.plans import installment
from qb_collections.store.types import MoneyUnits


def bought_most(conn: Connection, company_id: int, since: date, percent: int) -> set[Key]:
    """The given share of those who bought anything since that day, in each currency; of fewer than ten none.

    A payment plan's own invoices are no sales.  Sites billed with a parent count for the parent.
    """
    of_plans = select(installment.c.invoice_id).where(
        installment.c.company_id == company_id, installment.c.invoice_id.is_not(None)
    )
    query = (
        select(
            mirror_invoice.c.customer_id,
            mirror_invoice.c.currency,
            func.sum(mirror_invoice.c.total, type_=MoneyUnits).label("bought"),
        )
        .where(
            mirror_invoice.c.company_id == company_id,
            mirror_invoice.c.issued_on >= since,
            ~mirror_invoice.c.voided,
            mirror_invoice.c.id.not_in(of_plans),
        )
        .group_by(mirror_invoice.c.customer_id, mirror_invoice.c.currency)
    )
    rows = conn.execute(query).all()
    head_of: dict[str, str] = {}
    for some in chunked(sorted({row.customer_id for row in rows})):
        head_of |= {one: head.id for one, head in cases.billed_with(conn, company_id, some).items()}
    bought: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        bought[row.currency][head_of.get(row.customer_id, row.customer_id)] += row.bought
    most: set[Key] = set()
    for currency, by_customer in bought.items():
        ranked = sorted(by_customer, key=lambda one: (-by_customer[one], one))
        most |= {(one, currency) for one in ranked[: len(ranked) * percent // 100]}
    return most
