"""Which promises to pay are due, and which were not kept: of one company or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from qb_collections.core import promises
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Hold
from qb_collections.core.money import Money
from qb_collections.core.promises import PromiseState
from qb_collections.core.quick import quick
from qb_collections.services import rulebook
from qb_collections.store import promised as stored
from qb_collections.store import worklist as lists
from qb_collections.store.companies import Company

# A promise of longer ago is history: what it was about has gone on since.
BACK = timedelta(days=60)


@quick
@dataclass(frozen=True, slots=True)
class Promise:
    """One promise and what became of it by the company's today."""

    company_id: int
    customer_id: str  # whose case it belongs to
    name: str
    currency: str
    hold: Hold
    state: PromiseState
    last_on: date  # the last grace day
    received: Money
    is_owed: bool  # something of what it was about is open still

    @property
    def promised_on(self) -> date:
        return promises.day_of(self.hold)


def standing(
    conn: Connection,
    companies: Sequence[Company],
    days: Mapping[int, date],
    *,
    texts: Mapping[int, str] | None = None,
    past: bool = False,
) -> list[Promise]:
    """Promises for a day of the last 60 or to come, the earliest first; days: each company's own today.

    Judged as on the customer's page, with the grace of the company's own policy: texts has that of each
    company, where the caller has read it.  past: only those for a day that is over.
    """
    if not companies:
        return []
    before = max(days.values()) if past else date.max
    found = stored.standing(conn, days.keys(), min(days.values()) - BACK, before)
    if not found:
        return []
    keys = {(one.company_id, one.head_id) for one in found}
    if texts is None:
        texts = lists.policies(conn, {one.company_id for one in found})
    came, oldest = stored.since_then(conn, keys, min(one.hold.placed_on for one in found))
    graces = {one.id: _grace(one, texts[one.id], days[one.id].year) for one in companies if one.id in texts}
    judged = []
    for one in found:
        today = days[one.company_id]
        if promises.day_of(one.hold) < today - BACK:
            continue
        calendar, grace_days = graces[one.company_id]
        key = one.company_id, one.head_id
        last_on = calendar.add_business_days(promises.day_of(one.hold), grace_days)
        received = sum(
            (
                amount.amount
                for on, amount in came.get(key, ())
                if one.hold.placed_on <= on <= last_on and amount.currency == one.currency
            ),
            Decimal(0),
        )
        came_in = _came_in(one, received, oldest.get(key)) and not (
            today <= last_on and promises.speaks_of_later(one.hold, received, owes=key in oldest)
        )
        state = promises.state_of(last_on, today, received, came_in=came_in)
        judged.append(
            Promise(
                one.company_id,
                one.head_id,
                one.name,
                one.currency,
                one.hold,
                state,
                last_on,
                Money(received, one.currency),
                one.invoice_open if one.invoice_open is not None else key in oldest,
            )
        )
    return judged


def _grace(company: Company, text: str, year: int) -> tuple[Calendar, int]:
    policy = rulebook.parsed(text)
    return rulebook.calendar_of(policy, company.country, year), policy.promises.grace_business_days


def _came_in(one: stored.Promised, received: Decimal, oldest_on: date | None) -> bool:
    if one.hold.amount is not None and one.hold.amount.currency == one.currency:
        return received >= one.hold.amount.amount
    if one.invoice_open is not None:
        return not one.invoice_open
    return oldest_on is None or oldest_on > promises.day_of(one.hold)
