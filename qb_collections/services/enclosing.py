"""What goes with a message of ours: copies of its invoices while it asks, a statement once it is firm."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.core.case import Case
from qb_collections.core.decision import Decision
from qb_collections.messages import wording
from qb_collections.messages.library import Library
from qb_collections.messages.mime import ENCLOSED_COUNT_MAX, Enclosed
from qb_collections.messages.reminders import STEPS
from qb_collections.messages.words import say
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.gateway import Gateway

_COPIES = ("S0", "S1")  # by the step whose text it is
_PDF_HEAD = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of one invoice, as QuickBooks prints it."""

    invoice_id: str
    number: str


def wanted(case: Case, decision: Decision) -> tuple[Copy, ...]:
    """The copies that the step's message encloses; none where there would be more than one message carries.

    Only what leaves by itself encloses anything: a person who sends by hand is told of no file.
    """
    step = STEPS[decision.template] if decision.template else None
    if not decision.mailed or decision.backlog or step not in _COPIES:
        return ()
    by_id = {invoice.id: invoice for invoice in case.invoices}
    copies = tuple(Copy(one, by_id[one].label) for one in decision.invoice_ids if one in by_id)
    return copies if len(copies) <= ENCLOSED_COUNT_MAX else ()


def names(copies: tuple[Copy, ...], locale: str, library: Library | None = None) -> tuple[str, ...]:
    """What the text says is enclosed, in the customer's language."""
    if not copies:
        return ()
    if len(copies) == 1:
        return (say("invoice_copy", locale, library, number=copies[0].number),)
    numbers = wording.and_list([copy.number for copy in copies], locale)
    return (say("invoice_copies", locale, library, numbers=numbers),)


def fetch(gateway: Gateway, copies: tuple[Copy, ...]) -> list[Enclosed]:
    """The files themselves.  Raises QuickBooksError; Unreadable for what is no PDF."""
    return [Enclosed(f"Invoice {copy.number}.pdf", _pdf(gateway, copy)) for copy in copies]


def _pdf(gateway: Gateway, copy: Copy) -> bytes:
    content = gateway.invoice_pdf(copy.invoice_id)
    if not content.startswith(_PDF_HEAD):
        raise Unreadable(detail=f"asked for the PDF of invoice {copy.invoice_id}, got something else")
    return content
