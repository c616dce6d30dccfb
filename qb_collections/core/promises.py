"""A promise to pay: how long it holds, and what it says once it has not been kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from qb_collections.core.case import Cycle, Hold
from qb_collections.core.decision import Finding
from qb_collections.core.rules import Rules
from qb_collections.core.wording import count_text, day_text, fit


def last_day(promise: Hold, rules: Rules) -> date:
    """The last grace day: a promise without a day holds like one for the day it was made."""
    promised_on = promise.until_on or promise.placed_on
    return rules.calendar.add_business_days(promised_on, rules.policy.promises.grace_business_days)


def open_promise(promises: Iterable[Hold], rules: Rules, today: date) -> Hold | None:
    """The promise that holds longest, if one still holds today."""
    holding = [promise for promise in promises if today <= last_day(promise, rules)]
    return max(holding, key=lambda promise: last_day(promise, rules), default=None)


def is_broken(promise: Hold, rules: Rules, today: date) -> bool:
    """The grace is over.  What came in by then is for the caller to weigh."""
    return today > last_day(promise, rules)


def latest_about(promises: Iterable[Hold], invoice_ids: Collection[str], cycle: Cycle | None) -> Hold | None:
    """The promise with the latest day that was made about one of these invoices, or about the whole account.

    One about the whole account speaks of this cycle only: what was promised before it began is settled since.
    """
    about = [
        promise
        for promise in promises
        if promise.invoice_id in invoice_ids
        or (promise.invoice_id is None and (cycle is None or promise.placed_on >= cycle.started_on))
    ]
    return max(about, key=lambda promise: promise.until_on or promise.placed_on, default=None)


def waiting(promise: Hold, rules: Rules, today: date, invoice_id: str) -> Finding:
    """The finding while a promise holds: through its last grace day; we look again the day after."""
    last = last_day(promise, rules)
    review_on = last + timedelta(days=1)
    year = today.year
    amount = f"{rules.money(promise.amount)} " if promise.amount is not None else "to pay "
    grace = rules.policy.promises.grace_business_days
    wait = f"We wait through {day_text(last, year)}"
    if grace:
        wait += f", {count_text(grace, 'business day')} after,"
    because = (
        f"Left alone: they promised {amount}by {day_text(promise.until_on or promise.placed_on, year)}. "
        f"{wait} and look again on {day_text(review_on, year)}."
    )
    return Finding("promise", fit(because), True, review_on, invoice_id)
