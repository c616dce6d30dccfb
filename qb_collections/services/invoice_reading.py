"""An invoice as it stands in QuickBooks: its lines, and the memo with our notes in it.

The mirror keeps neither.  They are read when somebody wants them, and kept with the token that the invoice
had: while the mirror has the same token nothing has changed, and nobody has to be asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money
from qb_collections.quickbooks import papers
from qb_collections.quickbooks.errors import NotFound, QuickBooksError
from qb_collections.services.context import Context
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import invoice_reads, leases
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived
from qb_collections.store.invoice_reads import InvoiceRead
from qb_collections.store.leases import Leased
from qb_collections.store.types import money


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a page shows it."""

    says: str
    amount: Money
    quantity: Decimal | None
    price: Money | None


@dataclass(frozen=True, slots=True)
class AsItStands:
    """What QuickBooks had at read_at; current: the mirror knows of no change since."""

    lines: tuple[Line, ...]
    memo: tuple[str, ...]  # line by line
    message: str
    tax: Money
    read_at: datetime
    current: bool


def shown(read: InvoiceRead | None, invoice: Invoice) -> AsItStands | None:
    """None: nobody has looked yet."""
    if read is None:
        return None
    currency = invoice.total.currency
    lines = tuple(
        Line(
            str(one["says"]),
            money(Decimal(one["amount"]), currency),
            Decimal(one["quantity"]) if one.get("quantity") is not None else None,
            money(Decimal(one["price"]), currency) if one.get("price") is not None else None,
        )
        for one in read.lines
    )
    memo = tuple(line for line in read.memo.splitlines() if line.strip())
    current = read.sync_token == invoice.sync_token
    return AsItStands(lines, memo, read.message, read.tax, read.read_at, current)


def read(context: Context, company: Company, invoice: Invoice) -> str | Refusal:
    """Ask QuickBooks for the invoice, and keep what it says with its time.  One request, which only reads."""
    try:
        with held(context, company, PAGE_SECONDS) as lease:
            at = context.clock.now()
            record = context.gateway(company, lease).document("Invoice", invoice.id)
            found = _read_of(record, invoice, at)
            with derived(context.engine) as conn:
                lease.check(conn)
                invoice_reads.put(conn, company.id, invoice.id, found)
    except Leased as leased:
        return Refusal(
            f"We are working for {company.name} right now ({leases.describe(leased.holder)}). "
            "Please try again in a minute."
        )
    except NotFound:
        return Refusal("QuickBooks does not have this invoice any more; the next sync takes it off the list.")
    except QuickBooksError as error:
        return Refusal(f"QuickBooks did not answer: {error} What was read last stays.")
    return "Read from QuickBooks just now."


def _read_of(record: dict[str, object], invoice: Invoice, at: datetime) -> InvoiceRead:
    currency = invoice.total.currency
    detail = record.get("TxnTaxDetail")
    tax = detail.get("TotalTax") if isinstance(detail, dict) else None
    memo = record.get("CustomerMemo")
    return InvoiceRead(
        sync_token=str(record.get("SyncToken", "0")),
        lines=tuple(
            {
                "says": one.says,
                "amount": str(one.amount),
                "quantity": None if one.quantity is None else str(one.quantity),
                "price": None if one.price is None else str(one.price),
            }
            for one in papers.lines(record)
        ),
        memo=str(record.get("PrivateNote") or ""),
        message=str(memo.get("value") or "") if isinstance(memo, dict) else "",
        tax=Money(tax if isinstance(tax, Decimal) else Decimal(0), currency),
        read_at=at,
    )
