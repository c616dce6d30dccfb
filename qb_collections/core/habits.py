"""What a night may rest on of how a customer has paid so far, as it stood at the end of one day.

The days are those of core.traits, of what had been entered by then.  Documents that were changed
afterwards count as they are now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from qb_collections.core.books import Invoice
from qb_collections.core.case import Habit
from qb_collections.core.past import Past, PastInvoice
from qb_collections.core.traits import days_late, latest_day, usual_day

LAST = 6  # so many of the latest invoices say whether somebody is often late
Key = tuple[str, str]  # head of a case, currency


@dataclass(frozen=True, slots=True)
class Known:
    """One customer; the last six are those that are paid, or open and late, the latest due."""

    habit: Habit
    known_of_last: int = 0
    late_of_last: int = 0
    first_invoice_id: str | None = None  # the earliest one

    @property
    def often_late(self) -> bool:
        """Late on at least half of the last ones."""
        return self.known_of_last > 0 and self.late_of_last * 2 >= self.known_of_last


@dataclass(frozen=True, slots=True)
class Habits:
    """A whole company."""

    on: date
    since_on: date
    customers: Mapping[Key, Known] = field(default_factory=dict)
    usual_total: Mapping[str, Decimal] = field(default_factory=dict)  # median of its invoices, by currency


def ends_on(today: date) -> date:
    """The Sunday before the week of that day: what was known then holds for the week's nights."""
    return today - timedelta(days=today.weekday() + 1)


def habits(past: Past, on: date) -> Habits | None:
    """Everybody's, as known at the end of that day; None while payment history has not been read whole.

    past has plan documents looked through.
    """
    since_on = past.since_on
    if since_on is None:
        return None
    known_by = past.start_of(on + timedelta(days=1))
    every: dict[Key, list[PastInvoice]] = defaultdict(list)
    totals: dict[str, list[Decimal]] = defaultdict(list)
    for one in past.invoices:
        invoice = one.invoice
        if invoice.issued_on > on or (one.recorded_at is not None and one.recorded_at >= known_by):
            continue
        currency = invoice.total.currency
        every[past.head(invoice.customer_id), currency].append(_as_known(one, known_by))
        if invoice.issued_on >= since_on and invoice.total.amount > 0:
            totals[currency].append(invoice.total.amount)
    return Habits(
        on,
        since_on,
        {key: _known(found, since_on, on) for key, found in every.items()},
        {currency: median(amounts) for currency, amounts in totals.items()},
    )


def early_ids(
    invoices: Sequence[Invoice], known: Known | None, usual_total: Decimal | None, today: date
) -> frozenset[str]:
    """Open invoices of one case for which a copy before the due date is a courtesy, not a suspicion.

    At least as large as the company's usual invoice, and the customer's first, or of one who was late on
    half of the last six.  Of a customer who is new this week the first is the earliest that is open.
    """
    if usual_total is None:
        return frozenset()
    ahead = [
        one
        for one in invoices
        if one.due_on is not None and one.due_on >= today and one.balance.amount >= usual_total
    ]
    if not ahead:
        return frozenset()
    if known is not None and known.often_late:
        return frozenset(one.id for one in ahead)
    first_id = known.first_invoice_id if known is not None else None
    if first_id is None:
        first_id = min(invoices, key=_age).id
    return frozenset(one.id for one in ahead if one.id == first_id)


def changed(before: Mapping[Key, Known], after: Mapping[Key, Known]) -> set[Key]:
    """Whose facts are not what they were."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _as_known(one: PastInvoice, known_by: datetime) -> PastInvoice:
    known = tuple(a for a in one.applied if a.known_at is None or a.known_at < known_by)
    return one if len(known) == len(one.applied) else replace(one, applied=known)


def _known(found: Sequence[PastInvoice], since_on: date, on: date) -> Known:
    late: list[int] = []
    last: list[tuple[date, int, str, bool]] = []
    for one in found:
        due_on = one.invoice.due_on
        if due_on is None or one.invoice.issued_on < since_on:
            continue
        days = days_late(one, on)
        if days is not None:
            late.append(days)
        elif one.settled_on(on) is not None or due_on >= on:
            continue
        last.append((due_on, len(one.invoice.id), one.invoice.id, days is None or days > 0))
    last = sorted(last)[-LAST:]
    first = min((one.invoice for one in found), key=_age)
    return Known(
        Habit(usual_day(late), latest_day(late), len(late)),
        known_of_last=len(last),
        late_of_last=sum(was_late for *_, was_late in last),
        first_invoice_id=first.id,
    )


def _age(invoice: Invoice) -> tuple[date, int, str]:
    return invoice.issued_on, len(invoice.id), invoice.id
