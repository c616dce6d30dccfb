"""When a cycle begins, grows and ends.

A cycle begins with the first contact about, or the first overdue day of, an eligible invoice,
whichever comes first.  It ends when nothing overdue is left and every invoice contacted before
its due date is paid.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qb_collections.core.books import Invoice
from qb_collections.core.case import Case, Contact, ContactKind, Cycle, Hold, HoldKind
from qb_collections.core.ladder import said_in_cycle
from qb_collections.core.view import plans_by_invoice

_KEEP_OUT = (
    *(HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.IN_TRANSIT, HoldKind.AUTOPAY),
    HoldKind.EXCLUSION,
)


def advance(case: Case, policy_version: int, today: date) -> Cycle | None:
    """The cycle that holds today: the running one, a new one, or None when there is nothing to ask about.

    A case is decided with this as its cycle; where it is None and a contact goes out all the same
    (a copy before the due date), that contact begins cycle case.next_cycle.
    """
    planned = plans_by_invoice(case) if case.plans else {}
    open_ones = [
        one for one in case.invoices if not one.voided and one.balance.amount > 0 and one.id not in planned
    ]
    late = [one for one in open_ones if one.due_on is not None and one.due_on < today]
    if case.cycle is not None:
        contacted = {one for contact in said_in_cycle(case) for one in contact.invoice_ids}
        goes_on = bool(late) or any(one.id in contacted for one in open_ones)
        return case.cycle if goes_on else None
    if case.holds:
        late = [one for one in late if not any(_keeps_out(hold, one, today) for hold in case.holds)]
    return begun(case.next_cycle, today, policy_version) if late else None


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


def _keeps_out(hold: Hold, invoice: Invoice, today: date) -> bool:
    """Whether a hold makes the invoice no reason to begin a cycle; its last day is the one a person named."""
    if hold.kind not in _KEEP_OUT or hold.invoice_id not in (None, invoice.id):
        return False
    return hold.until_on is None or today <= hold.until_on
