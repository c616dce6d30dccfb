"""QuickBooks e-mails a copy of one invoice: the one kind of contact that leaves by itself.

Whether `requestid` protects /send is unconfirmed, so an answer that was lost is
never answered by sending again: DeliveryInfo.DeliveryTime is read, and if it is
as it was, a person decides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qb_collections.core.intents import Intent, State
from qb_collections.quickbooks.errors import NotFound, Refused
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument
from qb_collections.services import attempts, contacts, guards
from qb_collections.services.attempts import Prepared
from qb_collections.services.context import Context
from qb_collections.store import intents, mirror, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease


def send(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    intent: Intent,
    document: InvoiceDocument,
    read_at: datetime,
) -> State:
    """Send one copy whose guards were re-read at read_at, and record the contact with its note.

    Where that has grown old until the attempt stood on the disk, nothing is sent and it comes again.
    """
    recipient = intent.plan["draft"]["to"]
    body = {"invoice_id": document.invoice.id, "to": recipient}
    attempt = attempts.begin(context, company, lease, [Prepared(intent, body, _image(document))])
    if not guards.is_fresh(read_at, context.clock.now()):
        attempts.withdraw(context, lease, attempt, attempts.GROWN_OLD)
        return State.READY
    try:
        answer = attempts.send(
            context, lease, attempt, lambda name: gateway.send_invoice(document.invoice.id, recipient, name)
        )
    except Refused as error:
        _refused(context, company, lease, intent, recipient, error)
        return State.REJECTED
    _delivered(context, company, lease, intent, answer)
    return State.CONFIRMED


def resolve(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> State:
    """An answer was lost.  Another delivery time than before means delivered; else a person decides."""
    assert intent.body is not None and intent.before is not None
    try:
        document = gateway.invoice(intent.body["invoice_id"])
    except NotFound:
        document = None
    if document is not None and _image(document)["sent_at"] != intent.before["sent_at"]:
        _delivered(context, company, lease, intent, document)
        return State.CONFIRMED
    reason = (
        "QuickBooks did not answer, and does not show that the copy was e-mailed. "
        "Look at the invoice's delivery in QuickBooks before sending it again."
    )
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.PARKED, reason=reason, at=context.clock.now())
        tasks.open_task(
            conn,
            company.id,
            key=f"parked:{intent.key}:{intent.round}",
            kind="parked",
            customer_id=intent.plan["customer_id"],
            currency=intent.plan["currency"],
            title=f"Was it sent? {intent.plan['customer']}",
            text=reason,
            payload={"reminder": intent.plan["reminder"]},
            intent_id=intent.id,
            due_on=company.today(context.clock.now()),
            at=context.clock.now(),
        )
    return State.PARKED


def _image(document: InvoiceDocument) -> dict[str, Any]:
    invoice = document.invoice
    return {
        "sent_at": invoice.sent_at.isoformat() if invoice.sent_at else None,
        "email_status": invoice.email_status,
        "email": invoice.email,
        "balance": str(invoice.balance.amount),
    }


def _delivered(
    context: Context, company: Company, lease: Lease, intent: Intent, document: InvoiceDocument
) -> None:
    """The contact, the note that will record it, the ladder and the mirror, in one transaction."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after=_image(document),
            inverse={"none": "an e-mail cannot be unsent"},
            external_id=document.invoice.id,
            at=now,
        )
        mirror.put_invoices(conn, company.id, [document.invoice])
        contacts.delivered(conn, company, intent, at=now, actor="system")


def _refused(
    context: Context, company: Company, lease: Lease, intent: Intent, recipient: str, error: Refused
) -> None:
    """No note, a task, and the ladder does not advance."""
    now = context.clock.now()
    reason = f"QuickBooks would not e-mail the copy to {recipient}: {error.detail or error.message}"
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.REJECTED, reason=reason, at=now)
        tasks.open_task(
            conn,
            company.id,
            key=f"refused:{intent.key}",
            kind="refused",
            customer_id=intent.plan["customer_id"],
            currency=intent.plan["currency"],
            title=f"Could not e-mail {intent.plan['customer']}",
            text=reason,
            payload={"reminder": intent.plan["reminder"]},
            intent_id=intent.id,
            due_on=company.today(now),
            at=now,
        )
