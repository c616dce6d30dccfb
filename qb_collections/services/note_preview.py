"""What a note would look like where customers see it: on a statement, with invoices of the company's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money, total
from qb_collections.messages.notes import note_line
from qb_collections.messages.template import TemplateRefused
from qb_collections.services.context import Context
from qb_collections.store import mirror, overview
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

KIND = "s2"  # a message about an account, the line that is written most
REF = "7F3A9C"  # a marker as ours are, of no note that exists
PHONE = "423-555-0143"  # reserved for made-up examples; shown until the company's own is known
INVOICES = 3


@dataclass(frozen=True, slots=True)
class NotePreview:
    """A statement of one customer, with the line that one of its invoices would carry."""

    customer: str
    on: date
    invoices: tuple[Invoice, ...]
    whole: Money
    line: str
    made_up_phone: bool


def note_preview(context: Context, company: Company) -> NotePreview | None:
    """Of the customer who owes most of what is late; None while nobody owes anything."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        owing = overview.owing(conn, company.id, today)
        if not owing:
            return None
        first = owing[0]
        invoices = mirror.open_invoices(conn, company.id, [first.customer_id])
    shown = tuple(one for one in invoices if one.balance.currency == first.currency)[:INVOICES]
    line = _line(company, company.contact_phone or PHONE, today)
    if line is None or not shown:
        return None
    return NotePreview(
        first.name or f"(customer {first.customer_id})",
        today,
        shown,
        total((one.balance for one in shown), first.currency),
        line,
        company.contact_phone is None,
    )


def _line(company: Company, phone: str, today: date) -> str | None:
    try:
        return note_line(KIND, on=today, phone=phone, ref=REF, locale=company.locale)
    except TemplateRefused:
        return None
