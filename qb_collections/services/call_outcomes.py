"""What follows from a call: the attempt is kept, a talk is a contact, and what they said is marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import cycles
from qb_collections.core.case import ContactKind, Hold, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.intents import Intent, State
from qb_collections.core.wording import short
from qb_collections.services import contacts, finding, follow_ups, placing, wanting
from qb_collections.services.following import Following
from qb_collections.services.outcomes import CALL_OUTCOMES, Outcome, Report, outcomes_of
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import calls, cases, intents
from qb_collections.store import cycles as stored_cycles
from qb_collections.store.companies import Company
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

# What a person has to do next, by outcome; the words are those of follow_ups.
_LEAVES = {
    "paid": "paid",
    "copy": "copy",
    "plan": "plan",
    "wrong-contact": "wrong_person",
    "refused": "refused",
}
# Marks that a named day ends; all others stand until somebody has seen to them.
_ENDS_ON_A_DAY = (HoldKind.PROMISE, HoldKind.IN_TRANSIT, HoldKind.UPSET)
_DAY = timedelta(days=1)


def refusal(report: Report, today: date) -> Refusal | None:
    """Why these days and words make no sense together."""
    if report.said is not None and len(report.said) > calls.SAID_MAX:
        return Refusal(f"What they said has {len(report.said)} characters; up to {calls.SAID_MAX} fit.")
    if report.outcome == "part" and report.rest_on is not None and report.rest_on <= (report.on or today):
        return Refusal("The rest has to come on a later day than the part that they pay now.")
    return None


def follow(
    conn: Connection,
    company: Company,
    lease: Lease,
    task: Task,
    intent: Intent | None,
    report: Report,
    now: datetime,
) -> str:
    """Do what follows, and say it: the sentence is the one that stood beside the outcome before."""
    today = company.today(now)
    book = Rulebook(conn, company, today)
    following = Following(book.policy, book.calendar, today, company.locale)
    outcome = CALL_OUTCOMES[report.outcome]
    follows = following.sentence(report.outcome, report)
    _record(conn, company, task, report, outcome, follows, now)
    marks = _marks(conn, company, task, report, outcome, following, now)
    about = _LEAVES.get(report.outcome)
    if about is not None:
        follow_ups.open_task(
            conn,
            company,
            key=f"follow-up:{task.id}",
            about=about,
            customer_id=task.customer_id or "",
            currency=task.currency or company.currency,
            said=report.said or report.reason,
            hold_ids=[one.id for one in marks],
            due_on=following.follow_up_on,
            at=now,
        )
    if outcome.spoken:
        look_on = _spoken(conn, company, lease, task, intent, report, now)
    else:
        drop(conn, lease, intent, outcome.says, now)
        look_on = _not_spoken(conn, company, task, report, following)
    cases.touch(conn, company.id, [task.customer_id or ""], look_on)
    said = f"Noted: {outcome.says[0].lower()}{outcome.says[1:]}."
    return f"{said} {follows}"


def place(
    conn: Connection, company: Company, task: Task, report: Report, kind: HoldKind, now: datetime
) -> Hold:
    """The mark that an outcome sets; a day named with it ends only what waits for one."""
    invoice = finding.invoice(conn, company, report.invoice) if report.invoice else None
    wanted = Wanted(
        kind,
        task.customer_id or "",
        None if invoice is None or isinstance(invoice, Refusal) else invoice.id,
        report.reason or outcomes_of(task.kind)[report.outcome].says.lower(),
        until_on=report.on if kind in _ENDS_ON_A_DAY else None,
        amount=report.amount,
        owner=report.owner,
        answer_by_on=report.answer_by_on or (report.on if kind is HoldKind.DISPUTE else None),
        code=report.code,
    )
    filled = placing.filled(conn, company, wanted, report.by, company.today(now))
    hold = placing.put(conn, company, filled, by=report.by, at=now, source=f"task {task.id}")
    wanting.after_hold(conn, company, filled.customer_id, hold, by=report.by, at=now)
    return hold


def drop(conn: Connection, lease: Lease, intent: Intent | None, reason: str, now: datetime) -> None:
    """What waited for this outcome will not be a contact."""
    if intent is not None and intent.state is State.READY:
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=reason, at=now)


def _record(
    conn: Connection,
    company: Company,
    task: Task,
    report: Report,
    outcome: Outcome,
    follows: str,
    now: datetime,
) -> None:
    call = calls.Call(
        customer_id=task.customer_id or "",
        currency=task.currency or company.currency,
        on=company.today(now),
        at=now,
        outcome=report.outcome,
        spoken=outcome.spoken,
        voicemail=report.voicemail and report.outcome == "no-answer",
        said=report.said or report.reason,
        follows=follows,
        by=report.by,
        task_id=task.id,
    )
    calls.record(conn, company.id, call)


def _marks(
    conn: Connection,
    company: Company,
    task: Task,
    report: Report,
    outcome: Outcome,
    following: Following,
    now: datetime,
) -> list[Hold]:
    if report.outcome == "part":
        return _in_parts(conn, company, task, report, now)
    if report.outcome == "call-back":
        last_on = (report.on or following.call_back_on) - _DAY
        wanted = Wanted(HoldKind.EXCLUSION, task.customer_id or "", None, "to be called back", last_on)
        return [placing.put(conn, company, wanted, by=report.by, at=now, source=f"task {task.id}")]
    if outcome.hold is None:
        return []
    if report.reference:
        reason = f"{report.reason or outcome.says.lower()} (reference {report.reference})"
        report = replace(report, reason=short(reason, placing.REASON_MAX))
    return [place(conn, company, task, report, outcome.hold, now)]


def _in_parts(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> list[Hold]:
    """Two promises: the part by its day, all that is due by the other.  One line confirms both."""
    first_on = report.on or company.today(now)
    reason = report.reason or CALL_OUTCOMES[report.outcome].says.lower()
    customer_id, source = task.customer_id or "", f"task {task.id}"
    now_part = Wanted(HoldKind.PROMISE, customer_id, None, reason, first_on, report.amount)
    rest = Wanted(HoldKind.PROMISE, customer_id, None, reason, report.rest_on)
    marks = placing.put_all(conn, company, [(now_part, source), (rest, source)], by=report.by, at=now)
    wanting.after_hold(conn, company, customer_id, marks[0], by=report.by, at=now, rest=marks[1])
    return marks


def _spoken(
    conn: Connection,
    company: Company,
    lease: Lease,
    task: Task,
    intent: Intent | None,
    report: Report,
    now: datetime,
) -> date:
    """A call in which somebody was spoken to is a delivered contact; return the day of the next look."""
    in_time = intent is not None and intent.state is State.READY
    if intent is None or not (in_time or contacts.reported_late(conn, company, intent)):
        return company.today(now)
    if in_time:
        intents.settle(conn, lease, intent.id, State.CONFIRMED, after={"outcome": report.outcome}, at=now)
    contacts.delivered(
        conn,
        company,
        replace(intent, plan=task.payload),  # as it was re-read when the task was opened
        at=now,
        actor=report.by,
        kind=ContactKind.CALL,
        channel=Channel.CALL,
        note_kind="S3",
    )
    return company.today(now) + _DAY


def _not_spoken(conn: Connection, company: Company, task: Task, report: Report, following: Following) -> date:
    """The day on which the night looks at them again."""
    if report.outcome == "no-answer":  # a day that was named with it is none to wait for
        key = task.customer_id or "", task.currency or ""
        cycle = stored_cycles.current(conn, company.id, *key)
        if cycle is not None:
            stored_cycles.save(conn, company.id, *key, cycles.call_missed(cycle, following.today))
    if report.outcome == "call-back":
        return report.on or following.call_back_on
    return following.today + _DAY
