"""How late a customer paid, invoice by invoice: a small chart, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from qb_collections.core.past import Past
from qb_collections.core.traits import days_late

SHOWN = 36  # paid invoices, the latest
LEFT, RIGHT, TOP, BOTTOM = 34, 434, 12, 162  # of the 440 by 190 that the chart is drawn in
TICKS = (1, 2, 5, 7, 14, 15, 30, 60, 90, 180, 365)  # days between two lines of the chart


@dataclass(frozen=True, slots=True)
class Point:
    """One paid invoice.  days from its due date, negative before it."""

    label: str
    invoice_id: str
    paid_on: date
    days: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class DaysLate:
    points: tuple[Point, ...]  # the earliest paid first
    median_days: int | float
    median_y: int
    due_y: int  # where paid on the due date lies
    lines: tuple[tuple[int, int], ...]  # (days, height) of the lines behind
    more: int  # paid invoices before these

    @property
    def first_on(self) -> date:
        return self.points[0].paid_on

    @property
    def last_on(self) -> date:
        return self.points[-1].paid_on


def of(past: Past, today: date) -> DaysLate | None:
    """None: nothing that was paid has a due date."""
    paid = sorted(
        (
            (paid_on, one.invoice.id, one.invoice.label, days)
            for one in past.invoices
            if (days := days_late(one, today)) is not None and (paid_on := one.paid_on(today)) is not None
        ),
    )
    if not paid:
        return None
    shown = paid[-SHOWN:]
    late = [days for *_, days in shown]
    low, high = min(0, *late), max(0, *late)
    step = next((one for one in TICKS if (high - low) <= 4 * one), TICKS[-1])
    low, high = low // step * step, -(-high // step) * step
    high = max(high, low + step)
    first, last = shown[0][0], shown[-1][0]
    span = max((last - first).days, 1)

    def height(days: float) -> int:
        return round(BOTTOM - (BOTTOM - TOP) * (days - low) / (high - low))

    points = tuple(
        Point(label, id, on, days, _x(on, first, span, len(shown)), height(days))
        for on, id, label, days in shown
    )
    middle = median(late)
    told = int(middle) if middle == int(middle) else middle
    return DaysLate(
        points,
        told,
        height(middle),
        height(0),
        tuple((days, height(days)) for days in range(low, high + 1, step)),
        len(paid) - len(shown),
    )


def _x(on: date, first: date, span: int, count: int) -> int:
    """By the day; a single one stands in the middle."""
    if count == 1:
        return (LEFT + RIGHT) // 2
    room = RIGHT - LEFT - 16
    return LEFT + 8 + room * (on - first).days // span
