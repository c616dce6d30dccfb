"""The report of a run, in the one shape that preview and night share (docs/run.schema.json)."""

from __future__ import annotations

from typing import Any

from qb_collections.core import without_case
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.decision import Decision, Finding
from qb_collections.core.intents import Intent
from qb_collections.services import answers, deliver
from qb_collections.services.answer_effects import Owed
from qb_collections.services.context import Context
from qb_collections.store import contacts, intents, mirror, run_effects, runs
from qb_collections.store.companies import Company
from qb_collections.store.contacts import StoredContact
from qb_collections.store.decision_rows import StoredDecision
from qb_collections.store.engine import reading

ANSWERS_SHOWN = 200
NOT_YET = {"at": None, "message_id": None, "approval": None}  # what only an answer of a night has


def run_report(context: Context, company: Company, run_id: int) -> dict[str, Any]:
    """Everything a run decided and did, as JSON values: amounts are text, days and instants ISO.

    Every open invoice has one finding: the run's own, or, for a customer who
    was not due to be looked at, the one that stands.  Raises LookupError when
    the company has no such run.
    """
    _, held = deliver.gate(context, company)
    owed = _owed_ahead(context, company, run_id)
    with reading(context.engine) as conn:
        run = runs.get(conn, company.id, run_id)
        decided = runs.of_run(conn, company.id, run_id)
        standing = runs.latest_findings(conn, company.id)
        queued = intents.of_run(conn, company.id, run_id)
        delivered = [one for intent in queued if (one := contacts.of_intent(conn, company.id, intent.id))]
        opened = mirror.open_invoices(conn, company.id)
        named = {one for stored in decided for one in stored.decision.invoice_ids}
        named |= {one for intent in queued for one in _named(intent)}
        known = mirror.invoices(conn, company.id, named | {invoice.id for invoice in opened})
        customers = mirror.customers(conn, company.id)
        differences = runs.differences(conn, company.id, run_id)
    of_run = {line.invoice_id: line for stored in decided for line in stored.decision.findings}
    return {
        "run": {
            "id": run.id,
            "kind": run.kind,
            "company": company.name,
            "date": run.on.isoformat(),
            "state": run.state,
            "mode": company.mode.value,
            "heading": held.because if held and run.state != "ended" else run.heading,
            "started_at": run.started_at.isoformat(),
            "ended_at": run.ended_at.isoformat() if run.ended_at else None,
            "counts": run.counts,
        },
        "customers": [_customer(stored, customers, known) for stored in decided],
        "invoices": [
            _invoice(
                invoice,
                customers,
                without_case.finding(invoice, customers.get(invoice.customer_id), company.locale)
                or of_run.get(invoice.id)
                or standing.get(invoice.id),
            )
            for invoice in opened
        ],
        "intents": [_intent(intent, known) for intent in queued],
        "contacts": [_contact(one, customers, known) for one in delivered],
        "answers": [
            *map(_owed_line, owed),
            *(_answer(intent, known) for intent in queued if intent.plan.get("answer")),
        ],
        "differences": [
            {
                "customer": _name(customers, one.customer_id),
                "customer_id": one.customer_id,
                "currency": one.currency,
                "before": one.was,
                "after": one.now,
            }
            for one in differences
        ],
    }


def _customer(
    stored: StoredDecision, customers: dict[str, Customer], known: dict[str, Invoice]
) -> dict[str, Any]:
    decision: Decision = stored.decision
    return {
        "customer": _name(customers, decision.customer_id),
        "customer_id": decision.customer_id,
        "currency": decision.currency,
        "outcome": decision.outcome.value,
        "stage": decision.stage,
        "channel": decision.channel.value if decision.channel else None,
        "reason": decision.reason,
        "gate": decision.gate,
        "approval": decision.approval,
        "approved_by": stored.approved_by,
        "next_look_on": decision.review_on.isoformat() if decision.review_on else None,
        "invoices": [_number(known, one) for one in decision.invoice_ids],
        "amount": str(decision.amount.amount) if decision.amount else None,
        "backlog": decision.backlog,
        "task": decision.task_kind,
        "text": stored.text,
        "trace": [{"gate": one.gate, "because": one.because, "stops": one.stops} for one in decision.trace],
    }


def _invoice(invoice: Invoice, customers: dict[str, Customer], found: Finding | None) -> dict[str, Any]:
    return {
        "invoice": invoice.label,
        "invoice_id": invoice.id,
        "customer": _name(customers, invoice.customer_id),
        "customer_id": invoice.customer_id,
        "due_on": invoice.due_on.isoformat() if invoice.due_on else None,
        "balance": str(invoice.balance.amount),
        "currency": invoice.balance.currency,
        "gate": found.gate if found else "new",
        "finding": found.because if found else "New since the last night; it is looked at in the next one.",
        "stops": found.stops if found else True,
        "review_on": found.review_on.isoformat() if found and found.review_on else None,
    }


