"""A contact was delivered: record it, advance the cycle, queue the note lines, look again tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import cycles
from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.decision import Channel
from qb_collections.core.identity import marker, note_key
from qb_collections.core.intents import Intent, IntentKind, PlannedIntent
from qb_collections.messages.reminders import STEPS
from qb_collections.services import answered
from qb_collections.store import audit, cases, intents, mirror
from qb_collections.store import contacts as stored_contacts
from qb_collections.store import cycles as stored_cycles
from qb_collections.store.companies import Company


def delivered(
    conn: Connection,
    company: Company,
    intent: Intent,
    *,
    at: datetime,
    actor: str,
    kind: ContactKind = ContactKind.REMINDER,
    channel: Channel | None = None,
    note_kind: str | None = None,
) -> None:
    """Record one delivered contact with everything that follows from it, in the caller's transaction."""
    plan = intent.plan
    if plan.get("answer"):
        answered.given(conn, company, plan, intent_id=intent.id, at=at, actor=actor)
        return
    on = company.today(at)
    contact = Contact(
        on=on,
        kind=kind,
        stage=plan["stage"],
        cycle=plan["cycle"],
        number=plan["number"],
        invoice_ids=tuple(plan["invoice_ids"]),
        act_by_on=_day(plan["act_by_on"]),
        reply_by_on=_day(plan["reply_by_on"]),
        backlog=plan["backlog"],
    )
    customer_id, currency = plan["customer_id"], plan["currency"]
    stored_contacts.record(
        conn,
        company.id,
        customer_id,
        currency,
        contact,
        at=at,
        channel=channel or Channel(plan["channel"]),
        intent_id=intent.id,
        text=plan["draft"]["text"],
        recipient=plan["draft"]["to"],
    )
    running = stored_cycles.current(conn, company.id, customer_id, currency)
    cycle = running or cycles.begun(plan["cycle"], on, plan["policy_version"])
    stored_cycles.save(conn, company.id, customer_id, currency, cycles.delivered(cycle, contact))
    cases.touch(conn, company.id, [customer_id], on + timedelta(days=1))
    for survivor in _merged_into(conn, company, customer_id, contact.invoice_ids):
        heard_too(
            conn,
            company,
            survivor,
            currency,
            contact,
            at=at,
            channel=channel or Channel(plan["channel"]),
            recipient=plan["draft"]["to"],
        )
        cases.touch(conn, company.id, [survivor], on + timedelta(days=1))
    notes = _notes(company, intent, on, note_kind or _note_kind(plan), at)
    intents.plan(conn, company.id, intent.run_id, notes)
    audit.append(
        conn,
        company.id,
        actor,
        "contact delivered",
        plan["reminder"],
        {"kind": kind.value, "step": plan["stage"], "invoices": plan["invoice_ids"], "notes": len(notes)},
        at,
    )


def heard_too(
    conn: Connection,
    company: Company,
    survivor: str,
    currency: str,
    contact: Contact,
    *,
    at: datetime,
    channel: Channel | None,
    recipient: str | None,
) -> None:
    """Whoever a customer was merged into has heard what that one heard: it counts for gap and caps."""
    said = Contact(
        on=contact.on,
        kind=ContactKind.FOREIGN,
        stage=None,
        cycle=None,
        number=None,
        invoice_ids=contact.invoice_ids,
    )
    stored_contacts.record(
        conn, company.id, survivor, currency, said, at=at, channel=channel, recipient=recipient
    )


def _merged_into(
    conn: Connection, company: Company, customer_id: str, invoice_ids: Sequence[str]
) -> set[str]:
    """Who has these invoices now that the customer is gone from QuickBooks; of who is there, nobody."""
    if mirror.customers(conn, company.id, [customer_id]):
        return set()
    return {*mirror.owners(conn, company.id, "Invoice", invoice_ids).values()} - {customer_id}


def reported_late(conn: Connection, company: Company, intent: Intent) -> bool:
    """Whether a person's report still counts although the run that asked for it is over.

    They spoke or wrote all the same: it counts where no other contact has taken its place.
    """
    plan = intent.plan
    key = plan["customer_id"], plan["currency"]
    running = stored_cycles.current(conn, company.id, *key)
    if running is not None:
        return (running.number, running.contacts + 1) == (plan["cycle"], plan["number"])
    spoken = stored_contacts.of_customer(conn, company.id, key[0])
    return plan["number"] == 1 and all(
        (one.currency, one.contact.cycle) != (key[1], plan["cycle"]) for one in spoken
    )


def _notes(company: Company, intent: Intent, on: date, kind: str, at: datetime) -> list[PlannedIntent]:
    """One line for every invoice that the contact named, where the owner wants notes at all."""
    if company.note_place == "neither":
        return []
    in_memo = company.note_place == "memo" and company.notes_stopped is None
    enclosed = intent.plan.get("enclosed_ids", ())  # a copy of these went with the message
    planned = []
    for invoice_id in intent.plan["invoice_ids"]:
        key = note_key(intent.plan["reminder"], invoice_id)
        plan = {
            "invoice_id": invoice_id,
            "customer_id": intent.plan["customer_id"],
            "customer": intent.plan["customer"],
            "line": "S1" if kind == "listed" and invoice_id in enclosed else kind,
            "on": on.isoformat(),
            "ref": marker(company.key, key),
        }
        planned.append(
            PlannedIntent(key, IntentKind.NOTE if in_memo else IntentKind.NOTE_ATTACHMENT, at, plan)
        )
    return planned


def _note_kind(plan: dict[str, Any]) -> str:
    """Which line records it: a copy of the invoice itself, or a message that lists it."""
    step = STEPS[plan["template"]]
    if plan["channel"] == Channel.QUICKBOOKS.value:
        return step
    if plan["backlog"] or step == "S1":
        return "listed"
    return {"S3": "s3_email", "S-month": "monthly"}.get(step, step)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
