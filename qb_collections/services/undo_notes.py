"""Take our lines and attachments back, or put them back: exactly ours, and what people wrote since stays.

Read, change our line only, write under the version that was read, look at the answer.  What is as asked
already is not written; a line that a person changed is left to people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qb_collections.core.intents import Intent, State
from qb_collections.messages.notes import append_line, has_marker, remove_line
from qb_collections.quickbooks.errors import NotFound, Refused, Stale
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument, NoteResult
from qb_collections.services import attempts
from qb_collections.services.attempts import Begun, Prepared
from qb_collections.services.context import Context
from qb_collections.store import intents, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

BATCH_MAX = 30  # QuickBooks takes at most 30 operations in a batch
CHANGED = "Somebody changed our line in QuickBooks since; it is left as it is."
GONE = "The invoice is no longer in QuickBooks."
FULL = "The memo has no room for the line any more."


def changed_memo(what: Mapping[str, Any], memo: str) -> str | None:
    """The memo as it is to be; None when that cannot be without touching what people wrote."""
    if what["way"] == "restore":
        return memo if has_marker(memo, what["ref"]) else append_line(memo, what["line"])
    if not has_marker(memo, what["ref"]):
        return memo
    without = remove_line(memo, what["ref"], what["line"])
    return None if without == memo else without


def write(context: Context, company: Company, lease: Lease, gateway: Gateway, due: Sequence[Intent]) -> None:
    """A batch of memos, each invoice at most once in it.  Raises the QuickBooksError that left it open."""
    chosen = list({one.plan["invoice_id"]: one for one in reversed(due)}.values())[:BATCH_MAX]
    documents = gateway.live((), [one.plan["invoice_id"] for one in chosen]).documents
    prepared = []
    for one in chosen:
        document = documents.get(one.plan["invoice_id"])
        memo = changed_memo(one.plan, document.private_note) if document else None
        if document is None:
            _leave(context, lease, one, GONE)
        elif memo is None:
            _leave(context, lease, one, FULL if one.plan["way"] == "restore" else CHANGED)
        elif memo == document.private_note:
            _confirm(context, company, lease, one, document, ready=True)
        else:
            body = {
                "invoice_id": document.invoice.id,
                "sync_token": document.invoice.sync_token,
                "private_note": memo,
            }
            prepared.append(Prepared(one, body, _image(document)))
    if prepared:
        begun = attempts.begin(context, company, lease, prepared)
        _send(context, company, lease, gateway, begun)


def resolve(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> None:
    """The answer was lost: read what the memos say; what is not as asked goes into a request of its own."""
    with reading(context.engine) as conn:
        attempt = intents.last_attempt(conn, company.id, intent.id)
        assert attempt is not None, "what is unknown was attempted"
        members = [intents.get(conn, company.id, one) for one in attempt.intent_ids]
    unknown = [one for one in members if one.state is State.UNKNOWN]
    documents = gateway.live((), [one.plan["invoice_id"] for one in unknown]).documents
    for one in unknown:
        document = documents.get(one.plan["invoice_id"])
        if document is not None and changed_memo(one.plan, document.private_note) == document.private_note:
            _confirm(context, company, lease, one, document)
        else:
            with durable(context.engine) as conn:
                intents.settle(conn, lease, one.id, State.READY, reason="not found in QuickBooks")
                intents.ready(conn, lease, one, body=None, body_hash=None, before=None, round=one.round + 1)


def attachment(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> None:
    """Delete the attached note, or attach it again."""
    what = intent.plan
    restore = what["way"] == "restore"
    record = None if restore else _attached(gateway, what["id"])
    there = gateway.attachment_with(what["ref"], lease_since(intent)) if restore else None
    if restore and there is not None:
        _confirm_attachment(context, lease, intent, there)
        return
    if not restore and record is None:
        _confirm_attachment(context, lease, intent, what["id"])
        return
    if intent.state is State.UNKNOWN:
        with durable(context.engine) as conn:
            intents.settle(conn, lease, intent.id, State.READY, reason="not found in QuickBooks")
            intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round + 1)
        with reading(context.engine) as conn:
            intent = intents.get(conn, company.id, intent.id)
    token = str((record or {}).get("SyncToken", "0"))
    body = {"text": what["line"], "invoice_id": what["invoice_id"], "id": what.get("id"), "token": token}
    begun = attempts.begin(context, company, lease, [Prepared(intent, body, {"note": what["line"]})])

    def send(name: str) -> dict[str, Any]:
        if restore:
            return gateway.attach_note(what["invoice_id"], what["line"], name)
        return gateway.delete("Attachable", what["id"], token, name)

    try:
        answer = attempts.send(context, lease, begun, send)
    except Refused as error:
        with durable(context.engine) as conn:
            at = context.clock.now()
            intents.settle(conn, lease, intent.id, State.REJECTED, reason=str(error), at=at)
        return
    _confirm_attachment(context, lease, intent, str(answer["Id"]) if restore else what["id"])


def lease_since(intent: Intent) -> Any:
    """From when on an attachment of this effect can be in the books."""
    return intent.due_at


def _send(context: Context, company: Company, lease: Lease, gateway: Gateway, begun: Begun) -> None:
    notes = [
        (body["invoice_id"], body["sync_token"], body["private_note"])
        for body in (member.body or {} for member in begun.members)
    ]
    results = attempts.send(context, lease, begun, lambda name: gateway.write_notes(notes, name))
    for member, result in zip(begun.members, results, strict=True):
        _settle(context, company, lease, member, result)


def _settle(context: Context, company: Company, lease: Lease, member: Intent, result: NoteResult) -> None:
    error = result.error
    now = context.clock.now()
    if result.document is not None:
        _confirm(context, company, lease, member, result.document)
    elif isinstance(error, Stale):
        if not attempts.refused_round(context, lease, member, "somebody changed the invoice meanwhile"):
            _leave(context, lease, member, "The invoice kept changing in QuickBooks.", State.PARKED)
    else:
        assert error is not None, "an item answers with a document or an error"
        with durable(context.engine) as conn:
            if not error.definite:
                intents.settle(conn, lease, member.id, State.UNKNOWN, reason=str(error))
            elif error.retryable:
                intents.settle(conn, lease, member.id, State.READY, reason=str(error))
                intents.postpone(conn, lease, [member.id], now + attempts.RETRY_AFTER)
            else:
                reason = error.detail or error.message or str(error)
                intents.settle(conn, lease, member.id, State.REJECTED, reason=reason, at=now)


def _confirm(
    context: Context,
    company: Company,
    lease: Lease,
    member: Intent,
    document: InvoiceDocument,
    *,
    ready: bool = False,
) -> None:
    what = member.plan
    other = "restore" if what["way"] == "remove" else "remove"
    with durable(context.engine) as conn:
        if ready:
            intents.ready(conn, lease, member, body=None, body_hash=None, before=None, round=member.round)
        intents.settle(
            conn,
            lease,
            member.id,
            State.CONFIRMED,
            after=_image(document),
            inverse={other: "line", "ref": what["ref"], "invoice_id": what["invoice_id"]},
            external_id=document.invoice.id,
            at=context.clock.now(),
        )
        mirror.put_invoices(conn, company.id, [document.invoice])


def _confirm_attachment(context: Context, lease: Lease, intent: Intent, id: str) -> None:
    with durable(context.engine) as conn:
        if intents.get(conn, lease.company_id, intent.id).state is State.PLANNED:
            intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after={"attachable_id": id},
            inverse={"restore" if intent.plan["way"] == "remove" else "remove": "attachment"},
            external_id=id,
            at=context.clock.now(),
        )


def _leave(context: Context, lease: Lease, one: Intent, reason: str, state: State = State.CANCELLED) -> None:
    with durable(context.engine) as conn:
        intents.settle(conn, lease, one.id, state, reason=reason, at=context.clock.now())


def _attached(gateway: Gateway, id: str) -> dict[str, Any] | None:
    try:
        return gateway.document("Attachable", id)
    except NotFound:
        return None


def _image(document: InvoiceDocument) -> dict[str, Any]:
    return {
        "private_note": document.private_note,
        "total": str(document.invoice.total.amount),
        "balance": str(document.invoice.balance.amount),
    }
