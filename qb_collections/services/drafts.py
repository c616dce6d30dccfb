"""A person's hand on one draft of a run: other words, not this time, not before a day.

The change holds for that run, and for the night that a preview was made for, as long as facts and words
are those that the person saw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.case import Case, HoldKind
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.identity import facts_hash
from qb_collections.core.intents import CONTACT_KINDS, Intent, State
from qb_collections.core.silence import CONTACTS, silenced
from qb_collections.core.wording import day_text, fit, short
from qb_collections.messages.check import check
from qb_collections.services import answers, composing, finding, holds
from qb_collections.services.context import Context
from qb_collections.services.deciding import Decided, as_it_starts, in_cycle
from qb_collections.services.effects import Draft
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voice, Voices
from qb_collections.store import audit, cases, draft_changes, intents, runs, tasks
from qb_collections.store.companies import Company
from qb_collections.store.decision_rows import StoredDecision
from qb_collections.store.draft_changes import DraftChange
from qb_collections.store.engine import durable, reading
from qb_collections.store.runs import Run

TEXT_MAX = 8000
SUBJECT_MAX = 150


def edit(
    context: Context,
    company: Company,
    run_id: int | None,
    *,
    customer: str,
    subject: str | None,
    text: str,
    by: str,
) -> str | Refusal:
    """Put a person's words in the place of ours, after the same checks that ours pass.

    subject None keeps ours.  Refused when the figures are no longer those of the draft.
    """
    now = context.clock.now()
    found = _draft(context, company, run_id, customer)
    if isinstance(found, Refusal):
        return found
    if found.made.channel is Channel.QUICKBOOKS:
        return Refusal("QuickBooks sends this copy in its own words; there is nothing of ours to edit.")
    if found.made.outcome is not Outcome.REMIND:
        return Refusal("This is a sheet for you and not a message, so there is nothing to edit.")
    if not text.strip() or len(text) > TEXT_MAX:
        return Refusal(f"The message has {len(text)} characters; between 1 and {TEXT_MAX} will do.")
    words = composing.words(company, found.case, found.made, found.run.on, voice=found.voice)
    if words is None:
        return Refusal(f"{found.ours or ''}".strip() or "This text is not complete yet.")
    if words.draft.text != found.ours:
        return Refusal("The figures have changed since this was drafted. Preview again, then edit that.")
    subject = (subject or words.draft.subject).strip()
    if len(subject) > SUBJECT_MAX or "\n" in subject:
        return Refusal(f"The subject is one line of at most {SUBJECT_MAX} characters.")
    faults = check(replace(words.message, subject=subject, text=text), words.facts)
    if faults:
        return Refusal("It can't go out like this: " + " ".join(fault.what for fault in faults[:3]))
    text = text.rstrip() + "\n"
    with durable(context.engine) as conn:
        draft_changes.edit(
            conn,
            company.id,
            found.stored.id,
            facts_hash=found.stored.facts_hash or "",
            of_text=words.draft.text,
            subject=subject,
            text=text,
            by=by,
            at=now,
        )
        runs.edit_draft(conn, company.id, found.stored.id, text, by)
        for intent in _waiting(conn, company, found):
            edited = edited_plan(intent.plan, found.run.on, words.draft.text, subject, text, by)
            intents.reword(conn, company.id, intent.id, edited)
            task = tasks.of_intent(conn, company.id, intent.id)
            if task is not None and task.state == "open":
                tasks.reword(conn, company.id, task.id, f"Subject: {subject}\n\n{text}")
        detail = {"run": found.run.id, "subject": subject}
        audit.append(conn, company.id, by, "draft edited", found.subject, detail, now)
    return f"Your words to {found.name} take the place of ours."


def skip(
    context: Context,
    company: Company,
    run_id: int | None,
    *,
    customer: str,
    by: str,
    answer: bool = False,
) -> str | Refusal:
    """Leave one customer out of this run; the night after decides again.

    Where the run asks them for nothing, and with answer in any case, it is what the run owes them as an
    answer that is left out: that for good.
    """
    now = context.clock.now()
    found = _draft(context, company, run_id, customer)
    if answer or isinstance(found, Refusal):
        done = _skip_answers(context, company, run_id, customer, by, now)
        return done or (found if isinstance(found, Refusal) else Refusal(f"No answer to {found.name} waits."))
    with durable(context.engine) as conn:
        draft_changes.skip(
            conn, company.id, found.stored.id, facts_hash=found.stored.facts_hash or "", by=by, at=now
        )
        waiting = [intent.id for intent in _waiting(conn, company, found)]
        if found.run.kind == "night" and not waiting:
            return Refusal(f"Nothing for {found.name} waits in this run: it has left, or it has ended.")
        because = skipped_because(by, found.run.on, company.locale)
        left_alone = silenced(found.made, "skipped", because, found.run.on + timedelta(days=1))
        row = (found.case, left_alone, None, facts_hash(left_alone, ""))
        runs.record(conn, company.id, found.run.id, [row], decided_at=now)
        intents.withdraw(conn, company.id, waiting, by, because, now)
        for intent_id in waiting:
            task = tasks.of_intent(conn, company.id, intent_id)
            if task is not None and task.state == "open":
                tasks.close(conn, company.id, task.id, state="closed", outcome=because, by=by, at=now)
        audit.append(conn, company.id, by, "draft skipped", found.subject, {"run": found.run.id}, now)
    return f"{found.name} is left out this time. The night after {_day(company, found.run.on)} decides again."


def _skip_answers(
    context: Context, company: Company, run_id: int | None, customer: str, by: str, now: datetime
) -> str | None:
    """The answers that the run owes the customer are left out for good; None: it owes none."""
    with durable(context.engine) as conn:
        run = _run(conn, company, run_id)
        who = finding.customer(conn, company, customer)
        if isinstance(run, Refusal) or isinstance(who, Refusal):
            return None
        key = cases.key_of(conn, company.id, who.id)
        because = skipped_because(by, run.on, company.locale)
        if key is None or not answers.skip(conn, company, run, key[0], because, by=by, at=now):
            return None
    return f"The answer to {who.name} is left out, and not offered again."


def snooze(
    context: Context, company: Company, *, customer: str, until_on: date, reason: str, by: str
) -> str | Refusal:
    """Leave a customer alone through the day before until_on; what waits for them in a run does not leave."""
    now = context.clock.now()
    today = company.today(now)
    if until_on <= today:
        day = _day(company, until_on)
        return Refusal(f"{day} is not later than today. Give the day to look at them again.")
    placed = holds.add(
        context,
        company,
        HoldKind.EXCLUSION,
        reason=reason,
        by=by,
        customer=customer,
        until_on=until_on - timedelta(days=1),
    )
    if isinstance(placed, Refusal):
        return placed
    with reading(context.engine) as conn:
        who = finding.customer(conn, company, customer)
    name = who.name if not isinstance(who, Refusal) else customer
    return f"Nothing goes to {name} before {_day(company, until_on)}."


def changed_by_people(
    one: Decided, changes: dict[tuple[str, str], DraftChange], on: date, locale: str
) -> Decided:
    """A night's decision with what a person made of its draft, where facts and words are the same still."""
    change = changes.get(one.key)
    if change is None or change.facts_hash != one.facts or one.decision.outcome not in CONTACTS:
        return one
    if change.skipped_by is not None:
        because = skipped_because(change.skipped_by, on, locale)
        left_alone = silenced(one.decision, "skipped", because, on + timedelta(days=1))
        return replace(one, decision=left_alone, draft=Draft(None, "", ""), facts=facts_hash(left_alone, ""))
    if change.text is None:
        return one
    draft = replace(one.draft, subject=change.subject or one.draft.subject, text=change.text)
    return replace(one, draft=draft, edited=(one.draft.text, change.edited_by or ""))


