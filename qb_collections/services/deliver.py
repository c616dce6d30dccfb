"""Deliver what is due: guards re-read, contact, then the notes that record it.

Retry or give up is decided here and nowhere else:

- a guard that says no cancels the effect, with the reason;
- a refusal of QuickBooks ends it (or starts a new round, where the body was stale);
- trouble that surely had no effect puts it back, a little later;
- an answer that was lost makes it unknown: read first, then repeat the same request;
- what cannot be told by reading is parked for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qb_collections.core import company_gates
from qb_collections.core.company_gates import CompanyState, Link
from qb_collections.core.decision import Finding
from qb_collections.core.first_look import held_because
from qb_collections.core.intents import CONTACT_KINDS, SENT_KINDS, Intent, IntentKind, State
from qb_collections.quickbooks.errors import QuickBooksError, ReconnectNeeded
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import (
    answering,
    asking,
    guards,
    mailing,
    noting,
    plan_saga,
    plan_setup,
    plan_trial,
    restored,
    sending,
    tie_out,
    undo,
)
from qb_collections.services.attempts import RETRY_AFTER
from qb_collections.services.context import Context
from qb_collections.services.guards import Checked
from qb_collections.store import audit, cases, companies, first_look, intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

UNITS_MAX = 2_000  # units of work in one delivery; the rest waits for the next tick
CUSTOMERS_AT_ONCE = 25  # whose facts are re-read in one request
HELD_FOR = timedelta(hours=1)  # how long contacts rest while receivables are unexplained


@dataclass
class DeliveryReport:
    """How one delivery ended.  What it did is in the run's effects."""

    units: int = 0
    trouble: str | None = None  # why it stopped early: what was done stays, the rest is tried again
    retry_at: datetime | None = None
    held: Finding | None = None  # a company gate that is closed


def gate(context: Context, company: Company) -> tuple[Company, Finding | None]:
    """The company as it is this moment, and the company gate that is closed, if any."""
    with reading(context.engine) as conn:
        fresh = companies.get(conn, company.id)
        everything = companies.global_stop(conn)
        look = first_look.of(conn, company.id)
    state = CompanyState(
        mode=fresh.mode,
        link=fresh.state,
        stopped_by=fresh.stopped_by,
        all_stopped_by=everything.by if everything else None,
        unsettled=held_because(look),
    )
    return fresh, company_gates.judge(state)


def _contacts_held(context: Context, company: Company) -> Finding | None:
    """What keeps contacts alone: while receivables are unexplained, notes and plans go on."""
    with reading(context.engine) as conn:
        because = tie_out.untied(conn, company)
    state = CompanyState(mode=company.mode, link=company.state, untied=because)
    return company_gates.judge(state)


def _is_contact(first: Intent) -> bool:
    return first.kind in CONTACT_KINDS and first.plan_id is None and first.state is not State.UNKNOWN


def deliver(context: Context, company: Company, lease: Lease) -> DeliveryReport:
    """Deliver every effect that is due now.  What waits for its hour, a person or a closed gate stays.

    The gate is looked at before each unit of work, so a stop holds before the next message.
    """
    try:
        return _deliver(context, company, lease)
    finally:
        context.mailer.hang_up()


def _deliver(context: Context, company: Company, lease: Lease) -> DeliveryReport:
    report = DeliveryReport()
    gateway: Gateway | None = None
    for _ in range(UNITS_MAX):
        company, closed = gate(context, company)
        if closed is not None:
            report.held = closed
            return report
        with reading(context.engine) as conn:
            due = intents.next_due(conn, lease, now=context.clock.now(), at_most=CUSTOMERS_AT_ONCE)
        unit = _unit(due)
        if not unit:
            return report
        if gateway is None and not restored.allows(context, company):
            report.held = gate(context, company)[1]
            return report
        closed = _contacts_held(context, company) if _is_contact(unit[0]) else None
        if closed is not None:
            report.held = closed
            with durable(context.engine) as conn:
                intents.postpone(conn, lease, [one.id for one in unit], context.clock.now() + HELD_FOR)
            continue
        gateway = gateway or context.gateway(company, lease)
        try:
            report.trouble = _work(context, company, lease, gateway, unit) or report.trouble
        except QuickBooksError as error:
            report.trouble = str(error)
            report.retry_at = _put_back(context, company, lease, unit, error)
            return report
        report.units += 1
    return report


def _unit(due: Sequence[Intent]) -> list[Intent]:
    """The next unit of work: what is unknown before all else, then effects of one family."""
    unknown = [intent for intent in due if intent.state is State.UNKNOWN]
    if unknown:
        return unknown[:1]
    if not due:
        return []
    if due[0].plan_id is not None:
        return [due[0]]  # a plan's effects follow each other: its saga takes them one by one
    family = CONTACT_KINDS if due[0].kind in CONTACT_KINDS else (due[0].kind,)
    return [intent for intent in due if intent.kind in family and intent.plan_id is None]


