"""The pay link of an invoice, which is only shown to those who ask with include=invoiceLink."""

import hashlib
from collections.abc import Iterable, Mapping

from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work


def wanted(params: Mapping[str, str]) -> bool:
    return "invoicelink" in params.get("include", "").lower().split(",")


def add(work: Work, invoices: Iterable[Body]) -> list[Body]:
    """Return the invoices with their links: those that can be paid online and have an address."""
    enabled = bool(work.preference("SalesFormsPrefs", "ETransactionPaymentEnabled"))
    return [invoice | _link(work, invoice) if enabled else invoice for invoice in invoices]


def _link(work: Work, invoice: Body) -> Body:
    online = invoice.get("AllowOnlineCreditCardPayment") or invoice.get("AllowOnlineACHPayment")
    if not online or not (invoice.get("BillEmail") or {}).get("Address"):
        return {}
    mark = hashlib.sha256(f"{work.realm}/{invoice['Id']}".encode()).hexdigest()[:40]
    return {"InvoiceLink": f"https://connect.intuit.com/t/scs-v1-{mark}"}
