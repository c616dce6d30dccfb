"""Tasks: what a person has to do.  An outcome sets the hold, the contact or the day that follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core.intents import Intent, State
from qb_collections.core.money import Money, total
from qb_collections.core.wording import short
from qb_collections.services import (
    answering,
    call_outcomes,
    choosing,
    contacts,
    finding,
    follow_ups,
    hold_days,
    looking,
    outcomes,
    placing,
    rulebook,
    still_true,
)
from qb_collections.services.context import Context
from qb_collections.services.following import CALL_BACK_DAYS, Following
from qb_collections.services.outcomes import MESSAGE_OUTCOMES, NEEDED, Report, outcomes_of
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, intents, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

__all__ = ["CALL_BACK_DAYS", "Report", "done", "find", "following", "list_open", "outcomes_of"]

# An answer of ours has no line in QuickBooks, and says so in words of its own.
NOTED_AS_SENT = "Noted as sent. The line that records it follows in QuickBooks."
NOTED_HERE = "Noted as sent. QuickBooks gets no line of it, as you chose in the settings."


def list_open(context: Context, company: Company) -> list[Task]:
    with reading(context.engine) as conn:
        return tasks.list(conn, company.id)


def find(context: Context, company: Company, task_id: int) -> Task | Refusal:
    with reading(context.engine) as conn:
        try:
            return tasks.get(conn, company.id, task_id)
        except LookupError:
            return Refusal(
                f"{company.name} has no task {task_id}.", "See them with: qb-collections task list"
            )


def following(context: Context, company: Company) -> Following:
    """What the company's rules make of an outcome today."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        book = rulebook.Rulebook(conn, company, today)
    return Following(book.policy, book.calendar, today, company.locale)


def done(context: Context, company: Company, lease: Lease, task_id: int, report: Report) -> str | Refusal:
    """Close a task with its outcome, and do what follows from it, in one transaction."""
    now = context.clock.now()
    if report.said and not report.reason:
        report = replace(report, reason=short(report.said, placing.REASON_MAX))
    because = _overtaken(context, company, task_id, report)
    with durable(context.engine) as conn:
        lease.check(conn)
        try:
            task = tasks.get(conn, company.id, task_id)
        except LookupError:
            return Refusal(
                f"{company.name} has no task {task_id}.", "See them with: qb-collections task list"
            )
        if task.state != "open":
            return Refusal(f"Task {task_id} has ended already: {task.title}.")
        refusal = _refusal(conn, company, task, report, company.today(now))
        refusal = refusal or choosing.refusal(conn, company, task, report, now)
        if refusal is not None:
            return refusal
        tasks.close(conn, company.id, task.id, state="done", outcome=report.outcome, by=report.by, at=now)
        said = _follow(conn, company, lease, task, report, now)
        detail = {
            "outcome": report.outcome,
            "kind": task.kind,
            "on": report.on,
            "reason": report.reason,
            "said": report.said,
        }
        audit.append(conn, company.id, report.by, "task done", f"task {task.id}", detail, now)
    context.wake("deliver", company.id)
    return f"{said} It should not have gone out any more: {because}" if because else said


def _overtaken(context: Context, company: Company, task_id: int, report: Report) -> str | None:
    """Why a message that a person reports as sent should not have left; it is recorded all the same."""
    if report.outcome != "sent":
        return None
    with reading(context.engine) as conn:
        try:
            task = tasks.get(conn, company.id, task_id)
        except LookupError:
            return None
    return still_true.objection(context, company, task)


def _refusal(conn: Connection, company: Company, task: Task, report: Report, today: date) -> Refusal | None:
    known = outcomes_of(task.kind)
    if report.outcome not in known:
        near = finding.nearest(report.outcome, list(known))
        return Refusal(
            f'"{report.outcome}" is not an outcome of this task. It can be: {", ".join(known)}.{near}'
        )
    outcome = known[report.outcome]
    missing = [NEEDED[name] for name in outcome.needs if not getattr(report, name)]
    if missing:
        words, options = zip(*missing, strict=True)
        return Refusal(f"{outcome.says}: please add {' and '.join(words)}.", f"With {' and '.join(options)}.")
    refusal = placing.too_far(company, today, report.on, report.answer_by_on, report.rest_on)
    if refusal is None and task.kind == "call":
        refusal = call_outcomes.refusal(report, today)
    if refusal is None and report.amount is not None:
        refusal = _more_than_owed(conn, company, task, report.amount, today)
    if refusal is None and report.invoice is not None:
        invoice = finding.invoice(conn, company, report.invoice)
        refusal = invoice if isinstance(invoice, Refusal) else None
    if refusal is None and outcome.hold is not None and task.kind != "decide":
        refusal = placing.refusal(
            outcome.hold,
            on_invoice=report.invoice is not None,
            reason=report.reason or outcome.says,
            until_on=report.on,
            owner=report.owner,
            answer_by_on=report.answer_by_on,
            code=report.code,
        )
    return refusal


