"""Change data capture: what changed since an instant, in one answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qb_collections.quickbooks import rows, translate
from qb_collections.quickbooks.decoding import is_told
from qb_collections.quickbooks.values import Changes

MARK = "(ref "  # how a marker begins
CAPTURE_ROWS = 1000  # one capture answers no more, over all kinds
KINDS = ("Customer", "Invoice", "Payment", "CreditMemo")


def changes_of(captures: rows.Captures, home: str) -> Changes:
    """Raises ValueError when it is no capture."""
    if captures.CDCResponse is None:
        raise ValueError("no CDCResponse")
    slots = [slot for capture in captures.CDCResponse for slot in capture.QueryResponse]
    server_at = translate.instant(captures.time)
    if server_at is None or any(is_told(capture.Fault) for capture in captures.CDCResponse):
        raise ValueError("a change data capture without its time, or with a fault")
    customers = [row for slot in slots for row in slot.Customer]
    invoices = [row for slot in slots for row in slot.Invoice]
    payments = [row for slot in slots for row in slot.Payment]
    memos = [row for slot in slots for row in slot.CreditMemo]
    kinds: dict[str, list[Any]] = {
        "Customer": customers,
        "Invoice": invoices,
        "Payment": payments,
        "CreditMemo": memos,
    }
    alive = {kind: [row for row in found if row.status != "Deleted"] for kind, found in kinds.items()}
    return Changes(
        customers=translate.distinct(translate.customer(row, home) for row in alive["Customer"]),
        invoices=translate.distinct(translate.invoice(row, home) for row in alive["Invoice"]),
        payments=translate.distinct(translate.payment(row, home) for row in alive["Payment"]),
        credit_memos=translate.distinct(translate.credit_memo(row, home) for row in alive["CreditMemo"]),
        links=tuple(link for row in alive["Payment"] for link in translate.links(row, home)),
        deleted={
            kind: frozenset(row.Id for row in found if row.status == "Deleted")
            for kind, found in kinds.items()
        },
        server_at=server_at,
        complete=sum(map(len, kinds.values())) < CAPTURE_ROWS,
        memos=marked_memos(alive["Invoice"]),
    )


def marked_memos(invoices: Iterable[rows.InvoiceRow]) -> dict[str, str]:
    """The memos that bear a marker of ours, or what looks like one, by invoice."""
    return {row.Id: row.PrivateNote for row in invoices if row.PrivateNote and MARK in row.PrivateNote}