def _work(
    context: Context, company: Company, lease: Lease, gateway: Gateway, unit: list[Intent]
) -> str | None:
    """Do it.  Returns a sentence where a mail server is in trouble: the others' work goes on."""
    first = unit[0]
    trouble = None
    if first.plan_id is not None:
        plan_saga.resume(context, company, lease, gateway, first.plan_id)
    elif first.kind in plan_setup.KINDS:
        plan_trial.go_on(context, company, lease, gateway, first)
    elif first.kind is IntentKind.UNDO:
        if not undo.work(context, company, lease, gateway, unit):
            with durable(context.engine) as conn:
                ids = [one.id for one in unit]
                intents.postpone(conn, lease, ids, context.clock.now() + HELD_FOR)
    elif first.state is State.UNKNOWN:
        _resolve(context, company, lease, gateway, first)
    elif first.kind is IntentKind.NOTE:
        noting.write(context, company, lease, gateway, unit)
    elif first.kind is IntentKind.NOTE_ATTACHMENT:
        noting.attach(context, company, lease, gateway, first)
    else:
        owed = [one for one in unit if answering.is_answer(one)]
        if owed:
            trouble = _answer(context, company, lease, gateway, owed)
        asking_for = [one for one in unit if not answering.is_answer(one)]
        if asking_for:
            for checked in guards.recheck(context, company, lease, gateway, asking_for):
                if trouble is None or checked.intent.kind is not IntentKind.EMAIL:
                    trouble = _contact(context, company, lease, gateway, checked) or trouble
    return trouble


def _answer(
    context: Context, company: Company, lease: Lease, gateway: Gateway, owed: list[Intent]
) -> str | None:
    """Answers leave as other messages do, each after its own look at what it says."""
    trouble = None
    for ready in answering.prepared(context, company, lease, gateway, owed):
        _, closed = gate(context, company)
        if closed is not None:
            return trouble
        if trouble is None or ready.intent.kind is not IntentKind.EMAIL:
            trouble = answering.give(context, company, lease, ready) or trouble
    return trouble


def _resolve(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> None:
    if intent.kind is IntentKind.SEND_INVOICE:
        sending.resolve(context, company, lease, gateway, intent)
    elif intent.kind is IntentKind.EMAIL:
        mailing.resolve(context, company, lease, intent)
    else:
        noting.resolve(context, company, lease, gateway, intent)


def _contact(
    context: Context, company: Company, lease: Lease, gateway: Gateway, checked: Checked
) -> str | None:
    """Let one contact go, or say why not.  One that was checked too long ago is checked again first."""
    now = context.clock.now()
    if not guards.is_fresh(checked.read_at, now):
        return None
    if checked.intent.kind in SENT_KINDS:
        checked = guards.look_again(context, company, checked)
        now = context.clock.now()  # clocks run on: what was open to contacts a moment ago is no wait
    objection = checked.objection
    if objection is not None:
        _cancel(context, company, lease, checked, objection)
        return None
    if checked.opens_at > now:
        with durable(context.engine) as conn:
            intents.postpone(conn, lease, [checked.intent.id], checked.opens_at)
        return None
    _, closed = gate(context, company)
    if closed is not None:
        return None
    if checked.intent.kind is IntentKind.EMAIL:
        return mailing.send(context, company, lease, gateway, checked)
    if checked.intent.kind is IntentKind.TASK:
        asking.open_task(context, company, lease, checked)
    else:
        assert checked.decision is not None
        document = checked.documents[checked.decision.invoice_ids[0]]
        sending.send(context, company, lease, gateway, checked.intent, document, checked.read_at)
    return None


def _cancel(context: Context, company: Company, lease: Lease, checked: Checked, objection: str) -> None:
    now = context.clock.now()
    intent = checked.intent
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=objection, at=now)
        cases.touch(conn, company.id, [intent.plan["customer_id"]], company.today(now) + timedelta(days=1))
        audit.append(
            conn,
            company.id,
            "system",
            "contact cancelled",
            intent.plan["reminder"],
            {"because": objection},
            now,
        )


def _put_back(
    context: Context, company: Company, lease: Lease, unit: Sequence[Intent], error: QuickBooksError
) -> datetime | None:
    """After trouble: the company stops if only a person can help, else the same work comes again later."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        if isinstance(error, ReconnectNeeded):
            companies.update(conn, company.id, state=Link.RECONNECT)
            return None
        wait = timedelta(seconds=error.retry_after) if error.retry_after else RETRY_AFTER
        ids = [intent.id for intent in unit]
        intents.postpone(conn, lease, ids, now + wait)
    return now + wait
