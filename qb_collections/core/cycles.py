"""When a cycle begins, grows and ends.

A cycle begins with the first contact about, or the first overdue day of, an eligible invoice,
whichever comes first.  It ends when nothing overdue is left and every invoice contacted before
its due date is paid.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qb_collections.core.books import Invoice
from qb_collections.core.case import Case, Contact, ContactKind, Cycle
from qb_collections.core.invoice_gates import INVOICE_GATES
from qb_collections.core.ladder import said_in_cycle
from qb_collections.core.rules import Rules
from qb_collections.core.view import View, look


def advance(cycle: Cycle | None, case: Case, rules: Rules, today: date, policy_version: int) -> Cycle | None:
    """The cycle that holds today: the running one, a new one, or None when there is nothing to ask about.

    A cycle that ended makes room for a new one on the same day only when a new invoice has become late,
    and that is then one cycle going on.  Deciding a case needs it to carry the answer.
    """
    view = look(case, rules, today)
    if cycle is not None:
        return cycle if _goes_on(view, cycle) else None
    if any(_is_late(view, invoice) and _is_eligible(view, invoice) for invoice in case.invoices):
        return begun(case.next_cycle, today, policy_version)
    return None


def begun(number: int, today: date, policy_version: int) -> Cycle:
    return Cycle(number=number, started_on=today, stage=None, contacts=0, policy_version=policy_version)


def delivered(cycle: Cycle, contact: Contact) -> Cycle:
    """After a delivered contact: reminders and calls advance the cycle, all others leave it as it is."""
    if contact.kind not in (ContactKind.REMINDER, ContactKind.CALL):
        return cycle
    return replace(
        cycle, stage=contact.stage or cycle.stage, contacts=cycle.contacts + 1, missed_call_on=None
    )


def call_missed(cycle: Cycle, on: date) -> Cycle:
    """An unanswered call advances nothing; it opens the e-mail of the call's step."""
    return replace(cycle, missed_call_on=on)


def _goes_on(view: View, cycle: Cycle) -> bool:
    if any(_is_late(view, invoice) for invoice in view.case.invoices):
        return True
    said = said_in_cycle(replace(view.case, cycle=cycle))
    contacted = {one for contact in said for one in contact.invoice_ids}
    return any(_is_open(view, invoice) and invoice.id in contacted for invoice in view.case.invoices)


def _is_open(view: View, invoice: Invoice) -> bool:
    """Plan documents are looked through."""
    return not invoice.voided and invoice.balance.amount > 0 and invoice.id not in view.plan_of


def _is_late(view: View, invoice: Invoice) -> bool:
    return _is_open(view, invoice) and invoice.due_on is not None and invoice.due_on < view.today


def _is_eligible(view: View, invoice: Invoice) -> bool:
    return all(gate(view, invoice) is None for _, gate, _ in INVOICE_GATES)
