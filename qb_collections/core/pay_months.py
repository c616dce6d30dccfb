"""How long invoices took to be paid, month by month of their payment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low

from qb_collections.core.past import PastInvoice

MONTHS = 12
TERMS_OF = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PayMonth:
    """Invoices whose last money came in this month.  None: there were none."""

    first_on: date
    invoices: int
    amount: Decimal  # what they came to
    median_days: int | None  # from the invoice's own date; of an even number the lower of the two
    late_days: int | None  # median from the due date, negative before it; those without one are left out


def pay_months(invoices: Iterable[PastInvoice], on: date, months: int = MONTHS) -> tuple[PayMonth, ...]:
    """The month of that day and those before it, the earliest first; what was paid by credit alone is out.

    An invoice that is still open is in none of them: a month in which many old ones are paid at last
    looks slow.
    """
    firsts = _firsts(on, months)
    paid: dict[date, list[tuple[int, int | None, Decimal]]] = {first: [] for first in firsts}
    for one in invoices:
        paid_on = one.paid_on(on)
        if paid_on is None or paid_on.replace(day=1) not in paid:
            continue
        due_on = one.invoice.due_on
        late = (paid_on - due_on).days if due_on is not None else None
        days = (paid_on - one.invoice.issued_on).days
        paid[paid_on.replace(day=1)].append((days, late, one.invoice.total.amount))
    return tuple(_month(first, paid[first]) for first in firsts)


def terms_days(invoices: Iterable[PastInvoice], on: date) -> int | None:
    """How many days the terms allow: the median of a year's invoices, of an even number the lower of the two.

    None: none of them has a due date.
    """
    allowed = [
        (one.invoice.due_on - one.invoice.issued_on).days
        for one in invoices
        if one.invoice.due_on is not None and timedelta() <= on - one.invoice.issued_on < TERMS_OF
    ]
    return median_low(allowed) if allowed else None


def _month(first: date, paid: list[tuple[int, int | None, Decimal]]) -> PayMonth:
    late = [one for _, one, _ in paid if one is not None]
    return PayMonth(
        first,
        len(paid),
        sum((amount for _, _, amount in paid), Decimal(0)),
        median_low(days for days, _, _ in paid) if paid else None,
        median_low(late) if late else None,
    )


def _firsts(on: date, months: int) -> list[date]:
    first, found = on.replace(day=1), []
    for _ in range(months):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]
