"""How often a customer may be contacted: the gap and the caps, over all channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from qb_collections.core.case import Case, Contact, ContactKind, CustomerKind
from qb_collections.core.policy import Policy


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap that is full: so many contacts in so many days, free again on a day."""

    window_days: int
    at_most: int
    free_on: date


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one customer may hear from us: days between contacts, and (window in days, most in it)."""

    gap_days: int
    caps: tuple[tuple[int, int], ...]


def allowed(case: Case, policy: Policy) -> Allowed:
    return allowed_for(case.kind, policy)


def allowed_for(kind: CustomerKind, policy: Policy) -> Allowed:
    """The policy's limits; for all who are not known to be a company the stricter ones."""
    limits, private = policy.limits, policy.private_persons
    if kind.is_company:
        return Allowed(limits.contact_gap_days, limits.caps)
    stricter = {7: private.at_most_in_7_days, 30: private.at_most_in_30_days}
    caps = tuple((window, min(most, stricter.get(window, most))) for window, most in limits.caps)
    return Allowed(max(limits.contact_gap_days, private.contact_gap_days), caps)


def counted(case: Case) -> list[Contact]:
    """The contacts that count, oldest first: all but answers.

    A message that QuickBooks sent without us counts from the due date of an open invoice
    of it on: the bill itself is not a reminder.  Without any invoice (a statement) it counts.
    A contact by a sister company at the same address counts like one of ours.
    """
    found = [contact for contact in case.contacts if _counts(case, contact)]
    found += [Contact(day, ContactKind.FOREIGN, None, None, None, ()) for day in case.contacted_elsewhere]
    found.sort(key=lambda contact: contact.on)
    return found


def gap_ends_on(contacts: list[Contact], gap_days: int) -> date | None:
    """The first day far enough from the last contact; None when there was none."""
    return contacts[-1].on + timedelta(days=gap_days) if contacts else None


def full_cap(contacts: list[Contact], limits: Allowed, today: date) -> Cap | None:
    """The cap that is free last, if one is full today.

    n days before and the day itself make no window of n days: a contact on the 1st leaves
    a window of 7 days on the 8th.
    """
    full = []
    for window_days, at_most in limits.caps:
        if len(contacts) >= at_most:
            free_on = contacts[-at_most].on + timedelta(days=window_days)
            if free_on > today:
                full.append(Cap(window_days, at_most, free_on))
    return max(full, key=lambda cap: cap.free_on, default=None)


def _counts(case: Case, contact: Contact) -> bool:
    if contact.kind is ContactKind.ANSWER:
        return False
    if contact.kind is not ContactKind.FOREIGN or not contact.invoice_ids:
        return True
    about = [invoice for invoice in case.invoices if invoice.id in contact.invoice_ids]
    return any(invoice.due_on is not None and contact.on >= invoice.due_on for invoice in about)
