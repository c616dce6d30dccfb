"""What a stored plan will write: its draft, its intents in their order, and the body of each document.

The words of a document are made once, when its intent is planned: a repeat must be byte for byte the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qb_collections.core.identity import marker, plan_key
from qb_collections.core.intents import Intent, IntentKind, PlannedIntent
from qb_collections.core.plan_documents import (
    APPLY,
    MEMO,
    Original,
    PlanDraft,
    Reversal,
    apply_body,
    installment_body,
    installment_part,
    memo_body,
)
from qb_collections.messages.notes import note_line
from qb_collections.store.companies import Company
from qb_collections.store.plans import PlanRow

KIND_OF = {
    IntentKind.PLAN_MEMO: "CreditMemo",
    IntentKind.PLAN_APPLY: "Payment",
    IntentKind.PLAN_INSTALLMENT: "Invoice",
}


def draft_of(plan: PlanRow) -> PlanDraft:
    """The draft that the plan was stored from; the same however often it is asked for."""
    details = plan.details
    labels: dict[str, str] = details["labels"]
    return PlanDraft(
        label=plan.label,
        customer_id=plan.customer_id,
        plan_on=plan.agreed_on,
        originals=tuple(
            Original(one.invoice_id, labels[one.invoice_id], one.amount) for one in plan.originals
        ),
        due_dates=tuple(one.due_on for one in plan.installments),
        amounts=tuple(one.amount for one in plan.installments),
        item_id=details["item_id"],
        auto_number=details["auto_number"],
        currency=details["currency"],
        exchange_rate=details["exchange_rate"],
        location_id=details["location_id"],
    )


def intents_of(company: Company, plan: PlanRow, at: datetime) -> list[PlannedIntent]:
    """Memo, zero payment and installments, each after the one before; then the note on each original."""
    draft = draft_of(plan)
    steps = [
        _document(company, plan, draft, MEMO, IntentKind.PLAN_MEMO, None, at),
        _document(company, plan, draft, APPLY, IntentKind.PLAN_APPLY, None, at),
    ]
    steps += [
        _document(
            company, plan, draft, installment_part(one.number), IntentKind.PLAN_INSTALLMENT, one.number, at
        )
        for one in plan.installments
    ]
    chained = [
        PlannedIntent(
            step.key,
            step.kind,
            step.due_at,
            step.plan,
            depends_on_keys=(steps[place - 1].key,) if place else (),
        )
        for place, step in enumerate(steps)
    ]
    return chained + [_note(company, plan, one.invoice_id, chained[-1].key, at) for one in plan.originals]


def reversals_of(
    company: Company, plan: PlanRow, steps: tuple[Reversal, ...], at: datetime
) -> list[PlannedIntent]:
    """Taking back, in the order given, each after the one before."""
    keys = [plan_key(plan.label, f"reverse:{step.document.part}") for step in steps]
    return [
        PlannedIntent(
            keys[place],
            IntentKind.PLAN_REVERSE,
            at,
            {
                "plan": plan.label,
                "part": step.document.part,
                "kind": step.kind,
                "how": step.how,
                "id": step.document.id,
                "customer_id": plan.customer_id,
                "currency": plan.currency,
            },
            depends_on_keys=(keys[place - 1],) if place else (),
        )
        for place, step in enumerate(steps)
    ]


def body_of(plan: PlanRow, intent: Intent, memo_id: str | None) -> dict[str, Any]:
    """The document as QuickBooks is asked for it.  The zero payment needs the memo's id."""
    draft, words = draft_of(plan), intent.plan["text"]
    if intent.kind is IntentKind.PLAN_MEMO:
        return memo_body(draft, words)
    if intent.kind is IntentKind.PLAN_APPLY:
        assert memo_id is not None, "the memo is written before it is applied"
        return apply_body(draft, memo_id, words)
    return installment_body(draft, intent.plan["number"], words)


def _document(
    company: Company,
    plan: PlanRow,
    draft: PlanDraft,
    part: str,
    kind: IntentKind,
    number: int | None,
    at: datetime,
) -> PlannedIntent:
    key = plan_key(plan.label, part)
    ref = marker(company.key, key)
    amount = plan.principal if number is None else plan.installments[number - 1].amount
    what = {
        "plan": plan.label,
        "part": part,
        "number": number,
        "ref": ref,
        "text": _words(company, plan, draft, part, number, ref),
        "customer_id": plan.customer_id,
        "currency": plan.currency,
        "amount": amount.amount,
    }
    return PlannedIntent(key, kind, at, what)


def _words(company: Company, plan: PlanRow, draft: PlanDraft, part: str, number: int | None, ref: str) -> str:
    """The private note of a document of ours, fit for a statement, with its marker."""
    if part == APPLY:
        return f"Moves the balance of {draft.numbers} to payment plan {plan.label}. (ref {ref})"
    return note_line(
        "plan_memo" if part == MEMO else "plan_installment",
        on=plan.agreed_on,
        phone=company.contact_phone,
        ref=ref,
        plan=plan.label,
        part=number,
        count=len(plan.installments),
        numbers=[one.label for one in draft.originals],
        locale=company.locale,
    )


def _note(company: Company, plan: PlanRow, invoice_id: str, after: str, at: datetime) -> PlannedIntent:
    key = plan_key(plan.label, f"note:{invoice_id}")
    ref = marker(company.key, key)
    line = "plan_original"
    text = note_line(
        line,
        on=plan.agreed_on,
        phone=company.contact_phone,
        ref=ref,
        plan=plan.label,
        count=len(plan.installments),
        last_on=plan.installments[-1].due_on,
        locale=company.locale,
    )
    what = {
        "plan": plan.label,
        "invoice_id": invoice_id,
        "customer_id": plan.customer_id,
        "customer": plan.details["customer"],
        "currency": plan.currency,
        "line": line,
        "on": plan.agreed_on.isoformat(),
        "ref": ref,
        "text": text,
    }
    return PlannedIntent(key, IntentKind.NOTE, at, what, depends_on_keys=(after,))
