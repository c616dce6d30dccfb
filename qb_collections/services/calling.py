"""What is kept of calls, and the wall around them: who may be rung today, whatever the steps say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import Connection

from qb_collections.core.call_limits import WINDOW_DAYS, Limit, Tried, limit, limited
from qb_collections.core.case import Case
from qb_collections.core.decision import Decision, Outcome
from qb_collections.store import calls
from qb_collections.store.companies import Company


def within_limits(
    conn: Connection, company: Company, decided: Iterable[tuple[Case, Decision]], today: date
) -> list[Decision]:
    """The decisions in their order; a call that may not be made today is left out, with the reason.

    Without any call nothing is read.
    """
    pairs = list(decided)
    ringing = [case for case, decision in pairs if decision.outcome is Outcome.CALL]
    if not ringing:
        return [decision for _, decision in pairs]
    made = tried(conn, company, [one for case in ringing for one in _members(case)], today)
    return [
        limited(
            decision,
            case,
            [one for member in _members(case) for one in made.get(member, ())],
            today,
            company.locale,
        )
        for case, decision in pairs
    ]


def limit_of(conn: Connection, company: Company, case: Case, today: date) -> Limit | None:
    """What keeps us from ringing this customer today."""
    made = tried(conn, company, _members(case), today)
    return limit(case, [one for some in made.values() for one in some], today, company.locale)


def tried(
    conn: Connection, company: Company, customer_ids: Collection[str], today: date
) -> dict[str, list[Tried]]:
    """The calls that may keep somebody from ringing today, by customer."""
    found: dict[str, list[Tried]] = {}
    since = today - timedelta(days=WINDOW_DAYS)
    for customer_id, on, spoken in calls.days_of(conn, company.id, customer_ids, since):
        found.setdefault(customer_id, []).append(Tried(on, spoken))
    return found


def _members(case: Case) -> Collection[str]:
    return sorted(case.members or {case.customer.id})
