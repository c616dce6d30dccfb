"""A run as its page shows it: the headline, what can be chosen from, and fifty customers at a time.

Before a night it is tonight's list; after it, the report.  Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qb_collections.core import company_gates
from qb_collections.core.company_gates import CompanyState, Mode
from qb_collections.core.decision import Outcome
from qb_collections.core.intents import Approval, State
from qb_collections.services import books_current, run_words
from qb_collections.services.context import Context
from qb_collections.services.overview import NOTHING_LATE
from qb_collections.services.rulebook import parsed
from qb_collections.services.run_entries import Entry, entries, is_over
from qb_collections.services.run_words import Reason, counted
from qb_collections.store import policies, run_effects, run_rows
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.run_choice import BEFORE_IT_LEAVES, SPOKEN, YOURS, Choice
from qb_collections.store.run_effects import Otherwise, Total
from qb_collections.store.run_rows import Group, Head
from qb_collections.store.runs import Run

ROWS_A_PAGE = 50
OTHERWISE_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to look at a part of the list."""

    key: str
    words: str
    customers: int


@dataclass(frozen=True, slots=True)
class RunPage:
    run: Run
    past: bool  # a night: decided for good, and acted upon
    over: bool  # nothing can be said about it any more
    heading: str | None  # what holds it
    asks_about_books: bool
    word: str | None
    plan: str  # the same sentence before and after: a night with a preview repeats that one's
    why_silent: str | None
    came: str | None
    agrees: str | None  # a night: how it stands to its preview
    reasons: tuple[Reason, ...]
    filters: tuple[Filter, ...]
    chosen: Filter
    why: Reason | None  # of those left alone, the reason that was chosen
    entries: tuple[Entry, ...]
    page: int  # from 1
    pages: int
    to_approve: int
    otherwise: tuple[Otherwise, ...]
    other_id: int | None
    newer_id: int | None
    answers: int  # owed by this night; a preview's are worked out when asked for
    wrote: int  # what can be taken back


