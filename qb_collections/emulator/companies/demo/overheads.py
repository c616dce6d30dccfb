"""What the demo's company spends: one journal entry at each month's end, and the sales tax it pays on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from qb_collections.emulator.companies.demo.bills import CENT, Bill, tax_on
from qb_collections.emulator.companies.demo.days import months
from qb_collections.emulator.companies.demo.history import DAY_ZERO, FIRST_DAY
from qb_collections.emulator.companies.demo.payments import ZONE

OPENING = (Decimal("46500.00"), date(2025, 4, 30))  # in the bank when these books begin
_FIXED: tuple[tuple[str, Decimal], ...] = (
    ("Wages", Decimal("27940.00")),
    ("Rent", Decimal("2350.00")),
    ("Insurance", Decimal("1184.50")),
    ("Telephone and Internet", Decimal("412.18")),
    ("Professional Fees", Decimal("350.00")),
)
# Of what was billed in the month, without tax: material, fitters from outside, and fuel.
_SHARES: tuple[tuple[str, Decimal], ...] = (
    ("Cost of Goods Sold", Decimal("0.31")),
    ("Subcontractors", Decimal("0.06")),
    ("Fuel", Decimal("0.021")),
)


@dataclass(frozen=True, slots=True)
class Spending:
    """One journal entry out of the checking account: what it is for, and how much of each."""

    at: datetime
    note: str
    parts: tuple[tuple[str, Decimal], ...]


def spending(bills: Sequence[Bill], tax_account: str) -> list[Spending]:
    """Return the entries up to day 0: expenses at each month's end, last month's sales tax on the 20th."""
    found: list[Spending] = []
    for year, month in months(FIRST_DAY, DAY_ZERO):
        billed = [
            bill
            for bill in bills
            if not bill.voided and (bill.issued_on.year, bill.issued_on.month) == (year, month)
        ]
        tax = sum((tax_on(bill.lines) for bill in billed), Decimal())
        net = sum((bill.total for bill in billed), Decimal()) - tax
        following = date(year, month, 28) + timedelta(days=4)
        month_end = following - timedelta(days=following.day)
        name = f"{month_end:%B %Y}"
        found.append(Spending(_at(month_end), f"Expenses of {name}", _expenses(net)))
        if tax:
            due_on = following.replace(day=20)
            found.append(Spending(_at(due_on), f"Sales tax of {name}", ((tax_account, tax),)))
    return [entry for entry in found if entry.at.date() <= DAY_ZERO]


def _expenses(net: Decimal) -> tuple[tuple[str, Decimal], ...]:
    shares = tuple((account, (net * share).quantize(CENT, ROUND_HALF_UP)) for account, share in _SHARES)
    return tuple((account, amount) for account, amount in (*_FIXED, *shares) if amount)


def _at(on: date) -> datetime:
    return datetime.combine(on, time(15, 50), ZONE)