def edited_plan(
    plan: dict[str, Any], on: date, of_text: str, subject: str, text: str, by: str
) -> dict[str, Any]:
    """An effect's plan with a person's words; of_text, drafted for that day, is what they replace."""
    words = plan["draft"] | {"subject": subject, "text": text}
    return plan | {"draft": words, "edited": {"by": by, "of": of_text, "on": on.isoformat()}}


def skipped_because(by: str, on: date, locale: str) -> str:
    day = day_text(on, on.year, locale)
    return fit(f"Left alone: {short(by, 24)} skipped this one on {day}. The next night looks at it again.")


@dataclass(frozen=True, slots=True)
class _Draft:
    run: Run
    stored: StoredDecision
    case: Case
    name: str
    ours: str | None  # our words, also where a person's stand in their place
    voice: Voice

    @property
    def made(self) -> Decision:
        return self.stored.decision

    @property
    def subject(self) -> str:
        return f"decision {self.stored.id}"


def _draft(context: Context, company: Company, run_id: int | None, customer: str) -> _Draft | Refusal:
    with reading(context.engine) as conn:
        run = _run(conn, company, run_id)
        if isinstance(run, Refusal):
            return run
        who = finding.customer(conn, company, customer)
        if isinstance(who, Refusal):
            return who
        key = cases.key_of(conn, company.id, who.id)
        decided = [
            one
            for one in runs.of_run(conn, company.id, run.id)
            if (one.decision.customer_id, one.decision.currency) == key
        ]
        if key is None or not decided or decided[0].decision.outcome not in CONTACTS:
            return Refusal(f"Nothing goes to {who.name} in the run of {_day(company, run.on)}.")
        change = draft_changes.of_run(conn, company.id, run.id).get(key)
        book, voices = Rulebook(conn, company, run.on), Voices(conn, company)
        loaded = cases.load(conn, company.id, [key], run.on)
        loaded = [as_it_starts(conn, company, book, case, run.on) for case in loaded]
    if not loaded:
        return Refusal(f"Nothing of {who.name} is open any more.")
    ours = change.of_text if change is not None and change.text is not None else decided[0].text
    case = in_cycle(book, loaded[0], run.on)
    return _Draft(run, decided[0], case, who.name, ours, voices.of(case.customer.id))


def _run(conn: Connection, company: Company, run_id: int | None) -> Run | Refusal:
    if run_id is not None:
        try:
            run = runs.get(conn, company.id, run_id)
        except LookupError:
            return Refusal(f"{company.name} has no run {run_id}.", "See them with: qb-collections run list")
    else:
        latest = runs.latest(conn, company.id)
        if latest is None:
            return Refusal("There is no run yet.", "Make one with: qb-collections preview")
        run = latest
    if run.kind == "night" and run.state == "ended":
        return Refusal(f"The run of {_day(company, run.on)} is over.")
    return run


def _waiting(conn: Connection, company: Company, found: _Draft) -> list[Intent]:
    """What the run still has to do for this customer, and has not begun."""
    if found.run.kind == "preview":
        return []
    return [
        intent
        for intent in intents.of_run(conn, company.id, found.run.id)
        if not intent.plan.get("answer")
        and intent.plan.get("customer_id") == found.made.customer_id
        and intent.plan.get("currency") == found.made.currency
        and intent.kind in CONTACT_KINDS
        and intent.state in (State.PLANNED, State.READY)
    ]


def _day(company: Company, on: date) -> str:
    return day_text(on, on.year, company.locale)
