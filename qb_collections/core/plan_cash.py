"""What a plan brings forward on cash-basis reports: the open part of each original, on the plan day.

An application recognises a document's lines pro rata, and the parts add up to its lines exactly
(plan-accounting.md, 36): what earlier payments recognised is the running share, rounded half up, and the
plan recognises the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qb_collections.core.money import Money, quantum
from qb_collections.core.plan_home_cents import booked_lines, home, tax_lines

ZERO = Decimal(0)


def brought_forward(records: Iterable[Mapping[str, Any]], home_currency: str) -> tuple[Money, Money]:
    """(income, tax), in the currency of the reports, of these invoices as QuickBooks has them now."""
    income = tax = ZERO
    for record in records:
        total, balance = (Decimal(str(record.get(name) or 0)) for name in ("TotalAmt", "Balance"))
        if not total:
            continue
        whole, taxed = _at_home(record, total, home_currency)
        share = (whole - taxed) * (total - balance) / total
        left = whole - taxed - _rounded(share, home_currency)
        income += left
        tax += whole - _rounded(whole * (total - balance) / total, home_currency) - left
    return Money(income, home_currency), Money(tax, home_currency)


def _at_home(record: Mapping[str, Any], total: Decimal, home_currency: str) -> tuple[Decimal, Decimal]:
    """(total, tax) of an invoice in the home currency, each line rounded by itself."""
    detail = record.get("TxnTaxDetail") or {}
    currency = str((record.get("CurrencyRef") or {}).get("value") or home_currency)
    if currency == home_currency:
        return total, Decimal(str(detail.get("TotalTax") or 0))
    rate = Decimal(str(record.get("ExchangeRate") or 1))

    def at_home(amounts: Iterable[tuple[int, Decimal]]) -> Decimal:
        return sum((sign * home(Money(one, currency), rate, home_currency) for sign, one in amounts), ZERO)

    return at_home(booked_lines(record)), at_home(tax_lines(record))


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(quantum(currency), ROUND_HALF_UP)
