"""Read a plan's documents back before going on: what QuickBooks answered once is not yet what it keeps.

Queries may lag a moment behind writes, so what looks wrong in one is read again, document by document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from qb_collections.core.intents import Intent
from qb_collections.core.money import Money
from qb_collections.core.wording import list_text, money_text
from qb_collections.quickbooks.errors import NotFound
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument, Live
from qb_collections.services import plan_mirror
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF
from qb_collections.store import cases
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow


def not_moved(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow
) -> str | None:
    """Why the balances have not moved as they should, in a sentence; None when they have.

    No installment is written before the memo has taken the balances away: the
    customer would owe the same money twice.
    """
    assert plan.memo_id is not None
    ids = [one.invoice_id for one in plan.originals]
    live = gateway.live([plan.customer_id], ids)
    memo = next((one for one in live.credit_memos if one.id == plan.memo_id), None)
    open_ids = [id for id in ids if id not in live.documents or live.documents[id].invoice.balance]
    if memo is not None or open_ids:
        fresh = plan_mirror.credit_memo(gateway, gateway.document("CreditMemo", plan.memo_id))
        others = tuple(one for one in live.credit_memos if one.id != plan.memo_id)
        live = replace(
            _read_again(gateway, live, open_ids),
            credit_memos=(*others, fresh) if fresh.remaining else others,
        )
        memo = fresh if fresh.remaining else None
    with durable(context.engine) as conn:
        lease.check(conn)
        plan_mirror.put_live(conn, company.id, live)
        cases.touch(conn, company.id, [plan.customer_id], company.today(context.clock.now()))
    if memo is not None:
        return f"{money_text(memo.remaining, company.locale)} of the credit memo was not applied."
    labels = plan.details["labels"]
    for id in ids:
        document = live.documents.get(id)
        if document is None:
            return f"Invoice {labels[id]} is gone from QuickBooks."
        if document.invoice.balance:
            rest = money_text(document.invoice.balance, company.locale)
            return f"Invoice {labels[id]} still shows {rest} after its balance was moved."
    return None


def whole(gateway: Gateway, plan: PlanRow) -> Live:
    """The customer's books with every original and installment of the plan."""
    ids = [one.invoice_id for one in plan.originals]
    ids += [one.invoice_id for one in plan.installments if one.invoice_id is not None]
    live = gateway.live([plan.customer_id], ids)
    unclear = [one.invoice_id for one in plan.originals if _balance(live, one.invoice_id) != 0]
    unclear += [
        one.invoice_id
        for one in plan.installments
        if one.invoice_id is not None and _balance(live, one.invoice_id) != one.amount.amount
    ]
    return _read_again(gateway, live, unclear)


def judge(
    company: Company, plan: PlanRow, live: Live, steps: Sequence[Intent]
) -> tuple[str | None, Decimal, list[str]]:
    """(why the plan cannot stand, tax on its documents, what a person should know)."""
    answers = [step.after or {} for step in steps if step.kind in KIND_OF]
    tax = sum((said.get("tax") or Decimal(0) for said in answers), Decimal(0))
    total = Money.zero(plan.currency)
    notices: list[str] = []
    for one in plan.installments:
        document = live.documents.get(str(one.invoice_id))
        if document is None:
            return f"Payment {one.number} of the plan is gone from QuickBooks.", tax, notices
        invoice = document.invoice
        total += invoice.total
        if document.total_tax:
            return f"QuickBooks put tax on payment {one.number} of the plan.", tax, notices
        if invoice.balance != invoice.total:
            eaten = money_text(invoice.total - invoice.balance, company.locale)
            notices.append(
                f"{eaten} of payment {one.number} was settled by a credit or payment that is not the plan's."
            )
    if total != plan.principal:
        figures = list_text([money_text(total, company.locale), money_text(plan.principal, company.locale)])
        return f"The installments and the balances they stand for differ: {figures}.", tax, notices
    return None, tax, notices


def _balance(live: Live, invoice_id: str) -> Decimal | None:
    document = live.documents.get(invoice_id)
    return document.invoice.balance.amount if document else None


def _read_again(gateway: Gateway, live: Live, invoice_ids: Iterable[str]) -> Live:
    """These invoices one by one: a single read does not lag."""
    documents: dict[str, InvoiceDocument] = dict(live.documents)
    missing = set(live.missing)
    for id in invoice_ids:
        try:
            documents[id] = gateway.invoice(id)
            missing.discard(id)
        except NotFound:
            documents.pop(id, None)
            missing.add(id)
    return replace(live, documents=documents, missing=frozenset(missing))
