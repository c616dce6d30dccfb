"""Note lines: one line appended to the invoice's memo for each delivered contact, with its marker.

Read, append, write under the version that was read, look at the answer: the invoice's money, dates
and lines must be what they were.  If not, note writes of that company stop, and attachments are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.intents import Intent, IntentKind, PlannedIntent, State
from qb_collections.messages.notes import append_line, count_ours, has_marker, note_line
from qb_collections.quickbooks.errors import BooksClosed, Refused, Stale
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument, NoteResult
from qb_collections.services import attempts
from qb_collections.services.attempts import Begun, Prepared
from qb_collections.services.context import Context
from qb_collections.services.template_library import library_for
from qb_collections.store import audit, companies, intents, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

BATCH_MAX = 30  # QuickBooks takes at most 30 operations in a batch
NOTES_PER_INVOICE_MAX = 6  # of ours in one memo; then an attachment


def write(context: Context, company: Company, lease: Lease, gateway: Gateway, due: Sequence[Intent]) -> None:
    """Write a batch of note lines, each invoice at most once in it."""
    chosen = list({intent.plan["invoice_id"]: intent for intent in reversed(due)}.values())[:BATCH_MAX]
    ids = [intent.plan["invoice_id"] for intent in chosen]
    documents = gateway.live((), ids).documents
    prepared = []
    for intent in chosen:
        document = documents.get(intent.plan["invoice_id"])
        memo = _memo(context, company, intent, document)
        if document is not None and memo is not None:
            body = {
                "invoice_id": document.invoice.id,
                "sync_token": document.invoice.sync_token,
                "private_note": memo,
            }
            prepared.append(Prepared(intent, body, _image(document)))
        else:
            _not_in_the_memo(context, company, lease, intent, document)
    if prepared:
        begun = attempts.begin(context, company, lease, prepared)
        _send(context, company, lease, gateway, begun, {one.intent.id: one.body for one in prepared})


def attach(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> None:
    """The note as an attachment beside the invoice, never sent with it."""
    body = {"invoice_id": intent.plan["invoice_id"], "text": _line(context, company, intent)}
    begun = attempts.begin(context, company, lease, [Prepared(intent, body, {})])
    _send_attachment(context, company, lease, gateway, begun, body)


def resolve(context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent) -> None:
    """The answer was lost: read for the markers; what is not there is sent again as the same request."""
    if intent.kind is IntentKind.NOTE_ATTACHMENT:
        _resolve_attachment(context, company, lease, gateway, intent)
        return
    with reading(context.engine) as conn:
        attempt = intents.last_attempt(conn, company.id, intent.id)
        assert attempt is not None, "what is unknown was attempted"
        members = [intents.get(conn, company.id, one) for one in attempt.intent_ids]
    unknown = [one for one in members if one.state is State.UNKNOWN]
    documents = gateway.live((), [one.plan["invoice_id"] for one in unknown]).documents
    there = [one for one in unknown if _is_written(one, documents.get(one.plan["invoice_id"]))]
    if len(unknown) == len(members) and len(there) < len(members):
        begun = attempts.again(context, lease, attempt)
        _send(context, company, lease, gateway, begun, {one.id: one.body or {} for one in begun.members})
        return
    with durable(context.engine) as conn:
        for one in there:
            document = documents[one.plan["invoice_id"]]
            _confirm(conn, context, company, lease, one, document, _written_line(context, company, one))
        # The rest of the batch was answered, so these go into a request of their own.  Should the first
        # one still arrive, one of the two finds a version that has moved on.
        for one in unknown:
            if one not in there:
                intents.settle(conn, lease, one.id, State.READY, reason="not found in QuickBooks")


def _send(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    begun: Begun,
    bodies: Mapping[int, dict[str, Any]],
) -> None:
    """Send the batch and settle it item by item, in one transaction."""
    notes = [
        (body["invoice_id"], body["sync_token"], body["private_note"])
        for body in (bodies[member.id] for member in begun.members)
    ]
    results = attempts.send(context, lease, begun, lambda name: gateway.write_notes(notes, name))
    stale = [
        member
        for member, result in zip(begun.members, results, strict=True)
        if isinstance(result.error, Stale)
    ]
    fresh = gateway.live((), [one.plan["invoice_id"] for one in stale]).documents if stale else {}
    again: list[Intent] = []
    with durable(context.engine) as conn:
        for member, result in zip(begun.members, results, strict=True):
            _settle(conn, context, company, lease, member, result, fresh, again)
    for member in again:
        if not attempts.refused_round(context, lease, member, "somebody changed the invoice meanwhile"):
            _park(
                context,
                company,
                lease,
                member,
                "The invoice kept changing in QuickBooks while we wrote the note.",
            )


def _settle(
    conn: Connection,
    context: Context,
    company: Company,
    lease: Lease,
    member: Intent,
    result: NoteResult,
    fresh: Mapping[str, InvoiceDocument],
    again: list[Intent],
) -> None:
    now = context.clock.now()
    error = result.error
    if result.document is not None:
        _confirm(
            conn, context, company, lease, member, result.document, _written_line(context, company, member)
        )
    elif isinstance(error, Stale):
        document = fresh.get(member.plan["invoice_id"])
        if document is not None and _is_written(member, document):
            _confirm(conn, context, company, lease, member, document, _written_line(context, company, member))
        else:
            again.append(member)
    elif error is not None and error.definite and not error.retryable:
        intents.settle(conn, lease, member.id, State.REJECTED, reason=str(error), at=now)
        if isinstance(error, BooksClosed):
            _instead(conn, company, member, context)
    elif error is not None and error.definite:
        intents.settle(conn, lease, member.id, State.READY, reason=str(error))
        intents.postpone(conn, lease, [member.id], now + attempts.RETRY_AFTER)
    else:
        intents.settle(conn, lease, member.id, State.UNKNOWN, reason=str(error))


def _confirm(
    conn: Connection,
    context: Context,
    company: Company,
    lease: Lease,
    member: Intent,
    document: InvoiceDocument,
    line: str,
) -> None:
    now = context.clock.now()
    after = _image(document)
    intents.settle(
        conn,
        lease,
        member.id,
        State.CONFIRMED,
        after=after,
        inverse={"remove_line": line, "ref": member.plan["ref"], "invoice_id": document.invoice.id},
        external_id=document.invoice.id,
        at=now,
    )
    mirror.put_invoices(conn, company.id, [document.invoice])
    moved = _moved(member.before, after)
    if moved:
        stopped = f"Writing a note changed {', '.join(moved)} of invoice {document.invoice.label}."
        companies.update(conn, company.id, notes_stopped=stopped)
        audit.append(conn, company.id, "system", "notes stopped", member.key, {"changed": moved}, now)


def _moved(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """What a note must leave as it was, and did not.  Balance moves by payments, so it may fall."""
    if not before:
        return []
    watched = {"total": "the total", "tax": "the tax", "due_on": "the due date", "lines": "the lines"}
    return [words for name, words in watched.items() if before[name] != after[name]]


def _not_in_the_memo(
    context: Context, company: Company, lease: Lease, intent: Intent, document: InvoiceDocument | None
) -> None:
    """Already there, gone, or no room: settle it without a write."""
    with durable(context.engine) as conn:
        if document is not None and _is_written(intent, document):
            intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
            _confirm(conn, context, company, lease, intent, document, _written_line(context, company, intent))
            return
        now = context.clock.now()
        if document is None:
            reason = "The invoice is no longer in QuickBooks."
        else:
            reason = "The memo has no room for another line, so the note is attached beside the invoice."
            _instead(conn, company, intent, context)
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=reason, at=now)


def _instead(conn: Connection, company: Company, intent: Intent, context: Context) -> None:
    key = f"{intent.key}:attachment"
    planned = PlannedIntent(key, IntentKind.NOTE_ATTACHMENT, context.clock.now(), intent.plan)
    intents.plan(conn, company.id, intent.run_id, [planned])


def _park(context: Context, company: Company, lease: Lease, intent: Intent, reason: str) -> None:
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.PARKED, reason=reason, at=context.clock.now())


def _memo(context: Context, company: Company, intent: Intent, document: InvoiceDocument | None) -> str | None:
    """The whole memo after our line; None when it is written already, or there is no invoice or no room."""
    if document is None or has_marker(document.private_note, intent.plan["ref"]):
        return None
    if company.notes_stopped is not None or count_ours(document.private_note) >= NOTES_PER_INVOICE_MAX:
        return None
    return append_line(document.private_note, _line(context, company, intent))


def _line(context: Context, company: Company, intent: Intent) -> str:
    plan = intent.plan
    if "text" in plan:  # worded when it was planned
        return str(plan["text"])
    with reading(context.engine) as conn:
        library = library_for(conn, company)
    return note_line(
        plan["line"],
        on=date.fromisoformat(plan["on"]),
        phone=company.contact_phone,
        name=company.contact_name,
        ref=plan["ref"],
        locale=company.locale,
        library=library,
    )


def _written_line(context: Context, company: Company, intent: Intent) -> str:
    """The line as it went over the wire: the settings may have changed since."""
    memo = str((intent.body or {}).get("private_note", ""))
    written = (line for line in reversed(memo.splitlines()) if has_marker(line, intent.plan["ref"]))
    return next(written, None) or _line(context, company, intent)


def _is_written(intent: Intent, document: InvoiceDocument | None) -> bool:
    return document is not None and has_marker(document.private_note, intent.plan["ref"])


def _image(document: InvoiceDocument) -> dict[str, Any]:
    invoice = document.invoice
    return {
        "private_note": document.private_note,
        "total": str(invoice.total.amount),
        "tax": str(document.total_tax.amount),
        "balance": str(invoice.balance.amount),
        "due_on": invoice.due_on.isoformat() if invoice.due_on else None,
        "lines": document.line_count,
    }


def _send_attachment(
    context: Context, company: Company, lease: Lease, gateway: Gateway, begun: Begun, body: Mapping[str, Any]
) -> None:
    member = begun.members[0]
    try:
        record = attempts.send(
            context, lease, begun, lambda name: gateway.attach_note(body["invoice_id"], body["text"], name)
        )
    except Refused as error:
        with durable(context.engine) as conn:
            intents.settle(conn, lease, member.id, State.REJECTED, reason=str(error), at=context.clock.now())
        return
    _confirm_attachment(context, lease, member, str(record["Id"]))


def _confirm_attachment(context: Context, lease: Lease, member: Intent, attachable_id: str) -> None:
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            member.id,
            State.CONFIRMED,
            after={"attachable_id": attachable_id},
            inverse={"delete": "Attachable", "id": attachable_id},
            external_id=attachable_id,
            at=context.clock.now(),
        )


def _resolve_attachment(
    context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent
) -> None:
    with reading(context.engine) as conn:
        attempt = intents.last_attempt(conn, company.id, intent.id)
    assert attempt is not None and intent.body is not None
    found = gateway.attachment_with(intent.plan["ref"], attempt.sent_at)
    if found is not None:
        _confirm_attachment(context, lease, intent, found)
        return
    begun = attempts.again(context, lease, attempt)
    _send_attachment(context, company, lease, gateway, begun, intent.body)
