"""Give answers: what each one says is read again first, and one that is not true any more is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import addresses
from qb_collections.core.case import HoldKind
from qb_collections.core.intents import Approval, Intent, IntentKind, State
from qb_collections.core.wording import short
from qb_collections.messages.check import check
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Live
from qb_collections.services import answer_effects, answered, call_outcomes, guards, hours, logos, mailing
from qb_collections.services.answer_effects import Owed
from qb_collections.services.context import Context
from qb_collections.services.outcomes import MESSAGE_OUTCOMES, Report
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voices
from qb_collections.store import answers, cases, intents, mail_accounts, mirror, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

CHANGED = "The figures have changed since a person approved this; it is decided again tonight."
NOTED = "Noted as sent. It stands with the customer, and is not sent again."
NOT_MAILED = "It does not leave by your own mail account any more; it is decided again tonight."


def is_answer(intent: Intent) -> bool:
    return bool(intent.plan.get("answer"))


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that may leave, with the words of what was just read."""

    intent: Intent
    owed: Owed
    read_at: datetime


def prepared(
    context: Context, company: Company, lease: Lease, gateway: Gateway, due: Sequence[Intent]
) -> list[Ready]:
    """Of these answers, those that may leave this moment, with the words to leave with.

    One request reads again what all of them say.  What must not be given is dropped with its reason; what
    has to wait for contact hours waits.
    """
    live = _reread(context, company, lease, gateway, due)
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        book = Rulebook(conn, company, company.today(now))
        rows = {one.plan["reminder"]: answers.by_key(conn, company.id, one.plan["reminder"]) for one in due}
        wanted = [row for row in rows.values() if row is not None and row.state == "wanted"]
        owed, over = answer_effects.look(conn, company, book, wanted, now)
        by_key = {one.one.key: one for one in owed}
        reasons = {one.key: because for one, because in over}
        ready = []
        for intent in due:
            key = intent.plan["reminder"]
            if key not in by_key:
                _cancel(conn, company, lease, intent, reasons.get(key, "Nobody waits for it any more."), now)
                continue
            found = by_key[key]
            rule = book.in_force(found.case)
            opens_at = hours.opens_at(company, rule.policy, rule.calendar, found.case.customer, now)
            because = _objection(intent, found, book)
            if because is not None:
                intents.settle(conn, lease, intent.id, State.CANCELLED, reason=because, at=now)
            elif opens_at > now:
                intents.postpone(conn, lease, [intent.id], opens_at)
            else:
                mailed = intent.kind is IntentKind.EMAIL
                plan = answer_effects.plan_of(found, intent.plan["policy_version"], mailed=mailed)
                ready.append(Ready(replace(intent, plan=plan), found, live.read_at))
    return ready


def give(context: Context, company: Company, lease: Lease, ready: Ready) -> str | None:
    """Let one answer go.  Returns a sentence where the mail server is in trouble, else None.

    One that was read too long ago stays due and is read again first; so is one that a mark changed since.
    """
    intent, owed = ready.intent, ready.owed
    if not guards.is_fresh(ready.read_at, context.clock.now()):
        return None
    if intent.kind is IntentKind.EMAIL and not _holds_still(context, company, ready):
        return None
    if intent.kind is IntentKind.TASK:
        open_task(context, company, lease, intent, owed)
        return None
    assert owed.made.message is not None and owed.draft.to is not None
    now = context.clock.now()
    with reading(context.engine) as conn:
        account = mail_accounts.find(conn, company.id)
        assert account is not None, "an answer to mail needs an account"
        wait_until = mailing.waits_until(conn, account, owed.draft.to, now)
        calendar = Rulebook(conn, company, company.today(now)).in_force(owed.case).calendar
        look = logos.look_for(conn, company)
        library = Voices(conn, company).library
    if wait_until is not None:
        with durable(context.engine) as conn:
            intents.postpone(conn, lease, [intent.id], wait_until)
        return None
    post = mailing.Post(
        owed.made.message,
        owed.made.facts,
        owed.draft.to,
        ready.read_at,
        cycle=intent.plan["cycle"],
        currency=owed.one.currency,
        look=look,
        library=library,
    )

    def delivered(conn: Connection, at: datetime) -> None:
        answered.given(conn, company, intent.plan, intent_id=intent.id, at=at, actor="system")

    return mailing.post_it(context, company, lease, account, intent, post, delivered, calendar)


def open_task(context: Context, company: Company, lease: Lease, intent: Intent, owed: Owed) -> None:
    """The words wait for a person to send them; the answer is given once that is reported."""
    now = context.clock.now()
    title = f"Send this message to {short(owed.case.customer.name, 60)}"
    words: dict[str, Any] = {
        "title": f"{title}: {owed.draft.subject}" if owed.draft.subject else title,
        "text": f"Subject: {owed.draft.subject}\n\n{owed.draft.text}"
        if owed.draft.subject
        else owed.draft.text,
        "payload": intent.plan,
        "intent_id": intent.id,
        "due_on": company.today(now),
    }
    with durable(context.engine) as conn:
        same = tasks.by_key(conn, company.id, intent.key)
        if same is not None and same.state == "open":
            tasks.refresh(conn, company.id, same.id, **words)
        else:
            tasks.open_task(
                conn,
                company.id,
                key=intent.key,
                kind="message",
                customer_id=owed.one.customer_id,
                currency=owed.one.currency,
                at=now,
                **words,
            )
        intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)