def _more_than_owed(
    conn: Connection, company: Company, task: Task, amount: Money, today: date
) -> Refusal | None:
    """Nobody promises more than is open: it is a typing mistake, or about something else."""
    key = (task.customer_id or "", task.currency or "")
    owed = [one.balance for case in cases.load(conn, company.id, [key], today) for one in case.invoices]
    if amount.currency != key[1] or amount <= total(owed, amount.currency):
        return None
    is_open = total(owed, amount.currency).format(company.locale)
    return Refusal(
        f"{amount.format(company.locale)} is more than the {is_open} that is open. "
        "Nothing was noted; please look at the amount again."
    )


def _follow(
    conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime
) -> str:
    """What follows from the outcome, by the kind of the task."""
    match task.kind:
        case "call":
            intent = _intent(conn, company, task)
            return call_outcomes.follow(conn, company, lease, task, intent, report, now)
        case "message" if task.payload.get("answer"):
            intent = _intent(conn, company, task)
            return answering.reported(conn, company, lease, task, intent, report, now)
        case "message":
            return _message(conn, company, lease, task, report, now)
        case "parked":
            return _parked(conn, company, lease, task, report, now)
        case "decide":
            return choosing.decided(conn, company, task, report, now)
        case hold_days.ANSWER | hold_days.HARDSHIP:
            return choosing.answered(conn, company, task, report, now)
        case outcomes.FOLLOW_UP:
            return follow_ups.done(conn, company, task, report, now)
        case looking.OLD | looking.ADDRESS:
            return looking.done(conn, company, task, report.outcome, report.by, now)
    return _nothing(conn, company, task, now)


def _message(
    conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime
) -> str:
    intent = _intent(conn, company, task)
    today = company.today(now)
    if report.outcome == "sent":
        in_time = intent is not None and intent.state is State.READY
        if intent is None or not (in_time or contacts.reported_late(conn, company, intent)):
            return "Noted. Another contact has taken its place, so it does not advance the steps."
        if in_time:
            intents.settle(conn, lease, intent.id, State.CONFIRMED, after={"outcome": "sent"}, at=now)
        contacts.delivered(conn, company, replace(intent, plan=task.payload), at=now, actor=report.by)
        return _noted(company)
    call_outcomes.drop(conn, lease, intent, MESSAGE_OUTCOMES[report.outcome].says, now)
    hold = MESSAGE_OUTCOMES[report.outcome].hold
    if hold is not None:
        call_outcomes.place(conn, company, task, report, hold, now)
    cases.touch(conn, company.id, [task.customer_id or ""], today + timedelta(days=1))
    if hold is None:
        return "Noted. It is decided again in the next night."
    book = rulebook.Rulebook(conn, company, today)
    return Following(book.policy, book.calendar, today, company.locale).sentence(report.outcome, report)


def _noted(company: Company) -> str:
    return NOTED_HERE if company.note_place == "neither" else NOTED_AS_SENT


def _parked(
    conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime
) -> str:
    """A person looked where we could not."""
    intent = _intent(conn, company, task)
    if intent is None or intent.state is not State.PARKED:
        return "Noted."
    if report.outcome == "was-sent":
        intents.settle(conn, lease, intent.id, State.CONFIRMED, after={"seen_by": report.by}, at=now)
        contacts.delivered(conn, company, intent, at=now, actor=report.by)
        return answering.NOTED if intent.plan.get("answer") else _noted(company)
    intents.settle(
        conn, lease, intent.id, State.CANCELLED, reason="It did not go out; a person looked.", at=now
    )
    cases.touch(conn, company.id, [task.customer_id or ""], company.today(now) + timedelta(days=1))
    return "Noted. It is decided again in the next night."


def _nothing(conn: Connection, company: Company, task: Task, now: datetime) -> str:
    if task.customer_id:
        cases.touch(conn, company.id, [task.customer_id], company.today(now) + timedelta(days=1))
    return "Done. The next night looks again."


def _intent(conn: Connection, company: Company, task: Task) -> Intent | None:
    return intents.get(conn, company.id, task.intent_id) if task.intent_id is not None else None
