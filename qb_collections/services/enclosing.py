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
_STATEMENT = ("S4", "S5")
_PDF_HEAD = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of one invoice, as QuickBooks prints it."""

    invoice_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Enclosing:
    copies: tuple[Copy, ...] = ()
    statement: bool = False


NOTHING = Enclosing()


def wanted(case: Case, decision: Decision) -> Enclosing:
    """What the step's message encloses: copies, where there are not more than one message carries.

    Only what leaves by itself encloses anything: a person who sends by hand is told of no file.
    """
    step = STEPS.get(decision.template or "")
    if not decision.mailed or decision.backlog or step is None:
        return NOTHING
    if step in _STATEMENT:
        return Enclosing(statement=True)
    if step not in _COPIES or len(decision.invoice_ids) > ENCLOSED_COUNT_MAX:
        return NOTHING
    by_id = {invoice.id: invoice for invoice in case.invoices}
    return Enclosing(tuple(Copy(one, by_id[one].label) for one in decision.invoice_ids if one in by_id))


def names(enclosing: Enclosing, locale: str, library: Library | None = None) -> tuple[str, ...]:
    """What the text says is enclosed, in the customer's language."""
    if enclosing.statement:
        return (say("statement_enclosed", locale, library),)
    copies = enclosing.copies
    if not copies:
        return ()
    if len(copies) == 1:
        return (say("invoice_copy", locale, library, number=copies[0].number),)
    numbers = wording.and_list([copy.number for copy in copies], locale)
    return (say("invoice_copies", locale, library, numbers=numbers),)


def fetch(gateway: Gateway, copies: tuple[Copy, ...]) -> list[Enclosed]:
    """The copies themselves.  Raises QuickBooksError; Unreadable for what is no PDF."""
    return [Enclosed(f"Invoice {copy.number}.pdf", _pdf(gateway, copy)) for copy in copies]


def _pdf(gateway: Gateway, copy: Copy) -> bytes:
    content = gateway.invoice_pdf(copy.invoice_id)
    if not content.startswith(_PDF_HEAD):
        raise Unreadable(detail=f"asked for the PDF of invoice {copy.invoice_id}, got something else")
    return content
