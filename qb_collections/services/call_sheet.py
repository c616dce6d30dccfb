"""The sheet for a call, live: QuickBooks is asked again when it is opened, and it closes itself when paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.intents import State
from qb_collections.core.money import Money, total
from qb_collections.core.wording import day_text, money_text, short
from qb_collections.messages import wording
from qb_collections.messages.reminders import compose
from qb_collections.messages.template import TemplateRefused
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.values import Live
from qb_collections.services import call_facts, calling, composing, documents, guards, still_true
from qb_collections.services.context import Context
from qb_collections.services.deciding import in_cycle
from qb_collections.services.effects import Draft, plan_of
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voices
from qb_collections.store import audit, cases, intents, leases, mirror, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease, Leased
from qb_collections.store.tasks import Task

CALL = "call"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What to say, with the figures of checked_at."""

    task: Task
    text: str
    checked_at: datetime
    notice: str | None = None  # QuickBooks could not be asked: the figures are older
    not_now: str | None = None  # why nobody should ring now
    papers: str | None = None  # whether what was agreed and delivered is on file

    def stamp(self, company: Company) -> str:
        """Checked with QuickBooks at 9:02 AM, or with the day where that is not today's."""
        clock = wording.clock_time(self.checked_at, company.zone, company.locale)
        day = company.today(self.checked_at)
        return f"Checked with QuickBooks at {clock} on {day_text(day, day.year, company.locale)}."


@dataclass(frozen=True, slots=True)
class PaidMeanwhile:
    """Nothing of it is open any more; the task is closed."""

    task: Task
    message: str


def open(
    context: Context,
    company: Company,
    task_id: int,
    *,
    caller: str | None = None,
    wait_seconds: float = PAGE_SECONDS,
) -> Sheet | PaidMeanwhile | Refusal:
    """Fill the sheet of an open call with what QuickBooks says now, under the company's lease.

    Where QuickBooks cannot be asked, the stored sheet with its own time.  Ringing stays a person's choice:
    not_now says what speaks against it.
    """
    with reading(context.engine) as conn:
        try:
            task = tasks.get(conn, company.id, task_id)
        except LookupError:
            return Refusal(
                f"{company.name} has no task {task_id}.", "See them with: qb-collections task list"
            )
    if task.kind != CALL:
        return Refusal(f"Task {task_id} is no call: {task.title}.")
    if task.state != "open":
        return Refusal(f"Task {task_id} has ended already: {task.outcome or task.title}")
    try:
        with held(context, company, wait_seconds) as lease:
            live = _reread(context, company, lease, task)
            documents.refresh(context, company, lease, task.customer_id or "")
            return _filled(context, company, lease, task, live, caller)
    except Leased as leased:
        because = f"We are working for {company.name} right now ({leases.describe(leased.holder)})."
    except QuickBooksError as error:
        because = f"QuickBooks could not be reached just now ({str(error).rstrip('.')})."
    return _stored(context, company, task, because)


def _reread(context: Context, company: Company, lease: Lease, task: Task) -> Live:
    gateway = context.gateway(company, lease)
    key = task.customer_id or "", task.currency or ""
    named = list(task.payload.get("invoice_ids", ()))
    live = guards.reread(context, company, lease, gateway, [key], invoice_ids=named)
    with derived(context.engine) as conn:
        lease.check(conn)
        mirror.put_payments(conn, company.id, live.received)
        mirror.put_links(conn, company.id, live.links, payment_ids=[one.id for one in live.received])
    return live


def _filled(
    context: Context, company: Company, lease: Lease, task: Task, live: Live, caller: str | None
) -> Sheet | PaidMeanwhile:
    now = context.clock.now()
    today = company.today(now)
    key = task.customer_id or "", task.currency or ""
    with durable(context.engine) as conn:
        lease.check(conn)
        book = Rulebook(conn, company, today)
        loaded = cases.load(conn, company.id, [key], today)
        case = in_cycle(book, loaded[0], today) if loaded else None
        decided = decide(case, book.rules(case), today) if case is not None and case.invoices else None
        if case is None or decided is None or _is_settled(task, case, decided):
            return _close(conn, company, lease, task, now)
        text, draft, asked = _words(conn, company, book, case, decided, live, now, caller)
        _keep(conn, company, book, task, case, asked, text, draft, live.read_at)
        task = tasks.get(conn, company.id, task.id)
        limit = calling.limit_of(conn, company, case, today)
        papers = documents.said(conn, company, case.customer.id)
    not_now = still_true.objection(context, company, task) or (limit.because if limit else None)
    return Sheet(task, text, live.read_at, None, not_now, papers)


def _is_settled(task: Task, case: Case, decided: Decision) -> bool:
    """Nothing of what the call was about is owed, and there is no other reason to ring."""
    named = set(task.payload.get("invoice_ids", ()))
    still = any(one.id in named and one.balance.amount > 0 for one in case.invoices)
    return not still and decided.outcome is not Outcome.CALL


