"""The documents of a payment plan, as QuickBooks is to be asked for them, and the order of taking them back.

The entry (plan-accounting): a credit memo on the clearing item (Dr Clearing, Cr A/R), applied by a
zero-total payment to the originals; installment invoices on the same item (Dr A/R, Cr Clearing).
Income, tax and total receivables stay; the originals are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.core.money import Money, quantum, split_evenly
from qb_collections.core.plan_classes import Weights, shared
from qb_collections.core.wording import list_text, short

MEMO = "memo"
APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Original:
    invoice_id: str
    label: str  # the number that people know
    amount: Money  # its balance when the plan was agreed


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as agreed, before anything is written."""

    label: str  # PP17, never reused
    customer_id: str
    plan_on: date
    originals: tuple[Original, ...]
    due_dates: tuple[date, ...]
    amounts: tuple[Money, ...]  # one for each due date
    item_id: str  # the clearing item, "Payment plan (not a sale)"
    tax_code: str | None = "NON"  # US; elsewhere the id of the code that means out of scope, if any
    without_tax: bool = False  # outside the US: GlobalTaxCalculation NotApplicable
    auto_number: bool = False  # custom numbering is on: QuickBooks is asked for its next number
    currency: str | None = None  # sent only where the company has several
    exchange_rate: Decimal | None = None
    location_id: str | None = None
    classes: Weights = ()  # of the originals: each document's line is shared out the same way

    @property
    def principal(self) -> Money:
        amount = sum((one.amount.amount for one in self.originals), Decimal(0))
        return Money(amount, self.originals[0].amount.currency)

    @property
    def numbers(self) -> str:
        labels = [short(one.label, 24) for one in self.originals]
        return f"invoice {labels[0]}" if len(labels) == 1 else f"invoices {list_text(labels)}"


@dataclass(frozen=True, slots=True)
class Written:
    """A document of ours as QuickBooks keeps it."""

    part: str  # memo, apply, installment-3
    id: str
    sync_token: str


@dataclass(frozen=True, slots=True)
class Reversal:
    kind: str  # Invoice, Payment, CreditMemo
    how: str  # void or delete
    document: Written


def named(number: str | None, issued_on: date) -> str:
    """What people call an invoice on paper: its number, or its date where it has none."""
    return short(number, 24) if number else f"dated {issued_on.isoformat()}"


def draft_amounts(whole: Money, due_dates: Sequence[date]) -> tuple[Money, ...]:
    """Equal installments, odd units first; their sum is exactly the whole."""
    return split_evenly(whole, len(due_dates))


def installment_part(number: int) -> str:
    return f"installment-{number}"


def memo_body(plan: PlanDraft, private_note: str) -> dict[str, Any]:
    """The credit memo: one line for each installment, so that home amounts can be made to agree."""
    memo = f"Moves balances to payment plan {plan.label}. Not a refund, discount or credit note for tax."
    amounts = dict(enumerate(plan.amounts, start=1))
    return {**_head(plan, private_note, memo), "Line": memo_lines(plan, amounts)}


def memo_lines(plan: PlanDraft, amounts: Mapping[int, Money]) -> list[dict[str, Any]]:
    """Lines for these installments; those of nothing are left out."""
    return [
        line
        for number, amount in sorted(amounts.items())
        if amount
        for line in installment_lines(plan, number, amount)
    ]


def apply_body(plan: PlanDraft, memo_id: str, private_note: str) -> dict[str, Any]:
    """The zero-total payment that applies the whole memo to the originals."""
    return applied_body(plan, memo_id, [(one.invoice_id, one.amount) for one in plan.originals], private_note)


def applied_body(
    plan: PlanDraft,
    memo_id: str,
    amounts: Sequence[tuple[str, Money]],
    private_note: str,
    on: date | None = None,
) -> dict[str, Any]:
    """A zero-total payment that applies so much of a memo to each of these invoices."""
    whole = Money(sum((amount.amount for _, amount in amounts), Decimal(0)), plan.principal.currency)
    lines = [_applied(amount, "Invoice", invoice_id) for invoice_id, amount in amounts]
    lines.append(_applied(whole, "CreditMemo", memo_id))
    body: dict[str, Any] = {
        "CustomerRef": {"value": plan.customer_id},
        "TotalAmt": _wire(Money.zero(plan.principal.currency)),
        "TxnDate": (on or plan.plan_on).isoformat(),
        "Line": lines,
        "PrivateNote": private_note,
    }
    return body | _currency(plan)