def objection(conn: Connection, company: Company, book: Rulebook, task: Task, now: datetime) -> str | None:
    """Why the words of an open task must not be sent any more, as far as the mirror knows."""
    one = answers.by_key(conn, company.id, task.payload["reminder"])
    if one is None or one.state != "wanted":
        return "This answer has been given already, or nobody waits for it."
    owed, over = answer_effects.look(conn, company, book, [one], now)
    if over:
        return over[0][1]
    if owed and _figures(owed[0]) != (task.payload["invoice_ids"], task.payload["amount"]):
        return "The figures have changed since these words were written. The next night writes them again."
    return None


def reported(
    conn: Connection,
    company: Company,
    lease: Lease,
    task: Task,
    intent: Intent | None,
    report: Report,
    now: datetime,
) -> str:
    """What a person says came of an answer that waited for their hands."""
    key = task.payload["reminder"]
    waits = intent is not None and intent.state in (State.PLANNED, State.READY)
    if report.outcome == "sent":
        theirs = intent if waits and intent is not None and intent.kind is IntentKind.TASK else None
        if theirs is not None:
            intents.settle(conn, lease, theirs.id, State.CONFIRMED, after={"outcome": "sent"}, at=now)
        elif intent is not None and waits:  # it would have left by e-mail too
            because = f"{short(report.by, 24)} sent it by hand."
            intents.settle(conn, lease, intent.id, State.CANCELLED, reason=because, at=now)
        answered.given(
            conn,
            company,
            task.payload,
            intent_id=theirs.id if theirs is not None else None,
            at=now,
            actor=report.by,
        )
        return NOTED
    because = f"{short(report.by, 24)} did not send it."
    if intent is not None and waits:
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=because, at=now)
    answer_effects.drop(conn, company, key, because, now, by=report.by)
    hold: HoldKind | None = MESSAGE_OUTCOMES[report.outcome].hold
    if hold is not None:
        call_outcomes.place(conn, company, task, report, hold, now)
    cases.touch(conn, company.id, [task.customer_id or ""], company.today(now))
    return "Noted. This answer is not offered again."


def _reread(
    context: Context, company: Company, lease: Lease, gateway: Gateway, due: Sequence[Intent]
) -> Live:
    """Into the mirror: the customers, and the payments and invoices that these answers speak of."""
    keys = sorted({(one.plan["customer_id"], one.plan["currency"]) for one in due})
    with reading(context.engine) as conn:
        rows = [answers.by_key(conn, company.id, one.plan["reminder"]) for one in due]
    payment_ids = sorted({id for row in rows if row is not None for id in row.about.get("payment_ids", ())})
    invoice_ids = sorted({id for one in due for id in one.plan["invoice_ids"]})
    live = guards.reread(
        context, company, lease, gateway, keys, invoice_ids=invoice_ids, payment_ids=payment_ids
    )
    read = {one.id for one in live.received}
    with derived(context.engine) as conn:
        lease.check(conn)
        mirror.delete_payments(conn, company.id, [one for one in payment_ids if one not in read])
        mirror.put_payments(conn, company.id, live.received)
        mirror.put_links(conn, company.id, live.links, payment_ids=read)
    return live


def _holds_still(context: Context, company: Company, ready: Ready) -> bool:
    """By the marks and settings of this moment: since it was read, other answers were handed over."""
    now = context.clock.now()
    with reading(context.engine) as conn:
        one = answers.by_key(conn, company.id, ready.owed.one.key)
        if one is None or one.state != "wanted":
            return False
        book = Rulebook(conn, company, company.today(now))
        owed, _ = answer_effects.look(conn, company, book, [one], now)
        return bool(owed) and _objection(ready.intent, owed[0], book) is None


def _objection(intent: Intent, found: Owed, book: Rulebook) -> str | None:
    """What is not for good: the answer stays owed, and tonight queues it again."""
    if intent.approval is Approval.GIVEN and _figures(found) != (
        intent.plan["invoice_ids"],
        intent.plan["amount"],
    ):
        return CHANGED
    if intent.kind is IntentKind.EMAIL and not _may_leave(found, book):
        return NOT_MAILED
    if found.made.message is None:
        return found.draft.text.strip() if intent.kind is IntentKind.EMAIL else None
    faults = check(found.made.message, found.made.facts)
    if faults:
        return f"Not ready to be sent: {faults[0].what}"
    return None


def _may_leave(found: Owed, book: Rulebook) -> bool:
    """Whether it may go by the company's own mail account, to the address that it names."""
    to = found.draft.to
    return answer_effects.is_mailed(book, found.case) and (
        to is None or to in addresses.mailable(found.case, found.case.invoices)
    )


def _figures(found: Owed) -> tuple[list[str], str | None]:
    amount = found.made.amount
    return list(found.made.invoice_ids), str(amount.amount) if amount else None


def _cancel(
    conn: Connection, company: Company, lease: Lease, intent: Intent, because: str, now: datetime
) -> None:
    intents.settle(conn, lease, intent.id, State.CANCELLED, reason=because, at=now)
    answer_effects.drop(conn, company, intent.plan["reminder"], because, now)