def page_of(
    context: Context, company: Company, run_id: int, *, show: str = "all", why: str = "", page: int = 1
) -> RunPage:
    """One page of one run.  Unknown choices show everybody; raises LookupError where there is no such run."""
    with reading(context.engine) as conn:
        head = run_rows.head(conn, company.id, run_id)
        past = head.run.kind == "night"
        groups = run_rows.groups(conn, company.id, run_id, acted=past)
        previewed = None
        if past and head.other_id:
            previewed = run_rows.groups(conn, company.id, head.other_id, acted=False)
        totals = run_effects.totals(conn, company.id, run_id) if past else []
        otherwise = run_effects.differences(conn, company.id, run_id, limit=OTHERWISE_SHOWN) if past else []
        filters = _filters(company, head, groups)
        chosen = next((one for one in filters if one.key == show), filters[0])
        reasons = run_words.reasons(groups, company.locale)
        reason = next((one for one in reasons if one.gate == why and chosen.key in ("all", "alone")), None)
        total = reason.customers if reason else chosen.customers
        pages = max(-(-total // ROWS_A_PAGE), 1)
        page = min(max(page, 1), pages)
        rows = run_rows.rows(
            conn,
            company.id,
            run_id,
            _choice(company, head, chosen.key, reason),
            acted=past,
            limit=ROWS_A_PAGE,
            offset=(page - 1) * ROWS_A_PAGE,
        )
        lines = run_effects.lines(conn, company.id, [one.decision_id for one in rows])
        asked = [one.customer_id for one in rows]
        effects = run_effects.effects(conn, company.id, run_id, asked) if rows else []
        steps = _steps(policies.current(conn, company.id).text)
    drafts = next((one.customers for one in filters if one.key == "approve"), 0)
    return RunPage(
        run=head.run,
        past=past,
        over=is_over(head),
        heading=_heading(company, head.run),
        asks_about_books=books_current.asks(head.run),
        word=head.word,
        plan=run_words.the_plan(previewed or groups, company.locale),
        why_silent=run_words.why_silent(groups, past=past),
        came=run_words.what_came(groups, totals, company.locale) if past else None,
        agrees=_agrees(company, head, groups, otherwise) if past else None,
        reasons=reasons,
        filters=filters,
        chosen=chosen,
        why=reason,
        entries=entries(company, head, rows, lines, effects, steps),
        page=page,
        pages=pages,
        to_approve=_to_approve(company, head, totals) if past else drafts,
        otherwise=tuple(otherwise),
        other_id=head.other_id,
        newer_id=head.newer_id,
        answers=int(head.run.counts.get("answers", 0)),
        wrote=run_words.notes_written(totals),
    )


def entry_of(context: Context, company: Company, run_id: int, customer_id: str) -> tuple[Run, Entry]:
    """One customer of a run.  Raises LookupError where the run or the customer in it does not exist."""
    with reading(context.engine) as conn:
        head = run_rows.head(conn, company.id, run_id)
        acted = head.run.kind == "night"
        rows = run_rows.rows(conn, company.id, run_id, Choice(customer_id=customer_id), acted=acted, limit=1)
        if not rows:
            raise LookupError(f"customer {customer_id} is not in run {run_id}")
        lines = run_effects.lines(conn, company.id, [one.decision_id for one in rows])
        effects = run_effects.effects(conn, company.id, run_id, [customer_id])
        steps = _steps(policies.current(conn, company.id).text)
    return head.run, entries(company, head, rows, lines, effects, steps)[0]


def _heading(company: Company, run: Run) -> str | None:
    """What holds the whole run; that everything is stopped stands on every page."""
    if run.kind == "night" and run.state == "ended":
        return run.heading
    held = company_gates.judge(
        CompanyState(mode=company.mode, link=company.state, stopped_by=company.stopped_by)
    )
    if held is not None:
        return held.because
    return run.heading if run.kind == "night" else None


def _to_approve(company: Company, head: Head, totals: Sequence[Total]) -> int:
    """What of a night a yes would let go, answers included."""
    if is_over(head) or company.mode is Mode.SHADOW:
        return 0
    return sum(
        one.count for one in totals if one.approval is Approval.NEEDED and one.state in BEFORE_IT_LEAVES
    )


def _agrees(
    company: Company, head: Head, groups: Sequence[Group], otherwise: Sequence[Otherwise]
) -> str | None:
    """In one sentence whether the night did what its preview showed."""
    if head.other_id is None:
        return None
    whole = sum(one.customers for one in groups)
    everybody = run_words.figure(whole, company.locale)
    if not otherwise:
        who = f"all {everybody} customers who were looked at" if whole > 1 else "the one who was looked at"
        return f"Exactly as the preview said for {who}."
    same = run_words.figure(whole - counted(groups, lambda one: one.differs), company.locale)
    number = f"{len(otherwise)} or more" if len(otherwise) == OTHERWISE_SHOWN else str(len(otherwise))
    many = "1 differs" if len(otherwise) == 1 else f"{number} differ"
    return f"As the preview said for {same} of {everybody} who were looked at; {many}, and why stands below."


def _filters(company: Company, head: Head, groups: Sequence[Group]) -> tuple[Filter, ...]:
    """Everybody first; the others only where they have somebody."""
    past = head.run.kind == "night"
    waits = run_words.waits_for_yes if past else (lambda one: _draft_waits(company, one))
    waiting = 0 if is_over(head) else counted(groups, waits)
    found = [
        Filter("approve", "Wait for your yes", waiting if company.mode is not Mode.SHADOW else 0),
        Filter("wrong", "Went wrong", counted(groups, run_words.went_wrong)),
        Filter("message", "Messages", counted(groups, run_words.is_message)),
        Filter("call", "Calls", counted(groups, run_words.is_call)),
        Filter("yours", "For you to settle", counted(groups, run_words.is_yours)),
        Filter("done", "Done", counted(groups, run_words.is_done)),
        Filter("hour", "Wait for their hour", counted(groups, run_words.waits_for_hour)),
        Filter("off", "Ended without a contact", counted(groups, run_words.ended)),
        Filter("different", "Not as previewed", counted(groups, lambda one: one.differs)),
        Filter("alone", "Left alone", counted(groups, run_words.is_alone)),
        Filter("early", "Nothing late", counted(groups, run_words.is_early)),
    ]
    everybody = Filter("all", "Everybody", sum(one.customers for one in groups))
    return (everybody, *(one for one in found if one.customers))


def _draft_waits(company: Company, group: Group) -> bool:
    """A preview's draft that a yes is good for: without one it waits again in the night."""
    asks = company.mode is Mode.APPROVE or group.needs_yes
    return group.outcome in SPOKEN and asks and not group.approved


def _choice(company: Company, head: Head, key: str, reason: Reason | None) -> Choice:
    if reason is not None:
        return Choice(outcomes=(Outcome.SILENCE,), gates=(reason.gate,))
    if key == "approve" and head.run.kind == "preview":
        asks = None if company.mode is Mode.APPROVE else True
        return Choice(outcomes=SPOKEN, unapproved=True, needs_yes=asks)
    silent = (Outcome.SILENCE,)
    early = tuple(sorted(NOTHING_LATE))
    return {
        "approve": Choice(outcomes=SPOKEN, states=BEFORE_IT_LEAVES, approvals=(Approval.NEEDED,)),
        "wrong": Choice(outcomes=SPOKEN, states=run_words.UNCLEAR),
        "message": Choice(outcomes=(Outcome.REMIND,)),
        "call": Choice(outcomes=(Outcome.CALL,)),
        "yours": Choice(outcomes=YOURS),
        "done": Choice(outcomes=SPOKEN, states=(State.CONFIRMED,)),
        "hour": Choice(
            outcomes=SPOKEN,
            states=BEFORE_IT_LEAVES,
            approvals=(Approval.GIVEN, Approval.NOT_NEEDED),
            not_opened=True,
        ),
        "off": Choice(outcomes=SPOKEN, states=(State.CANCELLED,)),
        "different": Choice(differs=True),
        "alone": Choice(outcomes=silent, gates_not=early),
        "early": Choice(outcomes=silent, gates=early),
    }.get(key, Choice())


def _steps(text: str) -> dict[str, str]:
    return {stage.code: stage.name for stage in parsed(text).ladder}
