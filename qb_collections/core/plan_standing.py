"""Where a payment plan stands: on track, late, broken after the agreed days, or paid off.

Money is set against the payments oldest first, however it was applied in the books: who pays early, or
more than one payment at once, is ahead by as much, and who paid the right sum on the wrong installment
is not late (plan-accounting.md, 12 and 23).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from qb_collections.core.books import Invoice, Payment
from qb_collections.core.case import Case, Plan, PlanPart
from qb_collections.core.money import Money, total

_ZERO = Decimal(0)


class PlanState(StrEnum):
    ON_TRACK = "on_track"
    LATE = "late"
    BROKEN = "broken"
    PAID_OFF = "paid_off"


@dataclass(frozen=True, slots=True)
class PartDue:
    """A payment of the plan that has not come in full."""

    number: int
    due_on: date
    amount: Money  # of it still open


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A plan on one day.  A payment is missed from the day after its date on."""

    state: PlanState
    received: Money
    remaining: Money
    count: int
    next: PartDue | None  # the first payment still to come whose date is today or later
    missed: PartDue | None  # the oldest payment that is missing
    missed_amount: Money  # all that should have come by yesterday and has not
    missed_days: int  # since the date of the oldest; 0: nothing is missing
    broken_on: date | None  # the day on which the plan is, or will be, broken unless money comes
    paid: int  # payments that have come in full


def standing(plan: Plan, received: Money, today: date) -> PlanStanding:
    """Judge a plan by what has come in all.  The plan must know its payments.

    Broken from the day on that the agreement names, counted from the date of the oldest missing payment.
    """
    assert plan.parts, f"plan {plan.label} does not know its payments"
    currency = plan.parts[0].amount.currency
    still = _still_open(plan.parts, received)
    overdue = [one for one in still if one.due_on < today]
    missed = overdue[0] if overdue else None
    broken_on = missed.due_on + timedelta(days=plan.broken_after_days) if missed else None
    return PlanStanding(
        state=_state(still, missed, broken_on, today),
        received=received,
        remaining=total((one.amount for one in still), currency),
        count=len(plan.parts),
        next=next((one for one in still if one.due_on >= today), None),
        missed=missed,
        missed_amount=total((one.amount for one in overdue), currency),
        missed_days=(today - missed.due_on).days if missed else 0,
        broken_on=broken_on,
        paid=len(plan.parts) - len(still),
    )


def received(plan: Plan, invoices: Iterable[Invoice], payments: Iterable[Payment] = ()) -> Money:
    """What has come on a plan, from the open documents of its customer.

    That is what left the balances that the plan took in, and money of the customer that is on no document
    yet: it counts against the next payments.  An invoice that is not among the open ones is settled.  What a
    person added to one of our installments, such as a late fee, is not the plan's.
    """
    currency = plan.parts[0].amount.currency
    balances = {one.id: one.balance.amount for one in invoices if one.balance.currency == currency}
    held = (
        plan.taken
        if plan.overlay
        else [(one.invoice_id, one.amount) for one in plan.parts if one.invoice_id is not None]
    )
    came = sum((amount.amount - min(balances.get(id, _ZERO), amount.amount) for id, amount in held), _ZERO)
    return Money(came + unapplied(plan, payments).amount, currency)


def unapplied(plan: Plan, payments: Iterable[Payment]) -> Money:
    """Money received since the agreement that nobody has set against an invoice."""
    currency = plan.parts[0].amount.currency
    since = plan.agreed_on
    found = (
        one.unapplied
        for one in payments
        if one.unapplied.currency == currency and (since is None or one.received_on >= since)
    )
    return total(found, currency)


def of_case(plan: Plan, case: Case, today: date) -> PlanStanding | None:
    """The plan's standing from the case's documents; None when its payments are not known."""
    if not plan.parts or plan.parts[0].amount.currency != case.currency:
        return None
    return standing(plan, received(plan, case.invoices, case.payments), today)


def _still_open(parts: Iterable[PlanPart], received: Money) -> list[PartDue]:
    """What is left of each payment once the money is set against them, oldest first."""
    left = received.amount
    still = []
    for part in sorted(parts, key=lambda one: (one.due_on, one.number)):
        used = min(left, part.amount.amount)
        left -= used
        if used < part.amount.amount:
            open_amount = Money(part.amount.amount - used, part.amount.currency)
            still.append(PartDue(part.number, part.due_on, open_amount))
    return still


def _state(still: list[PartDue], missed: PartDue | None, broken_on: date | None, today: date) -> PlanState:
    if not still:
        return PlanState.PAID_OFF
    if missed is None or broken_on is None:
        return PlanState.ON_TRACK
    return PlanState.BROKEN if today >= broken_on else PlanState.LATE
