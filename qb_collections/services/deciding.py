"""Decide a whole company for one day: gather the cases, decide each, put the words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from qb_collections.core import admission, cycles, start
from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.identity import facts_hash
from qb_collections.core.intents import SENT_KINDS, State
from qb_collections.core.money import total
from qb_collections.core.quick import changed, quick
from qb_collections.core.silence import CONTACTS, silenced
from qb_collections.messages.facts import HandOver
from qb_collections.services import calling, composing, first_list, handing_over
from qb_collections.services.context import Context
from qb_collections.services.effects import Draft
from qb_collections.services.no_collector import no_collector
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voice, Voices
from qb_collections.store import cases, first_look, intents, mirror, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.policies import StoredPolicy

CASES_AT_ONCE = 1000
_UNCLEAR = (State.SENDING, State.UNKNOWN, State.PARKED)
Key = tuple[str, str]


@quick
@dataclass(frozen=True, slots=True)
class Decided:
    """One customer's case, the decision, and the words that go with it."""

    case: Case
    decision: Decision
    draft: Draft
    facts: str  # hash of the decision and its words: equal means the preview was right
    edited: tuple[str, str] | None = None  # the words of ours that a person's replaced, and who

    @property
    def key(self) -> Key:
        return self.case.customer.id, self.case.currency


@dataclass(frozen=True, slots=True)
class Night:
    """All that was decided for one date, under which rules."""

    on: date
    book: Rulebook
    decided: tuple[Decided, ...]
    settled: tuple[Key, ...] = ()  # looked at, and nothing is open any more


@no_collector()
def decide_company(
    context: Context,
    company: Company,
    on: date,
    *,
    everybody: bool = False,
    draft: StoredPolicy | None = None,
) -> Night:
    """Every customer whose next look is due on that date, or everybody.  Reads only.

    Until contacting has begun everybody is decided: what was late before is spread over all of them.
    draft: a policy that is not in force, in the place of the company's own.
    """
    everybody = everybody or company.live_since_on is None
    with reading(context.engine) as conn:
        book, voices = Rulebook(conn, company, on, draft=draft), Voices(conn, company)
        looked_at = [case for chunk in _cases(conn, company, on, everybody=everybody) for case in chunk]
        unclear = _unclear(conn, company)
        first_day = _first_day(conn, company, book, on, {case.customer.id for case in looked_at})
        look = first_look.of(conn, company.id)
    found = [case for case in looked_at if case.invoices]
    settled = tuple((case.customer.id, case.currency) for case in looked_at if not case.invoices)
    if company.live_since_on is None:
        starts = _backlog_starts(book, first_list.tried(look, found), on)
        found = [start.with_start(case, starts) for case in found]
    found = [in_cycle(book, case, on) for case in found]
    decisions = [_clear(case, decide(case, book.rules(case), on), unclear, on) for case in found]
    with reading(context.engine) as conn:
        decisions = calling.within_limits(conn, company, zip(found, decisions, strict=True), on)
    decisions = [first_list.on_trial(look, decision) for decision in decisions]
    if first_day is not None:
        next_on = book.calendar.next_open(book.calendar.add_business_days(on, 1))
        decisions = start.cap_first_night(decisions, first_day.cap, next_on, first_day.taken, company.locale)
    cards = handing_over.cards(context, company, book, zip(found, decisions, strict=True), on)
    decided = tuple(
        _with_words(
            company,
            case,
            decision,
            on,
            cards.get((case.customer.id, case.currency)),
            voices.of(case.customer.id),
        )
        for case, decision in zip(found, decisions, strict=True)
    )
    return Night(on, book, decided, settled)


@dataclass(frozen=True, slots=True)
class _FirstDay:
    cap: int  # contacts of the first live day
    taken: int  # of these, decided earlier that day about others


