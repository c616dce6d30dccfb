"""Promises to pay: how long one holds, what became of it, and what is said while it holds.

A promise is judged by money that came in from the day it was made through its last grace day,
by the payments' own dates and however they were applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from qb_collections.core.case import Case, Cycle, Hold, HoldKind
from qb_collections.core.decision import Finding
from qb_collections.core.rules import Rules
from qb_collections.core.wording import count_text, day_text, fit


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    PART_KEPT = "part-kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"  # a person lifted it before its end


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a promise by a day."""

    promise: Hold
    state: PromiseState
    received: Decimal  # from the day it was made through its last grace day

    @property
    def promised_on(self) -> date:
        return day_of(self.promise)


def day_of(promise: Hold) -> date:
    """The promised day; a promise without one holds like one for the day it was made."""
    return promise.until_on or promise.placed_on


def last_day(promise: Hold, rules: Rules) -> date:
    """The last grace day."""
    return rules.calendar.add_business_days(day_of(promise), rules.policy.promises.grace_business_days)


def is_over(promise: Hold, rules: Rules, today: date) -> bool:
    """The grace is over."""
    return today > last_day(promise, rules)


def judge(promise: Hold, case: Case, rules: Rules, today: date) -> Judged:
    """Kept as soon as what was promised has come; else open through the last grace day.

    Without an amount all of what it was about is promised: its invoice, or all that is due by its day.
    Where nothing is due by then it holds while nothing has come: they spoke of what falls due later.
    """
    last = last_day(promise, rules)
    received = sum(
        (one.amount.amount for one in case.receipts if promise.placed_on <= one.on <= last), Decimal(0)
    )
    owes = any(invoice.balance.amount > 0 for invoice in case.invoices)
    came_in = _came_in(promise, case, received) and not (
        today <= last and speaks_of_later(promise, received, owes=owes)
    )
    state = state_of(last, today, received, came_in=came_in)
    return Judged(promise, state, received)


def state_of(last_on: date, today: date, received: Decimal, *, came_in: bool) -> PromiseState:
    """came_in: what was promised has come.  last_on: the last grace day."""
    if came_in:
        return PromiseState.KEPT
    if today <= last_on:
        return PromiseState.OPEN
    return PromiseState.PART_KEPT if received > 0 else PromiseState.BROKEN


def speaks_of_later(promise: Hold, received: Decimal, *, owes: bool) -> bool:
    """Of the whole account, without a sum, and nothing has come since they said it."""
    return promise.amount is None and promise.invoice_id is None and owes and not received


def open_promise(promises: Iterable[Hold], case: Case, rules: Rules, today: date) -> Hold | None:
    """The promise that holds longest, if one still holds today."""
    holding = [one for one in promises if judge(one, case, rules, today).state is PromiseState.OPEN]
    return max(holding, key=lambda promise: last_day(promise, rules), default=None)


def latest_missed(
    promises: Iterable[Hold], case: Case, rules: Rules, today: date, invoice_ids: Collection[str]
) -> Judged | None:
    """The latest promise about these invoices that was broken, or kept in part only."""
    about = latest_about(promises, invoice_ids, case.cycle)
    judged = judge(about, case, rules, today) if about is not None else None
    if judged is None or judged.state not in (PromiseState.PART_KEPT, PromiseState.BROKEN):
        return None
    return judged


def broken_in_cycle(case: Case, rules: Rules, today: date, invoice_ids: Collection[str]) -> list[Judged]:
    """Promises about these invoices that were broken, the one that ended last at the end."""
    made = [hold for hold in case.holds if hold.kind is HoldKind.PROMISE]
    about = [one for one in made if _is_about(one, invoice_ids, case.cycle)]
    judged = [judge(one, case, rules, today) for one in about]
    broken = [one for one in judged if one.state is PromiseState.BROKEN]
    return sorted(broken, key=lambda one: (last_day(one.promise, rules), one.promise.id))


def latest_about(promises: Iterable[Hold], invoice_ids: Collection[str], cycle: Cycle | None) -> Hold | None:
    """The promise with the latest day that was made about one of these invoices, or about the whole account.

    One about the whole account speaks of this cycle only: what was promised before it began is settled since.
    """
    about = [promise for promise in promises if _is_about(promise, invoice_ids, cycle)]
    return max(about, key=day_of, default=None)


def waiting(promise: Hold, rules: Rules, today: date, invoice_id: str) -> Finding:
    """The finding while a promise holds: through its last grace day; we look again the day after."""
    last = last_day(promise, rules)
    review_on = last + timedelta(days=1)
    amount = f"{rules.money(promise.amount)} " if promise.amount is not None else "to pay "
    grace = rules.policy.promises.grace_business_days
    wait = f"We wait through {day_text(last, today.year, rules.locale)}"
    if grace:
        wait += f", {count_text(grace, 'business day')} after,"
    because = (
        f"Left alone: they promised {amount}by {day_text(day_of(promise), today.year, rules.locale)}. "
        f"{wait} and look again on {day_text(review_on, today.year, rules.locale)}."
    )
    return Finding("promise", fit(because), True, review_on, invoice_id)


def _is_about(promise: Hold, invoice_ids: Collection[str], cycle: Cycle | None) -> bool:
    if promise.invoice_id is not None:
        return promise.invoice_id in invoice_ids
    return cycle is None or promise.placed_on >= cycle.started_on


def _came_in(promise: Hold, case: Case, received: Decimal) -> bool:
    if promise.amount is not None and promise.amount.currency == case.currency:
        return received >= promise.amount.amount
    if promise.invoice_id is not None:
        return all(invoice.id != promise.invoice_id for invoice in case.invoices)
    due_by = day_of(promise)
    return not any(
        invoice.due_on is not None and invoice.due_on <= due_by and invoice.balance.amount > 0
        for invoice in case.invoices
    )
