"""A plan for people: what it would write, what will look different, and what it wrote with the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.core.books import Invoice, Payment
from qb_collections.core.intents import Intent, IntentKind
from qb_collections.core.money import Money
from qb_collections.core.plan_documents import named
from qb_collections.core.plan_proof import ProofLine, compare
from qb_collections.core.plan_standing import PartDue, received, standing, unapplied
from qb_collections.core.plans import principal
from qb_collections.core.wording import day_text, money_text, short
from qb_collections.services import proof
from qb_collections.services.plan_facts import OVERLAY, Facts, cash_words
from qb_collections.services.plan_papers import KIND_OF
from qb_collections.services.plan_setup import ACCOUNT_NAME, ITEM_NAME
from qb_collections.store import plans
from qb_collections.store.companies import Company
from qb_collections.store.plans import PlanRow, Proof


def writes(
    company: Company, facts: Facts, dates: Sequence[date], amounts: Sequence[Money], *, set_up: bool
) -> tuple[str, ...]:
    """Every document, in the order in which QuickBooks will be asked for it."""
    year = facts.plan_on.year
    numbers = ", ".join(named(one.invoice.number, one.invoice.issued_on) for one in facts.candidates)
    several = "s" if len(facts.candidates) > 1 else ""
    if facts.form == OVERLAY:
        return (f"One line in the memo of invoice{several} {numbers}: that a plan was agreed. No document.",)
    day = day_text(facts.plan_on, year, company.locale)
    whole = money_text(principal(facts.candidates), company.locale)
    said = []
    if not set_up:
        said.append(f'Once for this company: an account "{ACCOUNT_NAME}" and an item "{ITEM_NAME}" on it.')
    said.append(f'A credit memo of {whole}, dated {day}, on the item "{ITEM_NAME}".')
    said.append(f"A payment of zero, dated {day}, that applies the credit memo to invoices {numbers}.")
    said += [
        f"Invoice {place} of {len(dates)}: {money_text(amount, company.locale)}, dated {day}, due on "
        f"{day_text(due_on, year, company.locale)}."
        for place, (due_on, amount) in enumerate(zip(dates, amounts, strict=True), start=1)
    ]
    said.append(f"One line in the memo of each of the invoices {numbers}, which stay as they are otherwise.")
    return tuple(said)


def looks_different(company: Company, facts: Facts) -> tuple[str, ...]:
    """What people will notice in QuickBooks, told before anyone agrees (plan-accounting, 15 and 24)."""
    asked = (
        "QuickBooks does not show a payment that is under way at the bank or an automatic charge of the "
        "customer: make sure that there is none for these invoices."
    )
    if facts.form == OVERLAY:
        return (
            "Nothing is moved in QuickBooks: the invoices stay open with their own due dates, and its aging, "
            "statements and reminders go on showing them as overdue.",
            "Messages from here ask for the payment that is due; a pay link opens the whole invoice.",
            asked,
        )
    whole = money_text(principal(facts.candidates), company.locale)
    day = day_text(facts.plan_on, facts.plan_on.year, company.locale)
    return (
        "The original invoices show as paid, and their pay links say so; nobody has paid anything yet.",
        "Aging starts again: the installments are late from their own due dates.",
        f"Sales by item and by customer show plus and minus {whole} on {day}, which add up to nothing.",
        "A statement lists the credit memo and every installment.",
        "Other apps that are connected to QuickBooks may react to paid invoices and new ones.",
        "If QuickBooks adds late fees by itself, exempt this customer first: a fee would be added to a late "
        "installment.",
        asked,
        f"On cash-basis reports {cash_words(company, facts)} on {day}, before the customer "
        "has paid. On accrual reports receivables, income and tax stay as they are.",
    )


def line(plan: PlanRow) -> dict[str, Any]:
    """A plan among others."""
    return {
        "id": plan.id,
        "plan": plan.label,
        "customer": plan.details.get("customer"),
        "customer_id": plan.customer_id,
        "as": "overlay" if plan.form == "overlay" else "installments",
        "state": plan.state,
        "total": str(plan.principal.amount),
        "currency": plan.currency,
        "agreed_on": plan.agreed_on.isoformat(),
        "payments": len(plan.installments),
        "last_on": plan.installments[-1].due_on.isoformat(),
        "reason": plan.reason,
    }


def page(
    plan: PlanRow,
    steps: Sequence[Intent],
    proofs: Sequence[Proof],
    books: Mapping[str, Invoice],
    payments: Sequence[Payment],
    today: date,
) -> dict[str, Any]:
    """A plan with all that anyone needs to check it in QuickBooks.

    books: its invoices as last read; payments: money of the customer that is on no invoice.
    """
    labels = plan.details["labels"]
    return line(plan) | {
        "by": plan.created_by,
        "invoices": [
            {
                "id": one.invoice_id,
                "number": labels[one.invoice_id],
                "moved": str(one.amount.amount),
                "balance": _balance(books.get(one.invoice_id)),
            }
            for one in plan.originals
        ],
        "installments": [
            {
                "number": one.number,
                "due_on": one.due_on.isoformat(),
                "amount": str(one.amount.amount),
                "balance": _balance(books.get(one.invoice_id or "")),
                "state": one.state,
                "id": one.invoice_id,
            }
            for one in plan.installments
        ],
        "documents": [_document(step) for step in steps if step.kind in KIND_OF],
        "notes": [_document(step) for step in steps if step.kind is IntentKind.NOTE],
        "taken_back": [_document(step) for step in steps if step.kind is IntentKind.PLAN_REVERSE],
        "notices": plan.details.get("notices", []),
        "standing": _standing(plan, books, payments, today),
        "agreement": plan.details.get("agreement"),
        "beyond_policy": plan.details.get("beyond_policy", []),
        "follows": plan.details.get("follows"),
        "not_ended": plan.details.get("not_ended"),
        "not_followed": plan.details.get("not_followed"),
        "proof": proof_page(plan, [one for one in proofs if one.figures.get("act") is None]),
        "proof_of_end": proof_page(plan, [one for one in proofs if one.figures.get("act") == "end"]),
    }


def _standing(
    plan: PlanRow, books: Mapping[str, Invoice], payments: Sequence[Payment], today: date
) -> dict[str, Any] | None:
    """Where a plan stands that runs, or was paid; None for one that is written, taken back or ended."""
    if plan.state not in ("active", "broken", "paid"):
        return None
    known = plans.for_decisions(plan)
    judged = standing(known, received(known, books.values(), payments), today)
    return {
        "state": judged.state.value,
        "received": str(judged.received.amount),
        "remaining": str(judged.remaining.amount),
        "paid": judged.paid,
        "next": _due(judged.next),
        "missed": _due(judged.missed),
        "missed_amount": str(judged.missed_amount.amount),
        "missed_days": judged.missed_days,
        "broken_on": judged.broken_on.isoformat() if judged.broken_on else None,
        "unapplied": str(unapplied(known, payments).amount),
    }


def _due(one: PartDue | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"number": one.number, "due_on": one.due_on.isoformat(), "amount": str(one.amount.amount)}


def proof_page(plan: PlanRow, proofs: Sequence[Proof]) -> dict[str, Any] | None:
    """Before and after, side by side; None while there is nothing to compare.

    Reports are in the home currency, what a customer owes in the customer's own.
    """
    home = str(plan.details.get("home_currency") or plan.currency)
    before = next((one for one in proofs if one.kind == "before"), None)
    after = next((one for one in reversed(proofs) if one.kind == "after"), None)
    if before is None or after is None:
        return None
    compared = {
        basis: compare(proof.figures(before.figures, basis), proof.figures(after.figures, basis))
        for basis in proof.BASES
    }
    return {
        "holds": after.holds,
        "sentence": after.sentence,
        "read_at": [before.read_at.isoformat(), after.read_at.isoformat()],
        "period": [after.figures["start_on"], after.figures["end_on"]],
        "accrual": [_of_line(one, plan, home) for one in compared["Accrual"].lines],
        "cash": [_of_line(one, plan, home) for one in compared["Cash"].lines],
        "trial_balance": {
            basis: _table(before.figures["trial_balance"][basis], after.figures["trial_balance"][basis], home)
            for basis in proof.BASES
        },
        "other_work": after.figures.get("others", []),
    }


def _document(step: Intent) -> dict[str, Any]:
    plan = step.plan
    return {
        "part": plan.get("part", "note"),
        "kind": KIND_OF.get(step.kind) or plan.get("kind") or "Invoice",
        "id": step.external_id or plan.get("invoice_id") or plan.get("id"),
        "number": (step.after or {}).get("number"),
        "state": step.state.value,
        "ref": plan.get("ref"),
        "reason": step.reason and short(step.reason, 240),
    }


def _of_line(one: ProofLine, plan: PlanRow, home: str) -> dict[str, Any]:
    owed = one.what in ("receivables", "tax on the plan's documents") or one.what.startswith("customer ")
    return _side_by_side(one.what, one.before, one.after, plan.currency if owed else home)


def _side_by_side(what: str, before: Decimal, after: Decimal, currency: str) -> dict[str, Any]:
    return {
        "what": what,
        "before": str(before),
        "after": str(after),
        "currency": currency,
        "unchanged": before == after,
    }


def _table(
    before: Mapping[str, Decimal], after: Mapping[str, Decimal], currency: str
) -> list[dict[str, Any]]:
    zero = Decimal(0)
    return [
        _side_by_side(name, before.get(name, zero), after.get(name, zero), currency)
        for name in sorted(before.keys() | after.keys())
    ]


def _balance(invoice: Invoice | None) -> str | None:
    return str(invoice.balance.amount) if invoice else None