def installment_body(plan: PlanDraft, number: int, private_note: str) -> dict[str, Any]:
    """One installment invoice, dated the plan day, due on its own day; number is 1-based.

    DueDate goes without a term: QuickBooks would otherwise fill in the customer's, discount included.
    """
    count = len(plan.amounts)
    memo = f"Payment {number} of {count} of payment plan {plan.label}, for {plan.numbers}. Not a tax invoice."
    return {
        **_head(plan, private_note, memo),
        "DueDate": plan.due_dates[number - 1].isoformat(),
        "Line": installment_lines(plan, number, plan.amounts[number - 1]),
    }


def closing_bodies(
    plan: PlanDraft, amount: Money, on: date, due_on: date, notes: tuple[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(memo, invoice) of so much on the clearing item: what ends a plan over closed books.

    The memo takes the unpaid installments away, the invoice asks for the rest again.
    """
    memo_note, rest_note = notes
    said = f"Ends payment plan {plan.label}. Not a refund, discount or credit note for tax."
    memo = {**_head(plan, memo_note, said, on), "Line": installment_lines(plan, 0, amount)}
    asks = f"Rest of {plan.numbers}, from payment plan {plan.label}. Not a tax invoice."
    rest = {
        **_head(plan, rest_note, asks, on),
        "DueDate": due_on.isoformat(),
        "Line": installment_lines(plan, 0, amount),
    }
    return memo, rest


def reversal(written: Iterable[Written], *, numbered: bool) -> tuple[Reversal, ...]:
    """The order in which a plan that cannot go on is taken back, whatever part of it exists.

    Installments first, the last one first, then the zero payment, then the memo: at no step does the
    customer owe more than before.  Numbered invoices are voided, so that the sequence keeps no hole.
    """
    parts = {one.part: one for one in written}
    numbers = sorted(
        (int(part.rpartition("-")[2]) for part in parts if part not in (MEMO, APPLY)), reverse=True
    )
    steps = [
        Reversal("Invoice", "void" if numbered else "delete", parts[installment_part(number)])
        for number in numbers
    ]
    if APPLY in parts:
        steps.append(Reversal("Payment", "delete", parts[APPLY]))
    if MEMO in parts:
        # QuickBooks' API offers no void for credit memos.
        steps.append(Reversal("CreditMemo", "delete", parts[MEMO]))
    return tuple(steps)


def _head(plan: PlanDraft, private_note: str, customer_memo: str, on: date | None = None) -> dict[str, Any]:
    # An omitted TxnDate would be the server's Pacific date.
    head: dict[str, Any] = {
        "CustomerRef": {"value": plan.customer_id},
        "TxnDate": (on or plan.plan_on).isoformat(),
        "CustomerMemo": {"value": customer_memo},
        "PrivateNote": private_note,
    }
    if plan.auto_number:
        head["DocNumber"] = "AUTO_GENERATE"
    if plan.without_tax:
        head["GlobalTaxCalculation"] = "NotApplicable"
    if plan.location_id is not None:
        head["DepartmentRef"] = {"value": plan.location_id}
    return head | _currency(plan)


def _currency(plan: PlanDraft) -> dict[str, Any]:
    """The originals' rate is always sent with a currency: another one would post a gain or loss."""
    if plan.currency is None:
        return {}
    rate = plan.exchange_rate if plan.exchange_rate is not None else Decimal(1)
    return {"CurrencyRef": {"value": plan.currency}, "ExchangeRate": rate}


def installment_lines(plan: PlanDraft, number: int, amount: Money) -> list[dict[str, Any]]:
    """One line, or one for each class of the originals; number 0 is the rest of a plan that ended."""
    part = f"{number}of{len(plan.amounts)}" if number else "rest"
    text = f"{plan.label}-{part}: payment plan for {plan.numbers}"
    return [_line(plan, text, share, class_id) for class_id, share in shared(amount, plan.classes)]


def _line(plan: PlanDraft, text: str, amount: Money, class_id: str | None) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "ItemRef": {"value": plan.item_id},
        "Qty": 1,
        "UnitPrice": _wire(amount),
    }
    if plan.tax_code is not None:
        detail["TaxCodeRef"] = {"value": plan.tax_code}
    if class_id is not None:
        detail["ClassRef"] = {"value": class_id}
    return {
        "Amount": _wire(amount),
        "DetailType": "SalesItemLineDetail",
        "Description": text,
        "SalesItemLineDetail": detail,
    }


def _applied(amount: Money, kind: str, document_id: str) -> dict[str, Any]:
    return {"Amount": _wire(amount), "LinkedTxn": [{"TxnId": document_id, "TxnType": kind}]}


def _wire(amount: Money) -> Decimal:
    return amount.amount.quantize(quantum(amount.currency))