def _named(intent: Intent) -> list[str]:
    """The ids of the invoices an intent is about; some of them may be paid by now."""
    ids = intent.plan.get("invoice_ids") or [one for one in [intent.plan.get("invoice_id")] if one]
    return list(ids)


def _intent(intent: Intent, known: dict[str, Invoice]) -> dict[str, Any]:
    plan = intent.plan
    return {
        "id": intent.id,
        "key": intent.key,
        "kind": intent.kind.value,
        "state": intent.state.value,
        "approval": intent.approval.value,
        "due_at": intent.due_at.isoformat(),
        "customer": plan.get("customer"),
        "customer_id": plan.get("customer_id"),
        "stage": plan.get("stage"),
        "answer": plan.get("answer"),
        "invoices": [_number(known, one) for one in _named(intent)],
        "quickbooks_id": intent.external_id,
        "reason": intent.reason,
    }


def _answer(intent: Intent, known: dict[str, Invoice]) -> dict[str, Any]:
    """One answer to a customer, with why it is owed and its words."""
    plan = intent.plan
    return {
        "customer": plan["customer"],
        "customer_id": plan["customer_id"],
        "kind": plan["answer"],
        "reason": plan["reason"],
        "state": intent.state.value,
        "because": intent.reason,
        "invoices": [_number(known, one) for one in plan["invoice_ids"]],
        "subject": plan["draft"]["subject"],
        "text": plan["draft"]["text"],
    }


def answers_of(context: Context, company: Company, run_id: int) -> list[dict[str, Any]]:
    """What the run gives as answers, or would, in its exact words; raises LookupError without such a run."""
    owed = _owed_ahead(context, company, run_id)
    with reading(context.engine) as conn:
        given = run_effects.answers(conn, company.id, run_id, limit=ANSWERS_SHOWN)
    return [
        *(
            _owed_line(one) | {"to": one.draft.to, "at": None, "message_id": None, "approval": None}
            for one in owed
        ),
        *(
            {
                "customer": one.plan["customer"],
                "customer_id": one.customer_id,
                "kind": one.plan["answer"],
                "reason": one.plan["reason"],
                "state": one.state.value,
                "because": one.reason,
                "to": one.plan["draft"]["to"],
                "subject": one.plan["draft"]["subject"],
                "text": one.plan["draft"]["text"],
                "at": one.settled_at,
                "message_id": one.message_id,
                "approval": one.approval.value,
            }
            for one in given
        ),
    ]


def _owed_ahead(context: Context, company: Company, run_id: int) -> list[Owed]:
    """What the night of a preview would answer, as it stands now; nothing for a night, or an old preview."""
    with reading(context.engine) as conn:
        run = runs.get(conn, company.id, run_id)
        latest = runs.latest(conn, company.id)
        if run.kind != "preview" or latest is None or latest.id != run.id:
            return []
    return answers.ahead(context, company, run.on)


def _owed_line(one: Owed) -> dict[str, Any]:
    labels = {item.id: item.label for item in one.case.invoices}
    return {
        "customer": one.case.customer.name,
        "customer_id": one.one.customer_id,
        "kind": one.one.kind,
        "reason": one.one.reason,
        "state": "preview",
        "because": None,
        "invoices": [labels.get(id, id) for id in one.made.invoice_ids],
        "subject": one.draft.subject,
        "text": one.draft.text,
    }


def _contact(one: StoredContact, customers: dict[str, Customer], known: dict[str, Invoice]) -> dict[str, Any]:
    return {
        "customer": _name(customers, one.customer_id),
        "customer_id": one.customer_id,
        "kind": one.contact.kind.value,
        "channel": one.channel.value if one.channel else None,
        "stage": one.contact.stage,
        "at": one.at.isoformat(),
        "invoices": [_number(known, invoice_id) for invoice_id in one.contact.invoice_ids],
        "recipient": one.recipient,
    }


def _name(customers: dict[str, Customer], customer_id: str) -> str:
    found = customers.get(customer_id)
    if customer_id == without_case.NOBODY:
        return "(no customer)"
    return found.name if found else f"(customer {customer_id}, no longer in QuickBooks)"


def _number(known: dict[str, Invoice], invoice_id: str) -> str:
    found = known.get(invoice_id)
    return found.label if found else invoice_id
