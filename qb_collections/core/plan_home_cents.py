"""Installments in a foreign currency whose home amounts add up to the home amount of the whole.

Each document is rounded to home cents on its own, so equal installments may come to a cent more or less
than the balances they stand for; that cent would stay on the clearing account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qb_collections.core.money import Money, quantum
from qb_collections.core.plan_classes import Weights, shared

SHIFTS_MAX = 60  # of one smallest unit each


def home(amount: Money, rate: Decimal, home_currency: str) -> Decimal:
    """The amount in the home currency, rounded as QuickBooks rounds: half a cent away from zero."""
    return (amount.amount * rate).quantize(quantum(home_currency), ROUND_HALF_UP)


def in_lines(part: Money, rate: Decimal, home_currency: str, by: Weights = ()) -> Decimal:
    """What a document of this amount comes to at home: each of its lines, one for a class, is rounded."""
    return sum((home(share, rate, home_currency) for _, share in shared(part, by)), Decimal(0))


def residue(
    parts: Iterable[Money],
    whole: Money,
    rate: Decimal,
    home_currency: str,
    *,
    by: Weights = (),
    target: Decimal | None = None,
) -> Decimal:
    """What the parts come to beyond the whole, in the home currency.

    by: the classes that each part is shared out to.  target: what the whole is worth at home, where the
    books say so themselves.
    """
    split = sum((in_lines(part, rate, home_currency, by) for part in parts), Decimal(0))
    return split - (home(whole, rate, home_currency) if target is None else target)


def adding_up(
    parts: Sequence[Money],
    rate: Decimal,
    home_currency: str,
    *,
    by: Weights = (),
    target: Decimal | None = None,
) -> tuple[Money, ...] | None:
    """The parts with single units moved between them until nothing is left over; None if no way is found.

    Their sum stays exactly what it was.
    """

    def left_over(found: Sequence[Money]) -> Decimal:
        """By lines and by documents: which of the two QuickBooks rounds is not known."""
        lines = residue(found, whole, rate, home_currency, by=by, target=target)
        return (
            abs(lines) + abs(residue(found, whole, rate, home_currency, target=target)) if by else abs(lines)
        )

    unit = quantum(parts[0].currency)
    whole = Money(sum((part.amount for part in parts), Decimal(0)), parts[0].currency)
    amounts = [part.amount for part in parts]
    for _ in range(SHIFTS_MAX):
        found = tuple(Money(amount, whole.currency) for amount in amounts)
        left = left_over(found)
        if not left:
            return found
        better = _shift(amounts, unit, whole.currency, left_over, left)
        if better is None:
            return None
        amounts = better
    return None


def worth(records: Iterable[Mapping[str, Any]], rate: Decimal, home_currency: str) -> Decimal | None:
    """What the open balances of these invoices are worth at home; None where that hangs on a rounding.

    QuickBooks does not say whether it rounds each line or the document, nor what a part-paid one has given
    up, so all have to agree, and so has the sum of the balances.
    """
    by_balance = by_document = by_line = Decimal(0)
    balances: list[Money] = []
    for record in records:
        currency = str((record.get("CurrencyRef") or {}).get("value") or home_currency)
        total, balance = (Decimal(str(record.get(name) or 0)) for name in ("TotalAmt", "Balance"))
        balances.append(Money(balance, currency))
        by_balance += home(balances[-1], rate, home_currency)
        lines = sum(
            (
                sign * home(Money(amount, currency), rate, home_currency)
                for sign, amount in booked_lines(record)
            ),
            Decimal(0),
        )
        share = (total - balance) / total if total else Decimal(0)
        document = home(Money(total, currency), rate, home_currency)
        by_line += lines - home(Money(lines * share, home_currency), Decimal(1), home_currency)
        by_document += document - home(Money(document * share, home_currency), Decimal(1), home_currency)
    if not balances:
        return None
    together = Money(sum((one.amount for one in balances), Decimal(0)), balances[0].currency)
    agreed = {by_balance, by_document, by_line, home(together, rate, home_currency)}
    return by_balance if len(agreed) == 1 else None


def booked_lines(record: Mapping[str, Any]) -> Iterator[tuple[int, Decimal]]:
    """(sign, amount) of each line that is booked: sold, taxed, taken off."""
    for line in record.get("Line") or ():
        kind = line.get("DetailType")
        if kind in ("SalesItemLineDetail", "DiscountLineDetail"):
            yield 1 if kind == "SalesItemLineDetail" else -1, Decimal(str(line.get("Amount") or 0))
    yield from tax_lines(record)


def tax_lines(record: Mapping[str, Any]) -> Iterator[tuple[int, Decimal]]:
    """The same of the lines that are tax."""
    for line in (record.get("TxnTaxDetail") or {}).get("TaxLine") or ():
        yield 1, Decimal(str(line.get("Amount") or 0))


def _shift(
    amounts: Sequence[Decimal],
    unit: Decimal,
    currency: str,
    left_over: Callable[[Sequence[Money]], Decimal],
    worst: Decimal,
) -> list[Decimal] | None:
    """One unit moved from a later part to an earlier one, or the other way, so that less is left over."""
    for giver in reversed(range(len(amounts))):
        for taker in range(len(amounts)):
            if giver == taker or amounts[giver] <= unit:
                continue
            moved = [*amounts]
            moved[giver] -= unit
            moved[taker] += unit
            if left_over([Money(amount, currency) for amount in moved]) < worst:
                return moved
    return None
