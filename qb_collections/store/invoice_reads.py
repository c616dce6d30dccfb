"""An invoice's lines and memo as they were read for a page: the mirror keeps neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from qb_collections.core.money import Money
from qb_collections.store.tables.customer_file import invoice_read
from qb_collections.store.tables.mirror import mirror_invoice
from qb_collections.store.types import money
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class InvoiceRead:
    """As QuickBooks had it at read_at.  lines: words, quantity and price as text, amount as text."""

    sync_token: str  # while the mirror has the same, nothing has changed since
    lines: tuple[dict[str, Any], ...]
    memo: str  # our notes stand in it, and what people wrote
    message: str  # to the customer, on the invoice
    tax: Money
    read_at: datetime


def put(conn: Connection, company_id: int, invoice_id: str, value: InvoiceRead) -> None:
    row = {
        "company_id": company_id,
        "invoice_id": invoice_id,
        "sync_token": value.sync_token,
        "lines": [*value.lines],
        "memo": value.memo,
        "message": value.message,
        "tax": value.tax.amount,
        "read_at": value.read_at,
    }
    upsert(conn, invoice_read, [row], key=("company_id", "invoice_id"))


def of_invoice(conn: Connection, company_id: int, invoice_id: str) -> InvoiceRead | None:
    """None: nobody has looked yet."""
    query = (
        select(invoice_read, mirror_invoice.c.currency)
        .join(
            mirror_invoice,
            (mirror_invoice.c.company_id == invoice_read.c.company_id)
            & (mirror_invoice.c.id == invoice_read.c.invoice_id),
        )
        .where(invoice_read.c.company_id == company_id, invoice_read.c.invoice_id == invoice_id)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    tax = money(row.tax, row.currency)
    return InvoiceRead(row.sync_token, tuple(row.lines), row.memo, row.message, tax, row.read_at)
