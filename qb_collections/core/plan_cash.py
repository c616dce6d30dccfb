"""What a plan brings forward on cash-basis reports: the open part of each original, on the plan day.

An application recognises a document's lines pro rata, and the parts add up to its lines exactly
(plan-accounting.md, 36): what earlier payments recognised is the running share, rounded half up, and the
plan recognises the rest.

In a foreign currency either each line is rounded at home, or the document is and its last line, the tax
where there is any, takes the difference.  Which of the two QuickBooks does is not known, so where they
differ both are told (plan-accounting.md, 37).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qb_collections.core.money import Money, quantum
from qb_collections.core.plan_home_cents import booked_lines, home, tax_lines

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Forward:
    """What income and tax rise by, in the currency of the reports."""

    income: Money
    tax: Money


def brought_forward(records: Iterable[Mapping[str, Any]], home_currency: str) -> tuple[Forward, ...]:
    """What these invoices, as QuickBooks has them now, bring forward: one answer, or two where it hangs on
    whether QuickBooks rounds lines or documents; that of lines first.
    """
    chosen = list(records)
    found = [_summed(chosen, home_currency, by_line) for by_line in (True, False)]
    return tuple(dict.fromkeys(found))


def _summed(records: Sequence[Mapping[str, Any]], home_currency: str, by_line: bool) -> Forward:
    income = tax = ZERO
    for record in records:
        total, balance = (Decimal(str(record.get(name) or 0)) for name in ("TotalAmt", "Balance"))
        if not total:
            continue
        whole, taxed = _at_home(record, total, home_currency, by_line)
        share = (whole - taxed) * (total - balance) / total
        left = whole - taxed - _rounded(share, home_currency)
        income += left
        tax += whole - _rounded(whole * (total - balance) / total, home_currency) - left
    return Forward(Money(income, home_currency), Money(tax, home_currency))


def _at_home(
    record: Mapping[str, Any], total: Decimal, home_currency: str, by_line: bool
) -> tuple[Decimal, Decimal]:
    """(total, tax) of an invoice in the home currency."""
    detail = record.get("TxnTaxDetail") or {}
    currency = str((record.get("CurrencyRef") or {}).get("value") or home_currency)
    if currency == home_currency:
        return total, Decimal(str(detail.get("TotalTax") or 0))
    rate = Decimal(str(record.get("ExchangeRate") or 1))

    def at_home(amounts: Iterable[tuple[int, Decimal]]) -> Decimal:
        return sum((sign * home(Money(one, currency), rate, home_currency) for sign, one in amounts), ZERO)

    taxed = list(tax_lines(record))
    lines, tax = at_home(booked_lines(record)), at_home(taxed)
    if by_line:
        return lines, tax
    whole = home(Money(total, currency), rate, home_currency)
    return whole, tax + whole - lines if taxed else tax


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(quantum(currency), ROUND_HALF_UP)
