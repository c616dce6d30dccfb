"""What a person should know before choosing what comes after the last step, and whether steps could go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from qb_collections.core import promises
from qb_collections.core.case import Case, Hold, HoldKind
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.money import total
from qb_collections.core.past import Past
from qb_collections.core.promise_record import Promise, judge
from qb_collections.core.promises import PromiseState
from qb_collections.core.rules import Rules
from qb_collections.core.traits import days_late
from qb_collections.messages.facts import HandOver
from qb_collections.services import past as pasts
from qb_collections.services.context import Context
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import timeline
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

Key = tuple[str, str]
HOLDS_MAX = 1_000  # of one customer
_OVER = (PromiseState.KEPT, PromiseState.PART_KEPT, PromiseState.BROKEN)


def cards(
    context: Context, company: Company, book: Rulebook, decided: Iterable[tuple[Case, Decision]], on: date
) -> dict[Key, HandOver]:
    """A card for each decision that is left to a person; what was decided otherwise costs nothing."""
    left = [(case, decision) for case, decision in decided if decision.outcome is Outcome.DECIDE]
    if not left:
        return {}
    with reading(context.engine) as conn:
        return {
            (case.customer.id, case.currency): card(conn, company, book.rules(case), case, decision, on)
            for case, decision in left
        }


def card(
    conn: Connection, company: Company, rules: Rules, case: Case, decision: Decision, on: date
) -> HandOver:
    """Sales and lateness of the twelve months that end with that day, promises as they were judged."""
    members = case.members or frozenset({case.customer.id})
    past = pasts.of_account(conn, company, case.customer.id, members)
    known = past.since_on is not None and past.since_on <= _year_before(on)
    lateness = _lateness(past, case.currency, on) if known else None
    made, kept = _promises(conn, company, rules, past, members, on)
    return HandOver(
        why=decision.reason,
        known_from=past.since_on,
        bought=total(
            (
                one.invoice.total
                for one in past.of_currency(case.currency)
                if _year_before(on) < one.invoice.issued_on <= on
            ),
            case.currency,
        )
        if known
        else None,
        paid=len(lateness) if lateness is not None else None,
        late=sum(days > 0 for days in lateness) if lateness is not None else None,
        late_days=_half_by(lateness) if lateness is not None else None,
        promises_made=made,
        promises_kept=kept,
        can_go_on=bool(put_aside(case, rules, on)),
    )


def put_aside(case: Case, rules: Rules, on: date) -> list[Hold]:
    """The broken promises without which the steps would go on; none where they would not."""
    ids = [invoice.id for invoice in case.invoices]
    broken = [one.promise for one in promises.broken_in_cycle(case, rules, on, ids)]
    without = replace(case, holds=tuple(one for one in case.holds if one not in broken))
    goes_on = bool(broken) and decide(without, rules, on).outcome is not Outcome.DECIDE
    return broken if goes_on else []


def _lateness(past: Past, currency: str, on: date) -> list[int]:
    """Days from the due date to the last money, of the invoices paid in twelve months, in order."""
    found = []
    for one in past.of_currency(currency):
        paid_on, days = one.paid_on(on), days_late(one, on)
        if paid_on is not None and days is not None and paid_on > _year_before(on):
            found.append(days)
    return sorted(found)


def _half_by(lateness: list[int]) -> int | None:
    """At least half of the late ones came so many days late or more."""
    late = [days for days in lateness if days > 0]
    return late[len(late) // 2] if late else None


def _promises(
    conn: Connection, company: Company, rules: Rules, past: Past, members: Iterable[str], on: date
) -> tuple[int, int]:
    """How many promises have come to their end, and how many of them were kept."""
    made = [
        Promise(one.hold, one.customer_id, company.today(one.lifted_at) if one.lifted_at else None)
        for one in timeline.marks(conn, company.id, sorted(members), HOLDS_MAX)
        if one.hold.kind is HoldKind.PROMISE
    ]
    grace = rules.policy.promises.grace_business_days
    judged = judge(past, made, lambda day: rules.calendar.add_business_days(day, grace), on)
    over = [one.state for one in judged if one.state in _OVER]
    return len(over), over.count(PromiseState.KEPT)


def _year_before(on: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    return date(on.year - 1, on.month, 28 if (on.month, on.day) == (2, 29) else on.day)
