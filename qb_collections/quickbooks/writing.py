"""Writes into one company's books.  Each is sent once; who stored the attempt decides about repeating it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qb_collections.quickbooks import answers, lean, wire
from qb_collections.quickbooks.errors import AnswerLost, QuickBooksError, Unreadable
from qb_collections.quickbooks.reading import Reading
from qb_collections.quickbooks.values import InvoiceDocument, NoteResult

NOTE_CHARACTERS_MAX = 4000  # PrivateNote (Intuit API reference, Invoice)
BATCH_ITEMS_MAX = 30
REQUEST_ID_CHARACTERS_MAX = 36  # of a batch; others allow 50 (Intuit developer blog, 2015-04-06)


class Writing(Reading):
    """What we write.  A refusal has no effect; AnswerLost and ServerTrouble may have had one."""

    def send_invoice(self, id: str, to: str, request_id: str) -> InvoiceDocument:
        """QuickBooks e-mails its own copy of the invoice; the answer says when it was delivered."""
        answer = self.client.post(
            self.client.company_url(f"invoice/{id}/send"),
            "",
            "application/octet-stream",
            params={"sendTo": to},
            request_id=_checked(request_id),
        )
        return self._written(answer.get("Invoice"))

    def write_note(
        self, invoice_id: str, sync_token: str, private_note: str, request_id: str
    ) -> InvoiceDocument:
        """Set the invoice's memo and nothing else."""
        body = note_body(invoice_id, sync_token, private_note)
        return self._written(lean.save(self.client, "Invoice", body, _checked(request_id)))

    def write_notes(self, notes: Sequence[tuple[str, str, str]], request_id: str) -> list[NoteResult]:
        """Set the memos of up to 30 invoices: (id, sync token, memo); each answers for itself."""
        if not 1 <= len(notes) <= BATCH_ITEMS_MAX:
            raise ValueError(f"a batch has 1 to {BATCH_ITEMS_MAX} items, got {len(notes)}")
        answer = self.client.post(
            self.client.company_url("batch"), wire.encode(notes_body(notes)), request_id=_checked(request_id)
        )
        items = answer.get("BatchItemResponse")
        if not isinstance(items, list):
            raise AnswerLost(detail="a batch was answered without items")
        by_id = {str(item.get("bId")): item for item in items if isinstance(item, dict)}
        return [
            self._note_result(invoice_id, by_id.get(str(number)))
            for number, (invoice_id, _, _) in enumerate(notes, start=1)
        ]

    def attach_note(self, invoice_id: str, text: str, request_id: str) -> dict[str, Any]:
        """A note beside the invoice, not sent with it; for invoices whose memo cannot be written."""
        return self.create("Attachable", attachment_body(invoice_id, text), request_id)

    def create(self, kind: str, body: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        """Create a record of kind from exactly this body; the record as QuickBooks made it."""
        assert "Id" not in body, "what is created has no Id yet"
        return self._record(lean.save(self.client, kind, body, _checked(request_id)))

    def create_many(
        self, kind: str, bodies: Sequence[Mapping[str, Any]], request_id: str
    ) -> list[dict[str, Any] | QuickBooksError]:
        """Create up to 30 records of kind in one request; each answers for itself, in their order."""
        if not 1 <= len(bodies) <= BATCH_ITEMS_MAX:
            raise ValueError(f"a batch has 1 to {BATCH_ITEMS_MAX} items, got {len(bodies)}")
        assert all("Id" not in body for body in bodies), "what is created has no Id yet"
        items = [
            {"bId": str(number), "operation": "create", kind: body}
            for number, body in enumerate(bodies, start=1)
        ]
        answer = self.client.post(
            self.client.company_url("batch"),
            wire.encode({"BatchItemRequest": items}),
            request_id=_checked(request_id),
        )
        found = answer.get("BatchItemResponse")
        if not isinstance(found, list):
            raise AnswerLost(detail="a batch was answered without items")
        by_id = {str(item.get("bId")): item for item in found if isinstance(item, dict)}
        return [self._created(kind, by_id.get(str(number))) for number in range(1, len(bodies) + 1)]

    def update(self, kind: str, body: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        """Update the record that the body names by Id and SyncToken.  Raises Stale, NotFound, ..."""
        assert "Id" in body and "SyncToken" in body, "an update names the record and its version"
        return self._record(lean.save(self.client, kind, body, _checked(request_id)))

    def void(self, kind: str, id: str, sync_token: str, request_id: str) -> dict[str, Any]:
        """Void an Invoice or a Payment; the record, with zero amounts.  Credit memos cannot be voided."""
        assert kind in ("Invoice", "Payment"), kind
        return self._record(lean.void(self.client, kind, id, sync_token, _checked(request_id)))

    def delete(self, kind: str, id: str, sync_token: str, request_id: str) -> dict[str, Any]:
        return self._record(lean.delete(self.client, kind, id, sync_token, _checked(request_id)))

    def _created(self, kind: str, item: Mapping[str, Any] | None) -> dict[str, Any] | QuickBooksError:
        fault = item and item.get("Fault", item.get("fault"))
        if fault:
            return answers.item_error(fault, None)
        try:
            return self._record(item.get(kind) if item else None)
        except QuickBooksError as error:
            return error

    def _note_result(self, invoice_id: str, item: Mapping[str, Any] | None) -> NoteResult:
        fault = item and item.get("Fault", item.get("fault"))
        if fault:
            return NoteResult(invoice_id, None, answers.item_error(fault, None))
        try:
            document = self._written(item.get("Invoice") if item else None)
        except QuickBooksError as error:
            return NoteResult(invoice_id, None, error)
        if document.invoice.id != invoice_id:
            return NoteResult(invoice_id, None, AnswerLost(detail="the answer is about another invoice"))
        return NoteResult(invoice_id, document, None)

    def _written(self, record: object) -> InvoiceDocument:
        """The invoice after our write.  An answer that cannot be read leaves open what happened."""
        if not isinstance(record, dict):
            raise AnswerLost(detail="the answer has no invoice in it")
        try:
            return self.document_of(record)
        except Unreadable as error:
            raise AnswerLost(detail=error.detail) from None

    def _record(self, record: object) -> dict[str, Any]:
        if not isinstance(record, dict) or not record.get("Id"):
            raise AnswerLost(detail="the answer has no record in it")
        return record


def note_body(invoice_id: str, sync_token: str, private_note: str) -> dict[str, Any]:
    """A sparse update: everything that it does not name stays as it is."""
    if len(private_note) > NOTE_CHARACTERS_MAX:
        raise ValueError(f"a memo has at most {NOTE_CHARACTERS_MAX} characters, got {len(private_note)}")
    return {"Id": invoice_id, "SyncToken": sync_token, "sparse": True, "PrivateNote": private_note}


def notes_body(notes: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    items = [
        {"bId": str(number), "operation": "update", "Invoice": note_body(*note)}
        for number, note in enumerate(notes, start=1)
    ]
    return {"BatchItemRequest": items}


def attachment_body(invoice_id: str, text: str) -> dict[str, Any]:
    reference = {"EntityRef": {"type": "Invoice", "value": invoice_id}, "IncludeOnSend": False}
    return {"AttachableRef": [reference], "Note": text}


def _checked(request_id: str) -> str:
    """Every write has a request id: repeated with it, QuickBooks answers what it answered the first time."""
    if not 1 <= len(request_id) <= REQUEST_ID_CHARACTERS_MAX:
        raise ValueError(
            f"a request id has 1 to {REQUEST_ID_CHARACTERS_MAX} characters, got {len(request_id)}"
        )
    return request_id
