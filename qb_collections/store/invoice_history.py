"""What was applied to an invoice: which payment took how much off it, and which credit stood behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, select

from qb_collections.core.money import Money
from qb_collections.store.tables.mirror import mirror_credit_memo, mirror_link, mirror_payment
from qb_collections.store.types import money

ROWS_MAX = 500


@dataclass(frozen=True, slots=True)
class Applied:
    """memo_id: the credit memo that a payment of nothing applied."""

    payment_id: str
    on: date | None  # None: the mirror does not have the payment
    amount: Money
    brought: Money | None  # the whole payment
    memo_id: str | None = None
    memo: str | None = None  # its number


def of_invoice(conn: Connection, company_id: int, invoice_id: str) -> list[Applied]:
    """The earliest first, in one statement."""
    credit = mirror_link.alias("credit")
    query = (
        select(
            mirror_link.c.payment_id,
            mirror_link.c.position,
            mirror_link.c.amount,
            mirror_link.c.currency,
            mirror_payment.c.received_on,
            mirror_payment.c.total,
            credit.c.document_id.label("memo_id"),
            mirror_credit_memo.c.number,
        )
        .select_from(
            mirror_link.outerjoin(
                mirror_payment,
                and_(
                    mirror_payment.c.company_id == mirror_link.c.company_id,
                    mirror_payment.c.id == mirror_link.c.payment_id,
                ),
            )
            .outerjoin(
                credit,
                and_(
                    credit.c.company_id == mirror_link.c.company_id,
                    credit.c.payment_id == mirror_link.c.payment_id,
                    credit.c.document_kind == "CreditMemo",
                ),
            )
            .outerjoin(
                mirror_credit_memo,
                and_(
                    mirror_credit_memo.c.company_id == credit.c.company_id,
                    mirror_credit_memo.c.id == credit.c.document_id,
                ),
            )
        )
        .where(
            mirror_link.c.company_id == company_id,
            mirror_link.c.document_kind == "Invoice",
            mirror_link.c.document_id == invoice_id,
        )
        .order_by(mirror_payment.c.received_on, mirror_link.c.payment_id, mirror_link.c.position)
        .limit(ROWS_MAX)
    )
    found: dict[tuple[str, int], Applied] = {}
    for row in conn.execute(query):
        if (row.payment_id, row.position) in found:  # several credits behind one payment: the first names it
            continue
        brought = money(row.total, row.currency) if row.total is not None else None
        found[row.payment_id, row.position] = Applied(
            row.payment_id,
            row.received_on,
            money(row.amount, row.currency),
            brought,
            row.memo_id,
            row.number,
        )
    return list(found.values())
