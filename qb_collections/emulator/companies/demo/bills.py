"""One invoice of the demo company before it is written into QuickBooks, and how its lines are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

# Tennessee 7 % and Hamilton County 2.25 %; unverified, and the emulator's own figure everywhere.
TAX_RATE = Decimal("9.25")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """One sales line; item is a name in chart.ITEMS."""

    item: str
    text: str
    amount: Decimal
    taxed: bool = False


@dataclass(frozen=True, slots=True)
class Paying:
    """Money the customer sends for one invoice; amount None is all that is left of it."""

    on: date
    amount: Decimal | None = None
    at: time | None = None  # the hour where the story tells it, by the company's clock


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice: what it is for, when it is due, and when its money comes."""

    customer: str
    kind: str  # contract, call, job or progress
    issued_on: date
    due_on: date
    terms: str | None
    total: Decimal  # with tax
    lines: tuple[Line, ...]
    payings: tuple[Paying, ...] = ()
    po: str | None = None
    sent: bool = True
    voided: bool = False
    story: bool = False  # told in open_items, not drawn from the seed


def tax_on(lines: tuple[Line, ...]) -> Decimal:
    """Tax of the taxed lines together, in whole cents."""
    taxed = sum((line.amount for line in lines if line.taxed), Decimal())
    return (taxed * TAX_RATE / 100).quantize(CENT, ROUND_HALF_UP)


def with_parts(text: str, parts_text: str, total: Decimal, parts_share: int, taxed: bool) -> tuple[Line, ...]:
    """Split a total into labor, parts, and (where taxed) the tax on the parts.

    The parts are parts_share percent of the total; the labor takes what is left,
    so that lines and tax add up to the total to the cent.
    """
    parts = (total * parts_share / 100).quantize(CENT, ROUND_HALF_UP)
    item = "Equipment" if total >= 4000 else "Parts and refrigerant"
    parts_line = Line(item, parts_text, parts, taxed)
    labor = total - parts - tax_on((parts_line,))
    work = "Installation" if total >= 4000 else "Service labor"
    return (Line(work, text, labor), parts_line)
