"""What ending a plan in a foreign currency does to cents at home, worked out before anything is touched.

QuickBooks rounds each amount at home, and a document gives its home amount up in the proportion in which it
is paid.  So parts of a document may come to a cent more or less than the whole.  Two things follow.

On clearing nothing may stay: what was paid stays as installments, and a memo of the same sum has to be worth
the same.  Where it is not, the plan is ended by adding documents of equal lines (plan-accounting.md, 5).

Between a memo and what it is set against the cent is exchange gain or loss.  It cannot be avoided, so it is
told (9); the proportion is the emulator's, as QuickBooks does not say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qb_collections.core.money import Money, quantum
from qb_collections.core.plan_classes import Weights
from qb_collections.core.plan_home_cents import booked_lines, home, in_lines

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rates:
    """How amounts of a plan are worth something at home."""

    currency: str
    rate: Decimal
    home_currency: str
    by: Weights = ()


@dataclass(frozen=True, slots=True)
class PartThen:
    """An installment as QuickBooks has it: of our lines so much, and of that so much paid."""

    record: Mapping[str, Any]
    own: Decimal
    kept: Decimal


def comes_out_even(kept: Sequence[Decimal], at: Rates) -> bool:
    """Whether a memo of what stays is worth what stays, however QuickBooks rounds."""
    parts = [Money(one, at.currency) for one in kept if one]
    whole = home(Money(sum(kept, ZERO), at.currency), at.rate, at.home_currency)
    by_line = sum((in_lines(one, at.rate, at.home_currency, at.by) for one in parts), ZERO)
    by_document = sum((home(one, at.rate, at.home_currency) for one in parts), ZERO)
    return whole == by_line == by_document


def gains(
    parts: Sequence[PartThen],
    originals: Sequence[tuple[Mapping[str, Any], Decimal, Decimal]],
    at: Rates,
    *,
    added: bool,
) -> tuple[Decimal, ...]:
    """Exchange gain (below zero: loss) that the ending books at home; two answers where it hangs on whether
    QuickBooks rounds lines or documents.

    originals: with what the plan took of each, and what is given back to it of the memo that stays.
    added: documents are added over the plan instead of taking it out.
    """
    found = []
    for by_line in (True, False):
        if added:
            found.append(_by_adding(parts, at, by_line))
        else:
            found.append(_in_place(parts, originals, at, by_line))
    return tuple(dict.fromkeys(found))


def _by_adding(parts: Sequence[PartThen], at: Rates, by_line: bool) -> Decimal:
    rest = sum((one.own - one.kept for one in parts), ZERO)
    released = ZERO
    for one in parts:
        paid = _paid(one.record)
        released += _share(one.record, paid + one.own - one.kept, at, by_line)
        released -= _share(one.record, paid, at, by_line)
    return _worth(rest, at, by_line) - released


def _in_place(
    parts: Sequence[PartThen],
    originals: Sequence[tuple[Mapping[str, Any], Decimal, Decimal]],
    at: Rates,
    by_line: bool,
) -> Decimal:
    memo = sum((_worth(one.kept, at, by_line) for one in parts if one.kept), ZERO)
    released = ZERO
    for record, taken, given in originals:
        before = _paid(record) - taken
        released += _share(record, before + given, at, by_line) - _share(record, before, at, by_line)
    again = ZERO  # a smaller installment gives up what was paid on it in another proportion
    for one in parts:
        if 0 < one.kept < one.own:
            less = _worth(one.own, at, by_line) - _worth(one.kept, at, by_line)
            again += _share(one.record, _paid(one.record), at, by_line)
            again -= _share(one.record, _paid(one.record), at, by_line, without=one.own - one.kept, less=less)
    return memo - released + again


def _share(
    record: Mapping[str, Any],
    done: Decimal,
    at: Rates,
    by_line: bool,
    *,
    without: Decimal = ZERO,
    less: Decimal = ZERO,
) -> Decimal:
    """What a document has given up at home once so much of it is paid, rounded half up.

    without, less: an amount, and its worth, that the document no longer has.
    """
    total = _amount(record, "TotalAmt")
    if by_line:
        whole = sum(
            (
                sign * home(Money(one, at.currency), at.rate, at.home_currency)
                for sign, one in booked_lines(record)
            ),
            ZERO,
        )
        whole -= less
    else:
        whole = home(Money(total - without, at.currency), at.rate, at.home_currency)
    left = total - without
    return (whole * done / left).quantize(quantum(at.home_currency), ROUND_HALF_UP) if left else ZERO


def _worth(amount: Decimal, at: Rates, by_line: bool) -> Decimal:
    part = Money(amount, at.currency)
    return (
        in_lines(part, at.rate, at.home_currency, at.by) if by_line else home(part, at.rate, at.home_currency)
    )


def _paid(record: Mapping[str, Any]) -> Decimal:
    return _amount(record, "TotalAmt") - _amount(record, "Balance")


def _amount(record: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(record.get(name) or 0))
