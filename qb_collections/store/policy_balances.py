"""What each late customer owes: from which amounts a policy's thresholds may be worked out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, select

from qb_collections.store.tables.mirror import mirror_invoice


def owed_late(conn: Connection, company_id: int, currency: str, today: date) -> list[Decimal]:
    """The sums of late balances, one for each customer who is late in that currency, the smallest first."""
    owed = func.sum(mirror_invoice.c.balance)
    query = (
        select(owed.label("owed"))
        .where(
            mirror_invoice.c.company_id == company_id,
            mirror_invoice.c.currency == currency,
            mirror_invoice.c.due_on < today,
            mirror_invoice.c.balance > Decimal(0),
            mirror_invoice.c.voided.is_(False),
        )
        .group_by(mirror_invoice.c.customer_id)
        .order_by(owed)
    )
    return [row.owed for row in conn.execute(query)]
