"""Tasks: what a person has to do.  An outcome sets the hold, the contact or the day that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import cycles
from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.intents import Intent, State
from qb_collections.core.money import Money
from qb_collections.services import contacts, finding, rulebook
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, holds, intents, tasks
from qb_collections.store import cycles as stored_cycles
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

CALL_BACK_DAYS = 2  # business days, when the caller names no day


@dataclass(frozen=True, slots=True)
class Report:
    """What a person says came of it.  Which parts are needed depends on the outcome."""

    outcome: str
    by: str
    on: date | None = None  # promised, expected or call-back day
    amount: Money | None = None
    invoice: str | None = None  # number of the disputed one
    reason: str | None = None
    owner: str | None = None
    answer_by_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """spoken: somebody was reached, so it is a delivered contact and advances the steps."""

    says: str
    spoken: bool = False
    hold: HoldKind | None = None
    needs: tuple[str, ...] = ()


CALL_OUTCOMES = {
    "spoke": Outcome("Spoken to, nothing agreed", True),
    "promise": Outcome("They promised to pay", True, HoldKind.PROMISE, ("on",)),
    "in-transit": Outcome("The payment is on its way", True, HoldKind.IN_TRANSIT),
    "dispute": Outcome("They question an invoice", True, HoldKind.DISPUTE, ("invoice", "reason")),
    "plan": Outcome("They ask to pay in parts", True, HoldKind.OPEN_REPLY),
    "paid": Outcome("They say it is paid; somebody searches", True, HoldKind.OPEN_REPLY),
    "copy": Outcome("A copy or a PO number is to be sent", True, HoldKind.OPEN_REPLY),
    "hardship": Outcome("They are in difficulty", True, HoldKind.HARDSHIP, ("reason",)),
    "upset": Outcome("They are upset", True, HoldKind.UPSET, ("reason",)),
    "refused": Outcome("They will not pay", True, HoldKind.PEOPLE_ONLY, ("reason",)),
    "represented": Outcome(
        "Somebody else speaks for them, or a court does", True, HoldKind.INSOLVENT, ("reason",)
    ),
    "call-back": Outcome("Call again on a day"),
    "wrong-contact": Outcome("Wrong person", False, HoldKind.PEOPLE_ONLY, ("reason",)),
    "no-answer": Outcome("Nobody answered"),
}
MESSAGE_OUTCOMES = {
    "sent": Outcome("It was sent"),
    "not-sent": Outcome("It was not sent"),
    **{name: CALL_OUTCOMES[name] for name in ("promise", "dispute", "in-transit", "represented")},
}
PARKED_OUTCOMES = {
    "was-sent": Outcome("It did go out"),
    "was-not-sent": Outcome("It did not go out"),
}
OTHER_OUTCOMES = {"done": Outcome("Done")}


def outcomes_of(kind: str) -> dict[str, Outcome]:
    """Which outcomes a task of this kind can have."""
    return {"call": CALL_OUTCOMES, "message": MESSAGE_OUTCOMES, "parked": PARKED_OUTCOMES}.get(
        kind, OTHER_OUTCOMES
    )


def list_open(context: Context, company: Company) -> list[Task]:
    with reading(context.engine) as conn:
        return tasks.list(conn, company.id)


def done(context: Context, company: Company, lease: Lease, task_id: int, report: Report) -> str | Refusal:
    """Close a task with its outcome, and do what follows from it, in one transaction."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        try:
            task = tasks.get(conn, company.id, task_id)
        except LookupError:
            return Refusal(f"{company.name} has no task {task_id}. See them with: qb-collections task list")
        if task.state != "open":
            return Refusal(f"Task {task_id} has ended already: {task.title}.")
        refusal = _refusal(conn, company, task, report, company.today(now))
        if refusal is not None:
            return refusal
        follow = {"call": _call, "message": _message, "parked": _parked}.get(task.kind, _nothing)
        said = follow(conn, company, lease, task, report, now)
        tasks.close(conn, company.id, task.id, state="done", outcome=report.outcome, by=report.by, at=now)
        detail = {"outcome": report.outcome, "kind": task.kind}
        audit.append(conn, company.id, report.by, "task done", f"task {task.id}", detail, now)
    context.wake("deliver", company.id)
    return said


def _refusal(conn: Connection, company: Company, task: Task, report: Report, today: date) -> Refusal | None:
    known = outcomes_of(task.kind)
    if report.outcome not in known:
        near = finding.nearest(report.outcome, list(known))
        return Refusal(
            f'"{report.outcome}" is not an outcome of this task. It can be: {", ".join(known)}.{near}'
        )
    outcome = known[report.outcome]
    words = {
        "on": "the day (--on)",
        "invoice": "the invoice (--invoice)",
        "reason": "a reason in a few words (--reason)",
    }
    missing = [words[name] for name in outcome.needs if not getattr(report, name)]
    if missing:
        return Refusal(f"{outcome.says}: please add {' and '.join(missing)}.")
    for day in (report.on, report.answer_by_on):
        if day is not None and day < today:
            return Refusal(f"{day.day} {day:%B %Y} is past. Give today or a later day.")
    if report.invoice is not None:
        invoice = finding.invoice(conn, company, report.invoice)
        if isinstance(invoice, Refusal):
            return invoice
    return None


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
        _hold(conn, company, task, report, outcome.hold, today)
        said = "Noted. Nothing goes out to them until you have the right person."
    else:
        calendar = rulebook.Rulebook(conn, company, today).calendar
        look_on = report.on or calendar.add_business_days(today, CALL_BACK_DAYS)
        _wait(conn, company, task, look_on, report, today)
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
        _hold(conn, company, task, report, outcome.hold, company.today(now))
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
        _hold(conn, company, task, report, hold, today)
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


def _nothing(
    conn: Connection, company: Company, lease: Lease, task: Task, report: Report, now: datetime
) -> str:
    if task.customer_id:
        cases.touch(conn, company.id, [task.customer_id], company.today(now) + timedelta(days=1))
    return "Done. The next night looks again."


def _hold(
    conn: Connection, company: Company, task: Task, report: Report, kind: HoldKind, today: date
) -> None:
    invoice = finding.invoice(conn, company, report.invoice) if report.invoice else None
    holds.add(
        conn,
        company.id,
        task.customer_id or "",
        kind,
        reason=report.reason or outcomes_of(task.kind)[report.outcome].says.lower(),
        placed_by=report.by,
        placed_on=today,
        invoice_id=None if invoice is None or isinstance(invoice, Refusal) else invoice.id,
        until_on=report.on,
        amount=report.amount,
        owner=report.owner,
        answer_by_on=report.answer_by_on,
    )


def _wait(conn: Connection, company: Company, task: Task, until: date, report: Report, today: date) -> None:
    """Leave them alone until the day before the call comes back."""
    holds.add(
        conn,
        company.id,
        task.customer_id or "",
        HoldKind.EXCLUSION,
        reason="to be called back",
        placed_by=report.by,
        placed_on=today,
        until_on=until - timedelta(days=1),
    )


def _intent(conn: Connection, company: Company, task: Task) -> Intent | None:
    return intents.get(conn, company.id, task.intent_id) if task.intent_id is not None else None


def _drop(conn: Connection, lease: Lease, intent: Intent | None, reason: str, now: datetime) -> None:
    if intent is not None and intent.state is State.READY:
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=reason, at=now)
