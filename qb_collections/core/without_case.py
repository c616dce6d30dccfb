"""Open invoices that are in nobody's case: what is said of them, since nothing can be decided about them."""

from __future__ import annotations

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.decision import Finding
from qb_collections.core.wording import amount_text, fit, invoice_text, short

NOBODY = "0"  # the customer of an invoice that names none: QuickBooks counts from 1
GATE = "without_customer"
_NAME_MAX = 60


def finding(invoice: Invoice, customer: Customer | None, locale: str) -> Finding | None:
    """Why an open invoice is left alone whoever owes it; None: its customer's case decides about it.

    customer: as the books have it now; None where they name none, or one that they do not list.
    """
    named = invoice_text(invoice, amount_text(invoice.balance.currency, locale))
    if customer is None:
        because = (
            f"Left alone: QuickBooks lists no customer for {named}, so there is "
            "nobody to write to. Give it a customer there and we look at it the same night."
        )
    elif customer.currency != invoice.balance.currency:
        because = (
            f"Left alone: {named} is in {invoice.balance.currency}, and QuickBooks "
            f"keeps {short(customer.name, _NAME_MAX)} in {customer.currency}. Nothing is sent about it until "
            "both agree there."
        )
    else:
        return None
    return Finding(GATE, fit(because), True, None, invoice.id)
