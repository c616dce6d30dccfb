"""How a plan with documents in the books is ended: the next step, from what the books say now.

The unpaid part goes back to the originals (plan-accounting.md, 4): installments without money are voided,
one with some is made as large as that; our zero payment goes; our memo shrinks to what was paid, or goes;
what is left of it is applied to the originals, oldest first.  At no step does the customer owe more.
Customers' payments are never touched.

Over closed books nothing of the plan day can change, so documents are added instead (5): a memo for the
unpaid rest, applied to the installments, and one invoice for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

_ZERO = Decimal(0)


class How(StrEnum):
    VOID = "void"
    DELETE = "delete"
    REDUCE = "reduce"  # an installment, to what was paid on it
    SHRINK = "shrink"  # our memo, to what was paid on all
    APPLY = "apply"  # what is left of our memo, to the originals


@dataclass(frozen=True, slots=True)
class PartNow:
    """An installment as the books have it."""

    number: int
    id: str
    own: Decimal  # on our item
    total: Decimal  # with what others added, such as a late fee
    paid: Decimal  # total less balance

    @property
    def kept(self) -> Decimal:
        """What money stands on our line: that part of the plan is over, and stays."""
        return min(self.paid, self.own)


@dataclass(frozen=True, slots=True)
class Picture:
    """Our documents of one plan, as far as they are in the books."""

    parts: tuple[PartNow, ...]  # those that are not void
    memo: tuple[str, Decimal, Decimal] | None = None  # id, total, remaining
    applications: tuple[tuple[str, Decimal], ...] = field(default_factory=tuple)
    # zero payments that link our memo, with the amount of it that each applies; ours first
    numbered: bool = False  # invoices carry numbers: voided, so that the sequence keeps no hole

    @property
    def paid(self) -> Decimal:
        return sum((one.kept for one in self.parts), _ZERO)

    @property
    def unpaid(self) -> Decimal:
        return sum((one.own - one.kept for one in self.parts), _ZERO)


@dataclass(frozen=True, slots=True)
class Step:
    how: How
    kind: str  # Invoice, Payment, CreditMemo
    id: str  # of the document; of an application that is to be made, the memo's
    part: str
    number: int | None = None
    amount: Decimal | None = None  # what the document is to come to


def next_step(now: Picture) -> Step | None:
    """The one thing to do next; None when the plan is taken out of the books as far as it was not paid."""
    for one in sorted(now.parts, key=lambda part: part.number, reverse=True):
        if one.own > one.kept:
            part = f"installment-{one.number}"
            if one.kept or one.total > one.own:  # money, or somebody else's line, stands on it
                return Step(How.REDUCE, "Invoice", one.id, part, one.number, one.kept)
            how = How.VOID if now.numbered else How.DELETE
            return Step(how, "Invoice", one.id, part, one.number)
    if now.memo is None:
        return None
    memo_id, total, remaining = now.memo
    if total != now.paid:
        if now.applications:
            return Step(How.DELETE, "Payment", now.applications[0][0], "apply")
        if not now.paid:
            return Step(How.DELETE, "CreditMemo", memo_id, "memo")
        return Step(How.SHRINK, "CreditMemo", memo_id, "memo", None, now.paid)
    if remaining > 0:
        return Step(How.APPLY, "Payment", memo_id, "reapply", None, remaining)
    return None


def oldest_first(
    amount: Decimal, originals: Sequence[tuple[str, Decimal]]
) -> tuple[tuple[str, Decimal], ...]:
    """(invoice, amount): so much set against these balances in their order; what finds no room is left."""
    left, given = amount, []
    for invoice_id, balance in originals:
        part = min(left, balance)
        if part > 0:
            given.append((invoice_id, part))
            left -= part
    return tuple(given)
