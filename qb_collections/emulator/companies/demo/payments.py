"""Group the money of the demo's invoices into payments: one for each payer and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from qb_collections.emulator.companies.demo.bills import Bill
from qb_collections.emulator.companies.demo.history import payer_of

ZONE = ZoneInfo("America/New_York")

# Banks are closed; money that would come then comes the day after.
CLOSED = frozenset(
    {date(2025, 11, 27), date(2025, 12, 25), date(2026, 1, 1), date(2026, 11, 26), date(2026, 12, 25)}
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment: who, when, how, and how much for which of the bills (by position)."""

    payer: str
    at: datetime
    method: str
    reference: str | None
    parts: tuple[tuple[int, Decimal], ...]
    whole: bool  # all that is left of each bill, and not a sum on account

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.parts), Decimal())


def receipts(bills: tuple[Bill, ...], seed: int) -> tuple[Receipt, ...]:
    """Return all payments in the order of their time, those after day 0 too."""
    parts: dict[tuple[str, date, time | None], list[tuple[int, Decimal]]] = {}
    on_account: set[tuple[str, date, time | None]] = set()
    for position, bill in enumerate(bills):
        left = bill.total
        for paying in bill.payings:
            amount = left if paying.amount is None else paying.amount
            on = paying.on + timedelta(days=1) if paying.on in CLOSED else paying.on
            key = (payer_of(bill), on, paying.at)
            parts.setdefault(key, []).append((position, amount))
            if paying.amount is not None:
                on_account.add(key)
            left -= amount
        assert left >= 0, f"{bill.customer} pays more than {bill.total}"
    rng = Random(seed + 1)
    return tuple(
        sorted(
            (
                _receipt(key, tuple(shares), key not in on_account, rng)
                for key, shares in sorted(parts.items(), key=lambda item: (item[0][1], item[0][0]))
            ),
            key=lambda receipt: receipt.at,
        )
    )


def _receipt(
    key: tuple[str, date, time | None], shares: tuple[tuple[int, Decimal], ...], whole: bool, rng: Random
) -> Receipt:
    payer, on, at = key
    method = rng.choices(("Check", "ACH", "Credit Card"), (6, 3, 1))[0]
    reference = str(rng.randint(1100, 9899)) if method == "Check" else None
    afternoon = time(13 + rng.randint(0, 2), rng.randint(0, 44))
    return Receipt(payer, datetime.combine(on, at or afternoon, ZONE), method, reference, shares, whole)
