"""What would be decided for one customer at this moment, as a page says it; in few statements.

A stored decision may be fulfilled already, so pages decide afresh.  When contacting begins for a customer
who was late before is asked of the last night or preview: it was worked out over everybody there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import start
from qb_collections.core.books import Customer
from qb_collections.core.call_limits import Limit, limit, limited
from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision, Finding
from qb_collections.core.rules import Rules
from qb_collections.core.silence import CONTACTS, silenced
from qb_collections.services import calling, first_list
from qb_collections.services.deciding import in_cycle
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, first_look, timeline
from qb_collections.store.companies import Company
from qb_collections.store.timeline import LastReason
from qb_collections.store.together import together

Key = tuple[str, str]
FIRST_NIGHT = "first night"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One customer's case, and the answer.  decision is None when nothing is open."""

    case: Case  # in its cycle, with the day on which contacting begins for it
    book: Rulebook
    rules: Rules
    decision: Decision | None
    unseen: Finding | None = None  # it waits because nobody has looked at its row of the first list
    no_call: Limit | None = None  # why nobody may ring today
    findings: Mapping[str, Finding] = field(default_factory=dict)  # by invoice


def of(
    conn: Connection,
    company: Company,
    family: Mapping[Key, Sequence[Customer]],
    today: date,
    *reads: Callable[[Connection], Any],
) -> tuple[Verdict, tuple[Any, ...]]:
    """The verdict for one family as `billed.family` read it, and what the other reads answer.

    Three statements, and one more where what an owner settled before the first message matters.
    """
    [key] = family
    members = [one.id for one in family[key]]
    loaded, book, last, look, made, *others = together(
        conn,
        lambda conn: cases.load(conn, company.id, [key], today, family),
        lambda conn: Rulebook(conn, company, today),
        lambda conn: _last(conn, company, key),
        lambda conn: first_look.of(conn, company.id),
        lambda conn: calling.tried(conn, company, members, today),
        *reads,
    )
    case = loaded[0]
    rules = book.rules(case)
    if not case.invoices:
        return Verdict(case, book, rules, None), tuple(others)
    case = in_cycle(book, _as_it_starts(case, rules, last, today), today)
    rules = book.rules(case)
    decided = decide(case, rules, today)
    tried = [one for some in made.values() for one in some]
    no_call = limit(case, tried, today, company.locale)
    decided = limited(decided, case, tried, today, company.locale)
    decision = _as_it_is_let(first_list.on_trial(look, decided), last)
    unseen = first_list.unseen(conn, company, look, decision)
    findings = {one.invoice_id: one for one in decision.findings if one.invoice_id is not None}
    return Verdict(case, book, rules, decision, unseen, no_call, findings), tuple(others)


def _last(conn: Connection, company: Company, key: Key) -> LastReason | None:
    """What the last look at everybody said; of interest until contacting has begun."""
    return None if company.live_since_on is not None else timeline.last_reason(conn, company.id, *key)


def _as_it_starts(case: Case, rules: Rules, last: LastReason | None, today: date) -> Case:
    """Who was late before contacting begins has a day of its own, worked out over everybody."""
    if last is None or last.gate != "stage" or last.review_on is None or case.start_on is not None:
        return case
    first = rules.first
    reached = first is not None and any(
        one.due_on is not None and one.due_on < today and rules.reached_on(first, one.due_on) < today
        for one in case.invoices
    )
    if not reached or any(contact.cycle for contact in case.contacts):
        return case
    return start.with_start(case, {(case.customer.id, case.currency): last.review_on})


def _as_it_is_let(decision: Decision, last: LastReason | None) -> Decision:
    """The first day has few contacts: who waits for the days after it still does."""
    if last is None or last.gate != FIRST_NIGHT or decision.outcome not in CONTACTS:
        return decision
    return silenced(decision, FIRST_NIGHT, last.reason, last.review_on)
