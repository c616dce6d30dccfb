"""The figures of receivables, one formula each (field.md, section 6).  Pure arithmetic; None: undefined.

Ratios are exact decimals, never rounded here.  What goes in is worked out in core/standing.py from the
balances of a past day; one currency at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")
_EDGES = (0, 30, 60, 90)


def bucket(overdue_days: int) -> str:
    """The aging bucket.  An edge belongs to the lower one: 30 days is 1-30, 0 is current."""
    return next(
        (name for name, edge in zip(BUCKETS, _EDGES, strict=False) if overdue_days <= edge), BUCKETS[-1]
    )


def simple_dso(open_end: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Receivables at the end over credit sales of the period, in days.  Undefined without sales."""
    return open_end / sales * days if sales > 0 else None


def best_possible_dso(current_end: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """The same if nothing were overdue."""
    return simple_dso(current_end, sales, days)


def average_days_delinquent(dso: Decimal | None, best: Decimal | None) -> Decimal | None:
    return dso - best if dso is not None and best is not None else None


def countback_dso(open_end: Decimal, months: Sequence[tuple[Decimal, int]]) -> Decimal | None:
    """Take months of sales off the receivables, the latest first, and count their days; the last pro rata.

    months: (credit sales, days) of each month, latest first.  Undefined when the months do not reach
    back far enough.
    """
    left, days = open_end, ZERO
    if left <= 0:
        return ZERO
    for sales, length in months:
        if left <= sales:
            return days + left / sales * length
        left -= max(sales, ZERO)
        days += length
    return None


def collective_effectiveness(
    open_begin: Decimal, sales: Decimal, open_end: Decimal, current_end: Decimal
) -> Decimal | None:
    """CEI, percent: what was collected of what could have been.  Undefined when nothing could."""
    could = open_begin + sales - current_end
    return (open_begin + sales - open_end) / could * HUNDRED if could > 0 else None


def turnover(sales: Decimal, open_begin: Decimal, open_end: Decimal) -> Decimal | None:
    average = (open_begin + open_end) / 2
    return sales / average if average > 0 else None


def average_payment_delay(paid: Iterable[tuple[Decimal, int]]) -> Decimal | None:
    """Days from due to paid, weighed by amount: (amount, days) each; unpaid ones with their days so far."""
    parts = list(paid)
    whole = sum((amount for amount, _ in parts), ZERO)
    return sum((amount * days for amount, days in parts), ZERO) / whole if whole > 0 else None


def delay_band(delay: Decimal) -> str:
    """A to 30 days, B to 60, C to 90, then D."""
    return next((band for band, edge in zip("ABC", (30, 60, 90), strict=True) if delay <= edge), "D")


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Part of whole; undefined when there is no whole."""
    return Decimal(part) / Decimal(whole) if whole > 0 else None


def share_kept(promised_and_received: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Promises kept by amount: a part received counts in part, more than promised as all."""
    parts = list(promised_and_received)
    whole = sum((promised for promised, _ in parts), ZERO)
    return ratio(sum((min(promised, got) for promised, got in parts), ZERO), whole)