def _first_day(
    conn: Connection, company: Company, book: Rulebook, on: date, looked_at: set[str]
) -> _FirstDay | None:
    """The first live day's number, counted over all who owe; None on every later day."""
    if company.live_since_on not in (None, on):
        return None
    owing = mirror.owing(conn, company.id)
    heads = {one.id for one in cases.billed_with(conn, company.id, owing).values()}
    cap = admission.first_night_cap(len(heads), book.policy.first_night)
    run = runs.latest(conn, company.id, "night")
    if run is None or run.on != on:
        return _FirstDay(cap, 0)
    earlier = runs.outcomes(conn, company.id, run.id)
    taken = sum(
        outcome in CONTACTS and customer not in looked_at for (customer, _), outcome in earlier.items()
    )
    return _FirstDay(cap, taken)


def in_cycle(book: Rulebook, case: Case, on: date) -> Case:
    """The case in the cycle that holds on that day; a cycle that begins takes the ladder of today."""
    cycle = cycles.advance(case, book.in_force(case).version, on)
    return case if cycle == case.cycle else changed(case, cycle=cycle)


def as_it_starts(conn: Connection, company: Company, book: Rulebook, case: Case, on: date) -> Case:
    """The case with the day that contacting would begin for it; as it is once contacting has begun."""
    if company.live_since_on is not None:
        return case
    every = [one for chunk in _cases(conn, company, on, everybody=True) for one in chunk if one.invoices]
    tried = first_list.tried(first_look.of(conn, company.id), every)
    return start.with_start(case, _backlog_starts(book, tried, on))


def _cases(conn: Connection, company: Company, on: date, *, everybody: bool) -> Iterator[list[Case]]:
    after = None
    due_by = None if everybody else on
    while keys := cases.due(conn, company.id, due_by, after=after, limit=CASES_AT_ONCE):
        yield cases.load(conn, company.id, keys, on)
        after = keys[-1]


def _backlog_starts(book: Rulebook, found: Sequence[Case], on: date) -> Mapping[Key, date]:
    """Who was late before contacting began, largest first over the spread's business days."""
    late = []
    for case in found:
        rules = book.rules(case)
        overdue = [invoice for invoice in case.invoices if invoice.due_on is not None and invoice.due_on < on]
        reached = [rules.reached_on(rules.first, i.due_on) for i in overdue if rules.first and i.due_on]
        if any(day < on for day in reached) and not any(contact.cycle for contact in case.contacts):
            owed = total((invoice.balance for invoice in overdue), case.currency)
            late.append(((case.customer.id, case.currency), owed))
    return admission.spread(late, on, book.calendar, book.policy.backlog.spread_business_days)


def _unclear(conn: Connection, company: Company) -> tuple[set[Key], set[Key]]:
    """To whom a message may have gone out and nobody knows; an answer is no step, and holds nothing up.

    Beside them, those who have what it was about by now, since customers were merged.
    """
    found = intents.list(conn, company.id, states=_UNCLEAR, kinds=SENT_KINDS)
    plans = [one.plan for one in found if not one.plan.get("answer")]
    theirs = {(plan["customer_id"], plan["currency"]) for plan in plans}
    owners = mirror.owners(conn, company.id, "Invoice", {id for plan in plans for id in plan["invoice_ids"]})
    have_it = {(owners[id], plan["currency"]) for plan in plans for id in plan["invoice_ids"] if id in owners}
    return theirs, have_it - theirs


def _clear(case: Case, decision: Decision, unclear: tuple[set[Key], set[Key]], on: date) -> Decision:
    """Nothing more is said while nobody knows whether the last message went out, whatever it was about.

    Whoever it was to is looked at again once that is answered; the others from night to night.
    """
    theirs, have_it = unclear
    key = case.customer.id, case.currency
    if decision.outcome not in CONTACTS or key not in theirs | have_it:
        return decision
    because = (
        "We could not see whether the last message went out, because no answer came. "
        "Nothing more goes out until a person has looked."
    )
    return silenced(decision, "unclear", because, None if key in theirs else on + timedelta(days=1))


def _with_words(
    company: Company, case: Case, decision: Decision, on: date, card: HandOver | None, voice: Voice
) -> Decided:
    draft = (
        composing.draft(company, case, decision, on, card, voice=voice)
        if decision.outcome is not Outcome.SILENCE
        else Draft(None, "", "")
    )
    return Decided(case, decision, draft, facts_hash(decision, draft.text, draft.to))
