"""How an invoice's balance came to be what it is: issued, paid, credited, and what was said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money
from qb_collections.store.contacts import StoredContact
from qb_collections.store.invoice_history import Applied

SAID = {
    "reminder": "You wrote to them",
    "call": "You spoke with them",
    "answer": "You answered them",
    "notice": "You wrote about the plan",
    "foreign": "QuickBooks e-mailed a copy, not through us",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to it.  change is None where it was spoken of; on, where no day is known."""

    on: date | None
    says: str
    change: Money | None
    balance: Money  # after it
    to: str | None = None


def of(
    invoice: Invoice,
    applied: Sequence[Applied],
    contacts: Sequence[StoredContact],
    plans: Mapping[str, str],
) -> tuple[Moment, ...]:
    """The earliest first; the last balance is the one of today.

    plans: labels by the credit memo that moved the balance.  What QuickBooks took off otherwise, by a
    deposit or a journal entry, has no day here and stands last.
    """
    happened: list[tuple[date, int, str, Money | None, str | None]] = [
        (one.contact.on, 2, SAID[one.contact.kind.value], None, one.recipient) for one in contacts
    ]
    undated: list[tuple[str, Money]] = []
    for one in applied:
        says, less = _says(one, plans), Money(-one.amount.amount, one.amount.currency)
        if one.on is None:
            undated.append((says, less))
        else:
            happened.append((max(one.on, invoice.issued_on), 1, says, less, None))
    happened.append((invoice.issued_on, 0, "Issued", invoice.total, None))
    balance = Money(Decimal(0), invoice.total.currency)
    moments = []
    for on, _, says, change, to in sorted(happened, key=lambda one: one[:2]):
        balance = balance if change is None else balance + change
        moments.append(Moment(on, says, change, balance, to))
    for says, less in undated:
        balance = balance + less
        moments.append(Moment(None, says, less, balance))
    rest = invoice.balance - balance
    if rest and not invoice.voided:
        says = "Taken off in QuickBooks otherwise" if rest.amount < 0 else "Put back in QuickBooks"
        moments.append(Moment(None, says, rest, invoice.balance))
    return tuple(moments)


def _says(one: Applied, plans: Mapping[str, str]) -> str:
    if one.memo_id is not None and (one.brought is None or not one.brought):
        label = plans.get(one.memo_id)
        return f"Moved to payment plan {label}" if label else f"Credit memo {one.memo or one.memo_id} applied"
    return "Paid" if one.brought is None or one.brought == one.amount else "Paid, as part of a larger payment"
