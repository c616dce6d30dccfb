"""Payments that were received and used for invoices of a later date.

Until that date QuickBooks' aged receivables list them as open credit, although nothing of them is unapplied
any more, and leave the invoice out: to the cent what they say is right, for their day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qb_collections.core.receivables import Open
from qb_collections.quickbooks.gateway import Gateway

PAYMENTS_MAX = 200  # looked up in one comparison


def used_ahead(gateway: Gateway, on: date, detail: Sequence[Open], known: Sequence[Open]) -> list[Open]:
    """What these payments are open for on that day, besides what is unapplied; two calls, or none.

    detail: what QuickBooks lists open; known: the same from our documents.
    """
    ours = {one.id: one.amount for one in known if one.kind == "Payment"}
    listed = {
        one.id: one for one in detail if one.kind == "Payment" and one.amount != ours.get(one.id, Decimal(0))
    }
    if not listed:
        return []
    links = [
        link
        for link in gateway.live([], [], payment_ids=sorted(listed)[:PAYMENTS_MAX]).links
        if link.payment_id in listed and link.document_kind == "Invoice"
    ]
    invoices = gateway.live([], sorted({link.document_id for link in links})).documents if links else {}
    later = {id for id, document in invoices.items() if document.invoice.issued_on > on}
    return [
        Open("Payment", link.payment_id, listed[link.payment_id].customer_id, "", -link.amount.amount)
        for link in links
        if link.document_id in later
    ]
