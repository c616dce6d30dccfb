"""Holds: what a person knows and the books don't.  Which of them stand on a given day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qb_collections.core.books import Invoice
from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.rules import Rules

Holds = dict[HoldKind, list[Hold]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold that stands, and the day it ends by itself (None: only a person ends it)."""

    hold: Hold
    review_on: date | None


@dataclass(frozen=True, slots=True)
class Collected:
    """An invoice is collected by itself on a day, and we wait through another for the money."""

    hold: Hold
    on: date
    last_on: date


def by_kind(holds: Sequence[Hold]) -> Holds:
    kinds: Holds = {}
    for hold in holds:
        kinds.setdefault(hold.kind, []).append(hold)
    return kinds


def on_invoice(holds: Holds, kind: HoldKind, invoice_id: str) -> list[Hold]:
    """Those on the invoice or on the whole customer."""
    return [hold for hold in holds.get(kind, ()) if hold.invoice_id is None or hold.invoice_id == invoice_id]


def standing(hold: Hold, rules: Rules, today: date) -> Standing | None:
    """None once the hold's last day is over: it resumes by itself."""
    last = last_day(hold, rules)
    if last is None:
        return Standing(hold, None)
    return Standing(hold, last + timedelta(days=1)) if today <= last else None


def last_day(hold: Hold, rules: Rules) -> date | None:
    """The last day a hold stands.  "In the mail" and an angry word end by themselves, others when lifted."""
    if hold.until_on is not None:
        return hold.until_on
    terms = rules.policy.promises
    if hold.kind is HoldKind.IN_TRANSIT:
        return rules.calendar.add_business_days(hold.placed_on, terms.in_transit_business_days)
    if hold.kind is HoldKind.UPSET:
        return rules.calendar.add_business_days(hold.placed_on, terms.upset_business_days)
    return None


def collected(hold: Hold, invoice: Invoice, rules: Rules) -> Collected | None:
    """When an invoice under this hold is collected by itself; None: it is not.

    A collection that failed must not be silent for ever: without a day of its own an invoice waits through
    its due date and the days that a payment may take to arrive.  On a customer the hold's end is that of
    the arrangement: what falls due later is not collected by itself.
    """
    if invoice.due_on is None:
        return None
    if hold.invoice_id is not None and hold.until_on is not None:
        return Collected(hold, hold.until_on, hold.until_on)
    if hold.until_on is not None and invoice.due_on > hold.until_on:
        return None
    days = rules.policy.promises.in_transit_business_days
    return Collected(hold, invoice.due_on, rules.calendar.add_business_days(invoice.due_on, days))


def longest(holds: Sequence[Hold], rules: Rules, today: date) -> Standing | None:
    """The standing hold that ends last; one without an end outlasts every other."""
    found = [place for hold in holds if (place := standing(hold, rules, today)) is not None]
    return max(found, key=lambda place: place.review_on or date.max, default=None)