def _words(
    conn: Connection,
    company: Company,
    book: Rulebook,
    case: Case,
    decided: Decision,
    live: Live,
    now: datetime,
    caller: str | None,
) -> tuple[str, Draft, Decision]:
    """The sheet's text; what is asked for is what would be decided now, else all that is late."""
    asked = (
        decided if decided.outcome is Outcome.CALL else _about_what_is_late(case, decided, company.today(now))
    )
    voice = Voices(conn, company).of(case.customer.id)
    facts = composing.facts_of(company, case, asked, live.read_at, voice=voice)
    call = call_facts.gathered(
        conn, company, case, book.rules(case), now, caller=caller, offers_plan=asked.offers_plan
    )
    facts = call_facts.with_work(replace(facts, call=call), live.documents)
    try:
        message = compose("S3", "", facts, library=voice.library)
    except TemplateRefused as refused:
        said = composing.incomplete(refused)
        return said, Draft(None, "", said), asked
    draft = Draft(None, message.subject, message.text)
    return message.text, draft, asked


def _about_what_is_late(case: Case, decided: Decision, today: date) -> Decision:
    late = [one for one in case.invoices if one.due_on is not None and one.due_on < today] or list(
        case.invoices
    )
    return replace(
        decided,
        outcome=Outcome.CALL,
        invoice_ids=tuple(one.id for one in late),
        also_open_ids=tuple(one.id for one in case.invoices if one not in late),
        amount=total((one.balance for one in late), case.currency),
        credits=None,
    )


def _keep(
    conn: Connection,
    company: Company,
    book: Rulebook,
    task: Task,
    case: Case,
    asked: Decision,
    text: str,
    draft: Draft,
    read_at: datetime,
) -> None:
    """The task has the figures that the person saw: what they report is about these."""
    payload = task.payload
    same = (asked.cycle, asked.number) == (payload.get("cycle"), payload.get("number"))
    if asked.outcome is Outcome.CALL and asked.stage is not None and same:
        payload = plan_of(case, asked, draft, payload["reminder"], payload["policy_version"])
    tasks.refresh(
        conn,
        company.id,
        task.id,
        title=f"Call {short(case.customer.name, 60)}: {asked.amount}" if asked.amount else task.title,
        text=f"Subject: {draft.subject}\n\n{text}" if draft.subject else text,
        payload=payload | {"read_at": read_at.isoformat()},
        intent_id=task.intent_id,
        due_on=task.due_on,
    )


def _close(conn: Connection, company: Company, lease: Lease, task: Task, now: datetime) -> PaidMeanwhile:
    """Close the task and cancel the call, each with the sentence that says why."""
    message = _paid(conn, company, task, now)
    tasks.close(conn, company.id, task.id, state="closed", outcome=message, by="system", at=now)
    if task.intent_id is not None:
        intent = intents.get(conn, company.id, task.intent_id)
        if intent.state in (State.PLANNED, State.READY):
            intents.settle(conn, lease, intent.id, State.CANCELLED, reason=message, at=now)
    cases.touch(conn, company.id, [task.customer_id or ""], company.today(now))
    audit.append(conn, company.id, "system", "call not needed", f"task {task.id}", {"because": message}, now)
    return PaidMeanwhile(task, message)


def _paid(conn: Connection, company: Company, task: Task, now: datetime) -> str:
    """What was paid of it and when that was entered; a credit or a void is settled, not paid."""
    named = list(task.payload.get("invoice_ids", ()))
    links = [link for one in named for link in mirror.links_of_invoice(conn, company.id, one)]
    members = [one.customer_id for one in mirror.invoices(conn, company.id, named).values()]
    known = {one.id: one for one in mirror.payments_of(conn, company.id, {*members, task.customer_id or ""})}
    went = [(known[link.payment_id], link.amount) for link in links if link.payment_id in known]
    money = [(payment, amount) for payment, amount in went if payment.total.amount > 0]
    since = [(one, amount) for one, amount in money if one.created_at and one.created_at >= task.opened_at]
    came = since or money
    if not came:
        return "Settled in QuickBooks meanwhile. No call needed."
    paid: Money = total((amount for _, amount in came), came[0][1].currency)
    amount = money_text(paid, company.locale)
    last = max((one.created_at for one, _ in came if one.created_at is not None), default=None)
    if last is None:
        return f"Paid {amount}. No call needed."
    clock = wording.clock_time(last, company.zone, company.locale)
    day = company.today(last)
    on = "" if day == company.today(now) else f" on {day_text(day, day.year, company.locale)}"
    return f"Paid {amount} at {clock}{on}. No call needed."


def _stored(context: Context, company: Company, task: Task, because: str) -> Sheet:
    """The figures of the last check, and their time."""
    read_at = task.payload.get("read_at")
    checked_at = datetime.fromisoformat(read_at) if read_at else task.opened_at
    clock = wording.clock_time(checked_at, company.zone, company.locale)
    day = company.today(checked_at)
    notice = (
        f"{because} These figures are of {clock} on {day_text(day, day.year, company.locale)}; "
        "ask before you name an amount."
    )
    text = (task.text or "").partition("\n\n")[2] if (task.text or "").startswith("Subject:") else task.text
    not_now = still_true.objection(context, company, task)
    return Sheet(task, text or "", checked_at, notice, not_now)
