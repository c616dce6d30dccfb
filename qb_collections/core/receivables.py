"""QuickBooks' receivables against our documents: every cent of a difference named, or left unexplained.

An invoice's balance, an unapplied payment and a credit memo's rest are ours to know.  A journal entry, a
deposit or an expense booked to receivables is in none of them, so no reminder is ever about it
(plan-accounting.md, 27).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
DOCUMENTS = ("Invoice", "Payment", "CreditMemo")


class TieState(StrEnum):
    EQUAL = "equal"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Open:
    """One open document of a customer; credits are negative."""

    kind: str  # Invoice, Payment, CreditMemo, or QuickBooks' own words for anything else
    id: str
    customer_id: str
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the difference: what it is, how much, and the documents' numbers."""

    kind: str
    amount: Decimal
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tied:
    """One currency: what QuickBooks reports, what our documents say, and what the difference is made of."""

    currency: str
    reported: Decimal
    ours: Decimal
    parts: tuple[Part, ...] = ()
    unexplained: Decimal = ZERO  # the sum over customers of what is left, regardless of sign

    @property
    def state(self) -> TieState:
        if self.unexplained:
            return TieState.UNEXPLAINED
        return TieState.EXPLAINED if self.parts else TieState.EQUAL


def apart(reported: Mapping[str, Decimal], ours: Mapping[str, Decimal]) -> list[str]:
    """The customers whose two figures differ."""
    ids = reported.keys() | ours.keys()
    return sorted(id for id in ids if reported.get(id, ZERO) != ours.get(id, ZERO))


def tie(
    currency: str,
    reported: Mapping[str, Decimal],
    ours: Mapping[str, Decimal],
    detail: Sequence[Open] = (),
    known: Iterable[Open] = (),
) -> Tied:
    """Compare one currency, customer by customer, so that two mistakes never hide each other.

    detail is what QuickBooks lists open for the customers that are apart, known the same
    from our documents.  What only QuickBooks lists and is none of our kinds explains its own amount.  A
    document of our kinds that differs, and what the listing itself leaves over, stays unexplained.
    """
    mine = {(one.kind, one.id): one for one in known}
    parts: dict[str, list[Open]] = {}
    explained: dict[str, Decimal] = {}
    for one in detail:
        if one.kind not in DOCUMENTS and (one.kind, one.id) not in mine:
            parts.setdefault(one.kind, []).append(one)
            explained[one.customer_id] = explained.get(one.customer_id, ZERO) + one.amount
    left = ZERO
    for id in apart(reported, ours):
        left += abs(reported.get(id, ZERO) - ours.get(id, ZERO) - explained.get(id, ZERO))
    return Tied(
        currency,
        sum(reported.values(), ZERO),
        sum(ours.values(), ZERO),
        tuple(
            Part(kind, sum((one.amount for one in some), ZERO), tuple(one.number or one.id for one in some))
            for kind, some in sorted(parts.items())
        ),
        left,
    )
