"""The words of the write protocol: what an effect is and which states it passes.

planned -> ready -> sending -> confirmed | rejected | unknown
cancelled: a guard said no, or its run ended.  unknown is turned by reading into
confirmed, ready, or parked (a person decides).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from qb_collections.core.quick import quick


class IntentKind(StrEnum):
    SEND_INVOICE = "send_invoice"  # QuickBooks e-mails a copy of one invoice: a contact
    EMAIL = "email"  # a message of our own through the company's mail server: a contact
    TASK = "task"  # a task for a person with the rendered text: a contact once a person reports it
    NOTE = "note"  # a line in the invoice's memo, after a delivered contact
    NOTE_ATTACHMENT = "note_attachment"
    PLAN_MEMO = "plan_memo"  # credit memo on the clearing item
    PLAN_APPLY = "plan_apply"  # zero-total payment that applies the memo to the originals
    PLAN_INSTALLMENT = "plan_installment"  # one installment invoice
    PLAN_REVERSE = "plan_reverse"  # void or delete one of our plan documents
    CLEARING_ACCOUNT = "clearing_account"
    CLEARING_ITEM = "clearing_item"
    UNDO = "undo"  # takes a line or an attachment of ours back, or puts one back


CONTACT_KINDS = (IntentKind.SEND_INVOICE, IntentKind.EMAIL, IntentKind.TASK)
# What leaves by itself, keyed by the reminder: it exists once, however often it is planned.
SENT_KINDS = (IntentKind.SEND_INVOICE, IntentKind.EMAIL)


class State(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    PARKED = "parked"


OPEN_STATES = (State.PLANNED, State.READY, State.SENDING, State.UNKNOWN)
FINAL_STATES = (State.CONFIRMED, State.REJECTED, State.CANCELLED)


class Approval(StrEnum):
    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    GIVEN = "given"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Intent:
    """One effect as stored.  plan holds what was intended in our words; body what goes over the wire."""

    id: int
    company_id: int
    key: str  # unique per company; the same however often the night is run
    kind: IntentKind
    state: State
    approval: Approval
    due_at: datetime
    plan: dict[str, Any]  # JSON: customer, invoices, stage, text, ...
    run_id: int | None = None
    decision_id: int | None = None
    plan_id: int | None = None
    depends_on: tuple[int, ...] = ()
    round: int = 0
    body: dict[str, Any] | None = None
    body_hash: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    inverse: dict[str, Any] | None = None
    reason: str | None = None  # why it was cancelled, rejected or parked
    external_id: str | None = None  # QuickBooks id of what was written


@quick
@dataclass(frozen=True, slots=True)
class PlannedIntent:
    """An effect to be queued.  Planning the same key twice changes nothing."""

    key: str
    kind: IntentKind
    due_at: datetime
    plan: dict[str, Any]
    approval: Approval = Approval.NOT_NEEDED
    depends_on_keys: tuple[str, ...] = ()
