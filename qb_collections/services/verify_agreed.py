"""Whether a plan is kept as it was agreed: its days and amounts here, and the invoices it rests on.

A plan that is kept here moves nothing in QuickBooks (plan-accounting.md, 24), so the invoices' own due dates
and totals must be those of the day it was agreed on: that is what it goes back to when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.core.money import Money
from qb_collections.core.wording import date_text, money_text
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument
from qb_collections.services.context import Context
from qb_collections.services.verify_report import Difference
from qb_collections.store import plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease
from qb_collections.store.plans import Installment, PlanRow

RUNNING = ("active", "broken", "paid")
INVOICES_AT_ONCE = 600


def agreed_as(split: Sequence[tuple[date, Money]], documents: Sequence[InvoiceDocument]) -> dict[str, Any]:
    """What is kept beside the plan on the day it is agreed on, to hold it to later."""
    return {
        "payments": [[on.isoformat(), str(amount.amount)] for on, amount in split],
        "invoices": {
            one.invoice.id: [
                one.invoice.due_on.isoformat() if one.invoice.due_on else None,
                str(one.invoice.total.amount),
            ]
            for one in documents
        },
    }


def payments(context: Context, company: Company, lease: Lease, agreed: Sequence[PlanRow]) -> list[Difference]:
    """The days and amounts of running plans that our records no longer have as agreed; they are put right."""
    found = []
    for plan in agreed:
        wanted = _wanted(plan)
        if plan.state not in RUNNING or not wanted:
            continue
        wrong = [one.number for one in wanted if not _is_there(plan, one)]
        if len(plan.installments) != len(wanted) or wrong:
            with durable(context.engine) as conn:
                lease.check(conn)
                plans.put_installments(conn, company.id, plan.id, wanted)
            said = f"Payment plan {plan.label}: our record of its payments was not what was agreed."
            found.append(Difference("plan", f"{plan.label}:agreed", said, True, plan.customer_id))
    return found


def kept_here(company: Company, gateway: Gateway, agreed: Sequence[PlanRow]) -> list[Difference]:
    """The invoices of plans that are kept here, as QuickBooks has them now; one request for hundreds."""
    running = [one for one in agreed if one.form == "overlay" and one.state in RUNNING]
    ids = sorted({original.invoice_id for one in running for original in one.originals})
    documents: dict[str, InvoiceDocument] = {}
    for start in range(0, len(ids), INVOICES_AT_ONCE):
        documents.update(gateway.live([], ids[start : start + INVOICES_AT_ONCE]).documents)
    return [
        Difference(
            "plan", f"{plan.label}:{about}", f"Payment plan {plan.label}: {said}", False, plan.customer_id
        )
        for plan in running
        for about, said in _invoices(company, plan, documents)
    ]


def due_dates(
    company: Company, plan: PlanRow, documents: Mapping[str, InvoiceDocument]
) -> Iterator[tuple[str, str]]:
    """Originals whose own due date is no longer that of the day the plan was agreed on."""
    for id, (due_on, _) in (plan.details.get("agreed_as") or {}).get("invoices", {}).items():
        document = documents.get(id)
        if document is None:
            continue
        now = document.invoice.due_on.isoformat() if document.invoice.due_on else None
        if now != due_on:
            name = f"invoice {plan.details['labels'][id]}"
            yield (
                f"{name}:due",
                f"the due date of {name} was changed from {_day(due_on, company)} to {_day(now, company)}; "
                "the plan leaves it alone.",
            )


def _invoices(
    company: Company, plan: PlanRow, documents: Mapping[str, InvoiceDocument]
) -> Iterator[tuple[str, str]]:
    known = (plan.details.get("agreed_as") or {}).get("invoices", {})
    for one in plan.originals:
        name = f"invoice {plan.details['labels'][one.invoice_id]}"
        document = documents.get(one.invoice_id)
        taken = money_text(one.amount, company.locale)
        if document is None:
            yield name, f"{name} is gone from QuickBooks; {taken} of the plan was on it."
            continue
        if document.invoice.voided:
            yield name, f"{name} was voided in QuickBooks; {taken} of the plan was on it."
            continue
        if document.invoice.balance.amount > one.amount.amount:
            now = money_text(document.invoice.balance, company.locale)
            yield (
                f"{name}:balance",
                f"{name} shows {now} open, more than the {taken} that the plan took in; "
                "a payment was returned, or the invoice was changed.",
            )
        _, total = known.get(one.invoice_id, (None, None))
        if total is not None and Decimal(total) != document.invoice.total.amount:
            was = money_text(Money(Decimal(total), plan.currency), company.locale)
            now = money_text(document.invoice.total, company.locale)
            yield (
                f"{name}:total",
                f"{name} was changed from {was} to {now} since the plan was agreed on. Agree anew: "
                f"plan renegotiate {plan.label}",
            )
    yield from due_dates(company, plan, documents)


def _wanted(plan: PlanRow) -> list[Installment]:
    rows = (plan.details.get("agreed_as") or {}).get("payments", [])
    if plan.form != "overlay" and len(rows) != len(plan.installments):
        return []  # each has an invoice of its own, which is looked at itself
    return [
        Installment(place, date.fromisoformat(on), Money(Decimal(amount), plan.currency))
        for place, (on, amount) in enumerate(rows, start=1)
    ]


def _is_there(plan: PlanRow, wanted: Installment) -> bool:
    return any(
        (one.number, one.due_on, one.amount) == (wanted.number, wanted.due_on, wanted.amount)
        for one in plan.installments
    )


def _day(text: str | None, company: Company) -> str:
    return "none" if text is None else date_text(date.fromisoformat(text), company.locale)
