"""What became of promises to pay: judged by money that came in, however it was applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.past import ZERO, Past, PastInvoice
from qb_collections.core.promises import PromiseState
from qb_collections.core.traits import Kept


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise to pay, whose it is, and until when it was left standing."""

    hold: Hold
    customer_id: str
    lifted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    promise: Promise
    state: PromiseState
    promised: Decimal
    received: Decimal
    currency: str


def judge(
    past: Past, promises: Iterable[Promise], last_day: Callable[[date], date], on: date
) -> list[Judged]:
    """Each promise made by that day, judged at its end.

    last_day: the last grace day of a promised day.  Kept: at least the promised amount was received
    from the day of the promise through the last grace day, by the payments' own dates.  Without an
    amount the promise was about what was owed when it was made.  One that a person lifted before its
    end is withdrawn, unless it had been kept by then.
    """
    money = _money_by_head(past)
    invoices: dict[str, list[PastInvoice]] = {}
    for one in past.invoices:
        invoices.setdefault(past.head(one.invoice.customer_id), []).append(one)
    judged = []
    for promise in promises:
        hold = promise.hold
        if hold.kind is not HoldKind.PROMISE or hold.placed_on > on:
            continue
        head = past.head(promise.customer_id)
        currency = hold.amount.currency if hold.amount else _currency(past, head)
        promised = hold.amount.amount if hold.amount else _owed(invoices.get(head, []), hold)
        end = last_day(hold.until_on or hold.placed_on)
        until = min(end, on, promise.lifted_on or end)
        received = sum(
            (amount for day, amount in money.get(head, ()) if hold.placed_on <= day <= until), ZERO
        )
        judged.append(
            Judged(promise, _state(promise, promised, received, end, on), promised, received, currency)
        )
    return judged


def kept_by_customer(past: Past, judged: Iterable[Judged]) -> dict[str, Kept]:
    """Counts of the promises that are over, by head of case."""
    found: dict[str, list[PromiseState]] = {}
    for one in judged:
        found.setdefault(past.head(one.promise.customer_id), []).append(one.state)
    return {
        head: Kept(
            some.count(PromiseState.KEPT), some.count(PromiseState.PART_KEPT), some.count(PromiseState.BROKEN)
        )
        for head, some in found.items()
        if {PromiseState.KEPT, PromiseState.PART_KEPT, PromiseState.BROKEN} & set(some)
    }


def _state(promise: Promise, promised: Decimal, received: Decimal, end: date, on: date) -> PromiseState:
    if received >= promised > 0:
        return PromiseState.KEPT
    if promise.lifted_on is not None and promise.lifted_on <= min(on, end):
        return PromiseState.WITHDRAWN
    if on < end:
        return PromiseState.OPEN
    return PromiseState.PART_KEPT if received > 0 else PromiseState.BROKEN


def _money_by_head(past: Past) -> dict[str, list[tuple[date, Decimal]]]:
    found: dict[str, list[tuple[date, Decimal]]] = {}
    for one in past.payments:
        if one.payment.total.amount > 0:
            head = past.head(one.payment.customer_id)
            found.setdefault(head, []).append((one.payment.received_on, one.payment.total.amount))
    return found


def _owed(found: Sequence[PastInvoice], hold: Hold) -> Decimal:
    """What was owed on its invoice, or on all that was due by the promised day, before the promise."""
    by = hold.until_on or hold.placed_on
    return sum(
        (
            _balance_before(one, hold.placed_on)
            for one in found
            if (one.invoice.id == hold.invoice_id)
            or (hold.invoice_id is None and one.invoice.due_on is not None and one.invoice.due_on <= by)
        ),
        ZERO,
    )


def _balance_before(one: PastInvoice, day: date) -> Decimal:
    """At the start of the day: a payment of the same day keeps the promise."""
    if one.invoice.issued_on > day:
        return ZERO
    return max(one.invoice.total.amount - sum((a.amount for a in one.applied if a.on < day), ZERO), ZERO)


def _currency(past: Past, head: str) -> str:
    customer = past.customers.get(head)
    return customer.currency if customer else ""
