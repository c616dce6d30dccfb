"""Tasks: what a person has to do.  An outcome sets the hold, the contact or the day that follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import cycles
from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.intents import Intent, State
from qb_collections.services import (
    choosing,
    contacts,
    finding,
    hold_days,
    placing,
    rulebook,
    still_true,
)
from qb_collections.services.context import Context
from qb_collections.services.outcomes import (
    CALL_OUTCOMES,
    MESSAGE_OUTCOMES,
    NEEDED,
    Outcome,
    Report,
    outcomes_of,
)
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, intents, tasks
from qb_collections.store import cycles as stored_cycles
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

__all__ = ["CALL_BACK_DAYS", "Report", "done", "list_open", "outcomes_of"]

CALL_BACK_DAYS = 2  # business days, when the caller names no day


def list_open(context: Context, company: Company) -> list[Task]:
    with reading(context.engine) as conn:
        return tasks.list(conn, company.id)


def done(context: Context, company: Company, lease: Lease, task_id: int, report: Report) -> str | Refusal:
    """Close a task with its outcome, and do what follows from it, in one transaction."""
    now = context.clock.now()
    because = _overtaken(context, company, task_id, report)
    with durable(context.engine) as conn:
        lease.check(conn)
        try:
            task = tasks.get(conn, company.id, task_id)
        except LookupError:
            return Refusal(f"{company.name} has no task {task_id}. See them with: qb-collections task list")
        if task.state != "open":
            return Refusal(f"Task {task_id} has ended already: {task.title}.")
        refusal = _refusal(conn, company, task, report, company.today(now))
        refusal = refusal or choosing.refusal(conn, company, task, report, now)
        if refusal is not None:
            return refusal
        tasks.close(conn, company.id, task.id, state="done", outcome=report.outcome, by=report.by, at=now)
        said = _follow(conn, company, lease, task, report, now)
        detail = {"outcome": report.outcome, "kind": task.kind, "on": report.on, "reason": report.reason}
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
        return Refusal(f"{outcome.says}: please add {' and '.join(missing)}.")
    refusal = placing.too_far(today, report.on, report.answer_by_on)
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


def _follow(
    conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime
) -> str:
    """What follows from the outcome, by the kind of the task."""
    match task.kind:
        case "call":
            return _call(conn, company, lease, task, report, now)
        case "message":
            return _message(conn, company, lease, task, report, now)
        case "parked":
            return _parked(conn, company, lease, task, report, now)
        case "decide":
            return choosing.decided(conn, company, task, report, now)
        case hold_days.ANSWER | hold_days.HARDSHIP:
            return choosing.answered(conn, company, task, report, now)
    return _nothing(conn, company, task, now)


def _call(conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime) -> str:
    outcome = CALL_OUTCOMES[report.outcome]
    intent = _intent(conn, company, task)
    if outcome.spoken:
        return _spoken(conn, company, lease, task, intent, report, outcome, now)
    today = company.today(now)
    _drop(conn, lease, intent, outcome.says, now)
    look_on = report.on or today + timedelta(days=1)
    if report.outcome == "no-answer":
        cycle = stored_cycles.current(conn, company.id, task.customer_id or "", task.currency or "")
        if cycle is not None:
            missed = cycles.call_missed(cycle, today)
            stored_cycles.save(conn, company.id, task.customer_id or "", task.currency or "", missed)
        said = "Noted. It counts as an attempt only; the next night offers the e-mail of this step instead."
    elif outcome.hold is not None:
        _hold(conn, company, task, report, outcome.hold, now)
        said = "Noted. Nothing goes out to them until you have the right person."
    else:
        calendar = rulebook.Rulebook(conn, company, today).calendar
        look_on = report.on or calendar.add_business_days(today, CALL_BACK_DAYS)
        _wait(conn, company, task, look_on, report.by, now)
        said = f"Noted. The call comes back on {look_on.day} {look_on:%B}."
    cases.touch(conn, company.id, [task.customer_id or ""], look_on)
    return said


def _spoken(
    conn: Connection,
    company: Company,
    lease: Lease,
    task: Task,
    intent: Intent | None,
    report: Report,
    outcome: Outcome,
    now: datetime,
) -> str:
    """A call in which somebody was spoken to is a delivered contact; what they said sets the hold."""
    if outcome.hold is not None:
        _hold(conn, company, task, report, outcome.hold, now)
    if intent is not None and intent.state is State.READY:
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
    else:
        cases.touch(conn, company.id, [task.customer_id or ""], company.today(now))
    return f"Noted: {outcome.says.lower()}. {_FOLLOWS.get(outcome.hold, 'The next step waits its days.')}"


_FOLLOWS: dict[HoldKind | None, str] = {
    HoldKind.PROMISE: "We wait for the promised day and two business days more.",
    HoldKind.IN_TRANSIT: "We wait five business days for it to arrive.",
    HoldKind.DISPUTE: "That invoice is left alone until it is answered; the others keep their dates.",
    HoldKind.OPEN_REPLY: "Nothing goes out until somebody has dealt with it and lifts the mark.",
    HoldKind.HARDSHIP: "Nothing goes out by itself; offer to spread the amount.",
    HoldKind.UPSET: "Nothing goes out for five business days.",
    HoldKind.PEOPLE_ONLY: "Nothing goes out by itself; you decide what comes next.",
    HoldKind.INSOLVENT: "Nothing is sent to them any more until you lift it.",
}


def _message(
    conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime
) -> str:
    intent = _intent(conn, company, task)
    today = company.today(now)
    if report.outcome == "sent":
        if intent is None or intent.state is not State.READY:
            return "Noted. Its run is over, so it does not advance the steps."
        intents.settle(conn, lease, intent.id, State.CONFIRMED, after={"outcome": "sent"}, at=now)
        contacts.delivered(conn, company, replace(intent, plan=task.payload), at=now, actor=report.by)
        return "Noted as sent. The line that records it follows in QuickBooks."
    _drop(conn, lease, intent, MESSAGE_OUTCOMES[report.outcome].says, now)
    hold = MESSAGE_OUTCOMES[report.outcome].hold
    if hold is not None:
        _hold(conn, company, task, report, hold, now)
    cases.touch(conn, company.id, [task.customer_id or ""], today + timedelta(days=1))
    return _FOLLOWS[hold] if hold else "Noted. It is decided again in the next night."


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
        return "Noted as sent. The line that records it follows in QuickBooks."
    intents.settle(
        conn, lease, intent.id, State.CANCELLED, reason="It did not go out; a person looked.", at=now
    )
    cases.touch(conn, company.id, [task.customer_id or ""], company.today(now) + timedelta(days=1))
    return "Noted. It is decided again in the next night."


def _nothing(conn: Connection, company: Company, task: Task, now: datetime) -> str:
    if task.customer_id:
        cases.touch(conn, company.id, [task.customer_id], company.today(now) + timedelta(days=1))
    return "Done. The next night looks again."


def _hold(
    conn: Connection, company: Company, task: Task, report: Report, kind: HoldKind, now: datetime
) -> None:
    invoice = finding.invoice(conn, company, report.invoice) if report.invoice else None
    wanted = Wanted(
        kind,
        task.customer_id or "",
        None if invoice is None or isinstance(invoice, Refusal) else invoice.id,
        report.reason or outcomes_of(task.kind)[report.outcome].says.lower(),
        until_on=report.on,
        amount=report.amount,
        owner=report.owner,
        answer_by_on=report.answer_by_on,
        code=report.code,
    )
    filled = placing.filled(conn, company, wanted, report.by, company.today(now))
    placing.put(conn, company, filled, by=report.by, at=now, source=f"task {task.id}")


def _wait(conn: Connection, company: Company, task: Task, until: date, by: str, now: datetime) -> None:
    """Leave them alone until the day before the call comes back."""
    last_on = until - timedelta(days=1)
    wanted = Wanted(HoldKind.EXCLUSION, task.customer_id or "", None, "to be called back", last_on)
    placing.put(conn, company, wanted, by=by, at=now, source=f"task {task.id}")


def _intent(conn: Connection, company: Company, task: Task) -> Intent | None:
    return intents.get(conn, company.id, task.intent_id) if task.intent_id is not None else None


def _drop(conn: Connection, lease: Lease, intent: Intent | None, reason: str, now: datetime) -> None:
    if intent is not None and intent.state is State.READY:
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=reason, at=now)
