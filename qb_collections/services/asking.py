"""Effects that are work for a person: a rendered message to send, a call, a decision, a thing to mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Case
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.intents import State
from qb_collections.core.money import Money
from qb_collections.messages.check import check
from qb_collections.messages.facts import HandOver
from qb_collections.services import composing, handing_over
from qb_collections.services.context import Context
from qb_collections.services.effects import CONTACT_OUTCOMES, Draft, plan_of
from qb_collections.services.guards import Checked
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voice, Voices
from qb_collections.store import intents, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

MESSAGE = "message"  # the kind of a task whose text a person sends

_TITLES = {
    MESSAGE: "Send this message to {name}",
    "call": "Call {name}",
    "decide": "Decide what comes next for {name}",
    "apply_credits": "Apply credits of {name}",
    "add_email": "Add an e-mail address for {name}",
    "find_credit": "Find the credit behind the balance of {name}",
    "plan_missed": "A payment of the plan of {name} is late",
    "look_at_old": "Look at old invoices of {name}",
}


def open_task(context: Context, company: Company, lease: Lease, checked: Checked) -> None:
    """Open the task with a text made from what was just read, or refresh the open one for the same thing.

    A contact's task leaves its effect waiting for the person's report; any
    other task is done being planned once it is there.
    """
    intent, case, decision = checked.intent, checked.case, checked.decision
    assert case is not None and decision is not None
    now = context.clock.now()
    with reading(context.engine) as conn:
        voice = Voices(conn, company).of(case.customer.id)
        calendar = Rulebook(conn, company, company.today(now)).in_force(case).calendar
    card = _card(context, company, case, decision)
    draft = composing.draft(company, case, decision, checked.read_at, card, voice=voice)
    draft = composing.in_their_words(company, case, decision, draft, intent.plan, checked.read_at, voice)
    kind = MESSAGE if decision.outcome is Outcome.REMIND else decision.task_kind or MESSAGE
    plan = plan_of(case, decision, draft, intent.plan["reminder"], intent.plan["policy_version"])
    plan["by_hand"] = intent.plan.get("by_hand")  # why it does not leave by itself
    if kind == MESSAGE:
        plan["faults"] = _faults(
            company, checked, draft, voice, calendar
        )  # while there are any, nobody sends it
    words: dict[str, Any] = {
        "title": _title(kind, case.customer.name, decision),
        "text": f"Subject: {draft.subject}\n\n{draft.text}" if draft.subject else draft.text,
        "payload": plan,
        "intent_id": intent.id,
        "due_on": company.today(now),
    }
    with durable(context.engine) as conn:
        same = open_for(tasks.list(conn, company.id, customer_id=case.customer.id), plan["reminder"])
        if same is not None:
            tasks.refresh(conn, company.id, same.id, **words)
            task_id = same.id
        else:
            task_id = tasks.open_task(
                conn,
                company.id,
                key=intent.key,
                kind=kind,
                customer_id=case.customer.id,
                currency=case.currency,
                at=now,
                **words,
            ).id
        if decision.outcome in CONTACT_OUTCOMES:
            intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
        else:
            intents.settle(
                conn,
                lease,
                intent.id,
                State.CONFIRMED,
                after={"task": task_id},
                external_id=str(task_id),
                at=now,
            )


def _faults(company: Company, checked: Checked, draft: Draft, voice: Voice, calendar: Calendar) -> list[str]:
    """Why these words may not be shown as ready: what the check finds, or which setting is missing."""
    case, decision = checked.case, checked.decision
    assert case is not None and decision is not None
    if decision.channel is Channel.QUICKBOOKS:
        return []
    ours = composing.words(company, case, decision, checked.read_at, voice=voice)
    if ours is None:
        return [draft.text.strip()]
    message = replace(ours.message, subject=draft.subject, text=draft.text)
    found = check(message, ours.facts, is_business_day=calendar.is_business_day)
    return [fault.what for fault in found]


def _card(context: Context, company: Company, case: Case, decision: Decision) -> HandOver | None:
    """What helps a person to choose, read as it is now; None where there is nothing to choose."""
    if decision.outcome is not Outcome.DECIDE:
        return None
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        rules = Rulebook(conn, company, today).rules(case)
        return handing_over.card(conn, company, rules, case, decision, today)


def open_for(open_tasks: Iterable[Task], reminder: str) -> Task | None:
    """The open task about this reminder (or this thing to mend), if there is one."""
    return next((task for task in open_tasks if task.payload.get("reminder") == reminder), None)


def _title(kind: str, name: str, decision: Decision) -> str:
    title = _TITLES.get(kind, "Look at {name}").format(name=name[:60])
    amount: Money | None = decision.amount
    return f"{title}: {amount}" if amount is not None and kind in (MESSAGE, "call", "decide") else title
