"""What a stored plan will write: its draft, its intents in their order, and the body of each document.

The words of a document are made once, when its intent is planned: a repeat must be byte for byte the same.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qb_collections.core.identity import marker, plan_key
from qb_collections.core.intents import Intent, IntentKind, PlannedIntent
from qb_collections.core.money import Money
from qb_collections.core.plan_documents import (
    APPLY,
    MEMO,
    Original,
    PlanDraft,
    Reversal,
    applied_body,
    apply_body,
    closing_bodies,
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
    labels: dict[str, str] = details["labels"] | details.get("named", {})
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
        tax_code=details.get("tax_code", "NON"),
        without_tax=details.get("without_tax", False),
        classes=tuple((id, weight) for id, weight in details.get("classes", ())),
    )


def intents_of(company: Company, plan: PlanRow, at: datetime) -> list[PlannedIntent]:
    """Memo, zero payment, then the installments; after them the note on each original.

    A plan that is kept here has its notes only.
    """
    if plan.form == "overlay":
        return [_note(company, plan, one.invoice_id, "plan_overlay", None, at) for one in plan.originals]
    draft = draft_of(plan)
    memo = _document(company, plan, draft, MEMO, IntentKind.PLAN_MEMO, None, at)
    apply = _document(company, plan, draft, APPLY, IntentKind.PLAN_APPLY, None, at, after=memo)
    parts = [
        _document(
            company,
            plan,
            draft,
            installment_part(one.number),
            IntentKind.PLAN_INSTALLMENT,
            one.number,
            at,
            after=apply,
        )
        for one in plan.installments
    ]
    last = parts[-1].key
    return [memo, apply, *parts] + [
        _note(company, plan, one.invoice_id, "plan_original", last, at) for one in plan.originals
    ]


def end_notes_of(company: Company, plan: PlanRow, on: date, at: datetime) -> list[PlannedIntent]:
    """The line on each original that says that its balance is back."""
    return [_note(company, plan, one.invoice_id, "plan_ended", None, at, on) for one in plan.originals]


def end_step_of(
    company: Company, plan: PlanRow, count: int, what: dict[str, Any], kind: IntentKind, at: datetime
) -> PlannedIntent:
    """One step of ending a plan; count: how many were planned before, so that each has a key of its own."""
    key = plan_key(plan.label, f"end-{count + 1}:{what['part']}")
    ref = marker(company.key, key)
    said = {
        "plan": plan.label,
        "customer_id": plan.customer_id,
        "currency": plan.currency,
        "ref": ref,
        "text": f"Ends payment plan {plan.label}. (ref {ref})",
        "act": "end",
        "number": None,
    }
    return PlannedIntent(key, kind, at, said | what)


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
    if intent.plan.get("act") == "end":
        return _ending_body(plan, draft, intent, words)
    if intent.kind is IntentKind.PLAN_MEMO:
        return memo_body(draft, words)
    if intent.kind is IntentKind.PLAN_APPLY:
        assert memo_id is not None, "the memo is written before it is applied"
        return apply_body(draft, memo_id, words)
    return installment_body(draft, intent.plan["number"], words)


def _ending_body(plan: PlanRow, draft: PlanDraft, intent: Intent, words: str) -> dict[str, Any]:
    what = intent.plan
    if intent.kind is IntentKind.PLAN_APPLY:
        amounts = [(id, Money(Decimal(amount), plan.currency)) for id, amount in what["to"]]
        on = date.fromisoformat(what["on"]) if what.get("on") else None
        return applied_body(draft, what["id"], amounts, words, on)
    memo, rest = closing_bodies(
        draft,
        Money(Decimal(what["amount"]), plan.currency),
        date.fromisoformat(what["on"]),
        date.fromisoformat(what["due_on"]),
        (words, words),
    )
    return memo if intent.kind is IntentKind.PLAN_MEMO else rest


def _document(
    company: Company,
    plan: PlanRow,
    draft: PlanDraft,
    part: str,
    kind: IntentKind,
    number: int | None,
    at: datetime,
    after: PlannedIntent | None = None,
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
    return PlannedIntent(key, kind, at, what, depends_on_keys=(after.key,) if after else ())


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


def _note(
    company: Company,
    plan: PlanRow,
    invoice_id: str,
    line: str,
    after: str | None,
    at: datetime,
    on: date | None = None,
) -> PlannedIntent:
    key = plan_key(plan.label, f"{'end-note' if line == 'plan_ended' else 'note'}:{invoice_id}")
    ref = marker(company.key, key)
    on = on or plan.agreed_on
    text = note_line(
        line,
        on=on,
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
        "on": on.isoformat(),
        "ref": ref,
        "text": text,
    }
    return PlannedIntent(key, IntentKind.NOTE, at, what, depends_on_keys=(after,) if after else ())
