"""Money that came in, by customer: what promises are judged by, and what holds a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from qb_collections.core.case import Receipt
from qb_collections.store.mirror import chunked
from qb_collections.store.once import once
from qb_collections.store.tables.mirror import ZERO, mirror_invoice, mirror_link, mirror_payment
from qb_collections.store.types import MoneyUnits, money
from qb_collections.store.unindexed import unindexed
from qb_collections.store.within import within


def of_customers(
    conn: Connection, company_id: int, customer_ids: Iterable[str], since: date
) -> Iterator[tuple[str, Receipt]]:
    """(customer, receipt) for each payment received since that day, oldest first within a customer.

    A payment of zero moves no money: it only applies a credit memo, as a payment plan does.
    """
    for some in chunked(sorted(set(customer_ids))):
        for row in _received(conn, company_id=company_id, customer_ids=some, since=since):
            late_amount = min(row.late + row.unapplied, row.total)
            yield (
                row.customer_id,
                Receipt(row.received_on, money(row.total, row.currency), money(late_amount, row.currency)),
            )


@once
def _received(company_id: int, customer_ids: Iterable[str], since: date) -> Select[Any]:
    went_to_late = and_(
        mirror_invoice.c.due_on.is_not(None), mirror_invoice.c.due_on < mirror_payment.c.received_on
    )
    late = func.coalesce(func.sum(case((went_to_late, mirror_link.c.amount), else_=ZERO)), ZERO)
    to_invoice = and_(
        mirror_link.c.company_id == mirror_payment.c.company_id,
        mirror_link.c.payment_id == mirror_payment.c.id,
        mirror_link.c.document_kind == "Invoice",
    )
    its_invoice = and_(
        mirror_invoice.c.company_id == mirror_link.c.company_id,
        mirror_invoice.c.id == mirror_link.c.document_id,
    )
    return (
        select(
            mirror_payment.c.customer_id,
            mirror_payment.c.received_on,
            mirror_payment.c.currency,
            mirror_payment.c.total,
            mirror_payment.c.unapplied,
            func.coalesce(late, ZERO, type_=MoneyUnits).label("late"),
        )
        .select_from(mirror_payment.outerjoin(mirror_link, to_invoice).outerjoin(mirror_invoice, its_invoice))
        .where(
            mirror_payment.c.company_id == company_id,
            within(mirror_payment.c.customer_id, customer_ids),
            mirror_payment.c.received_on >= since,
            mirror_payment.c.total > ZERO,
        )
        .group_by(
            unindexed(mirror_payment.c.id),
            mirror_payment.c.customer_id,
            mirror_payment.c.received_on,
            mirror_payment.c.currency,
            mirror_payment.c.total,
            mirror_payment.c.unapplied,
        )
        .order_by(mirror_payment.c.received_on, unindexed(mirror_payment.c.id))
    )
