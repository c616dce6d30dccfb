"""From a decision to the effects that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Case
from qb_collections.core.company_gates import Mode
from qb_collections.core.decide import MAILED_MOST
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.identity import contact_key
from qb_collections.core.intents import SENT_KINDS, Approval, IntentKind, PlannedIntent
from qb_collections.core.policy import Policy
from qb_collections.core.quick import quick
from qb_collections.services import hours
from qb_collections.store.companies import Company

CONTACT_OUTCOMES = (Outcome.REMIND, Outcome.CALL)


# What is due at once is due since a minute ago: two processes read the time a little apart.
SLACK = timedelta(minutes=1)


@quick
@dataclass(frozen=True, slots=True)
class Draft:
    """What would be said, to whom: the exact words a person approves."""

    to: str | None
    subject: str
    text: str

    def as_json(self) -> dict[str, Any]:
        return {"to": self.to, "subject": self.subject, "text": self.text}


def planned(
    company: Company,
    policy: Policy,
    policy_version: int,
    calendar: Calendar,
    case: Case,
    decision: Decision,
    draft: Draft,
    run_on: date,
    now: datetime,
) -> PlannedIntent | None:
    """The one effect of a decision, or None for silence.

    What leaves by itself is keyed by the reminder: it exists once, however often
    the night is run.  A task is keyed by reminder and day, since a task that was
    closed unsent may be opened again.
    """
    if decision.outcome is Outcome.SILENCE:
        return None
    contact = decision.outcome in CONTACT_OUTCOMES
    if contact:
        assert decision.cycle is not None and decision.number is not None
        reminder = contact_key(case.customer.id, case.currency, decision.cycle, decision.number)
    else:
        reminder = f"{decision.task_kind}:{case.customer.id}:{case.currency}"
    kind = kind_of(decision)
    plan = plan_of(case, decision, draft, reminder, policy_version)
    plan["by_hand"] = by_hand_because(policy, case, decision)
    return PlannedIntent(
        key=reminder if kind in SENT_KINDS else f"task:{reminder}:{run_on.isoformat()}",
        kind=kind,
        due_at=_due_at(company, policy, calendar, case, now) if contact else now - SLACK,
        plan=plan,
        approval=_approval(company, decision) if contact else Approval.NOT_NEEDED,
    )


def kind_of(decision: Decision) -> IntentKind:
    """By which way it leaves: QuickBooks' own e-mail, the company's, or a person's hands."""
    if decision.channel is Channel.QUICKBOOKS:
        return IntentKind.SEND_INVOICE
    return IntentKind.EMAIL if decision.mailed else IntentKind.TASK


def by_hand_because(policy: Policy, case: Case, decision: Decision) -> str | None:
    """Why a message waits for a person who sends it; None for what leaves by itself, and for other work."""
    if decision.outcome is not Outcome.REMIND or decision.channel is not Channel.EMAIL or decision.mailed:
        return None
    if not case.own_mail:
        return "No mail account of yours is turned on."
    if policy.mail.by_hand:
        return "Your policy leaves every message to you."
    stage = policy.stage(decision.stage)
    if stage is not None and stage.channel == "letter":
        return "A letter is posted by a person."
    named = len(decision.invoice_ids) + len(decision.also_open_ids)
    if named > MAILED_MOST:
        return f"{named} invoices are more than one e-mail carries; send it with a statement enclosed."
    return "They asked for no automatic e-mail at this address."


def plan_of(
    case: Case, decision: Decision, draft: Draft, reminder: str, policy_version: int
) -> dict[str, Any]:
    """What was intended, in our words, as the intent keeps it: a plain document (json_text.Plain)."""
    return {
        "reminder": reminder,
        "customer_id": case.customer.id,
        "customer": case.customer.name,
        "currency": case.currency,
        "outcome": decision.outcome.value,
        "task_kind": decision.task_kind,
        "stage": decision.stage,
        "template": decision.template,
        "channel": decision.channel.value if decision.channel else None,
        "cycle": decision.cycle,
        "number": decision.number,
        "backlog": decision.backlog,
        "policy_version": policy_version,
        "invoice_ids": list(decision.invoice_ids),
        "amount": str(decision.amount.amount) if decision.amount else None,
        "reply_by_on": decision.reply_by_on.isoformat() if decision.reply_by_on else None,
        "act_by_on": decision.act_by_on.isoformat() if decision.act_by_on else None,
        "reason": decision.reason,
        "draft": draft.as_json(),
    }


def _due_at(company: Company, policy: Policy, calendar: Calendar, case: Case, now: datetime) -> datetime:
    opens_at = hours.opens_at(company, policy, calendar, case.customer, now)
    return opens_at if opens_at > now else now - SLACK


def is_contact(plan: Mapping[str, Any]) -> bool:
    """Whether an effect's plan would let the customer hear from us, once it is delivered."""
    return Outcome(plan["outcome"]) in CONTACT_OUTCOMES


def _approval(company: Company, decision: Decision) -> Approval:
    if company.mode is Mode.AUTOMATIC and not decision.approval:
        return Approval.NOT_NEEDED
    return Approval.NEEDED
