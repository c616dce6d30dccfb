"""Acts with money: customers pay, payments come back, credits are applied rightly or wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from qb_collections.emulator.act_books import Books, amount, several
from qb_collections.emulator.wire import ZERO, Body

Act = Mapping[str, Any]
_AHEAD = timedelta(days=3)  # over a weekend


def pay(books: Books, act: Act) -> Body:
    """Record a customer's payment of named invoices, or of the oldest ones.

    Without an amount all that is open on them is paid.  Where every named invoice was moved to a payment
    plan, the customer's oldest open document is paid instead.  `when: on_plan` pays only an installment that
    falls due within three days.
    """
    if "invoice" in act or "invoices" in act:
        named = [books.invoice(ref) for ref in several(act.get("invoices", [act.get("invoice")]), "invoices")]
        payer = books.customer(act["customer"]) if "customer" in act else books.payer_of(named[0])
        documents = _on_plan(books, named, act) if "when" in act else _payable(books, named)
    elif "customer" in act:
        payer = books.customer(act["customer"])
        documents = books.open_invoices(payer)
        if not documents:
            raise ValueError(f"{act['customer']} owes nothing; pay_on_account records money beyond that.")
    else:
        raise ValueError("Say who pays: a customer, an invoice, or both.")
    total = amount(act["amount"]) if "amount" in act else sum((one["Balance"] for one in documents), ZERO)
    return _receive(books, act, payer, total, documents)


def part_pay(books: Books, act: Act) -> Body:
    """Record less than an invoice's balance."""
    invoice = books.invoice(act["invoice"])
    part = amount(act["amount"])
    if part >= invoice["Balance"]:
        raise ValueError(
            f"{part} is not a part of the {invoice['Balance']} open on invoice {invoice.get('DocNumber')}."
        )
    return _receive(books, act, books.payer_of(invoice), part, [invoice])


def pay_on_account(books: Books, act: Act) -> Body:
    """Record money that is applied to nothing."""
    return _receive(books, act, books.customer(act["customer"]), amount(act["amount"]), [])


def _payable(books: Books, named: Sequence[Body]) -> list[Body]:
    """Return the named invoices that are open; else, where they moved to a plan, the oldest open document."""
    unpaid = [invoice for invoice in named if invoice["Balance"] > 0]
    if unpaid:
        return unpaid
    if all(invoice["TotalAmt"] == 0 for invoice in named):
        raise ValueError(f"Invoice {_numbers(named)} was voided.")
    others = books.open_invoices(named[0]["CustomerRef"]["value"])
    if not any(books.is_plan_document(invoice) for invoice in others):
        raise ValueError(f"Invoice {_numbers(named)} is already paid.")
    return others[:1]


def _on_plan(books: Books, named: Sequence[Body], act: Act) -> list[Body]:
    """Return the plan's next installment when it falls due within three days of the act."""
    if act["when"] != "on_plan":
        raise ValueError(f"when can only be on_plan, got {act['when']!r}.")
    if any(invoice["Balance"] > 0 for invoice in named):
        raise ValueError(f"Invoice {_numbers(named)} is not on a payment plan.")
    documents = _payable(books, named)
    if documents[0]["DueDate"] > (books.on(act) + _AHEAD).isoformat():
        raise ValueError(f"Nothing on the plan is due before {documents[0]['DueDate']}.")
    return documents


def _numbers(invoices: Sequence[Body]) -> str:
    return ", ".join(str(invoice.get("DocNumber")) for invoice in invoices)


def _receive(books: Books, act: Act, payer: str, total: Decimal, documents: Sequence[Body]) -> Body:
    lines, left = [], total
    for invoice in documents:
        part = min(left, invoice["Balance"])
        if part > 0:
            linked = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
            lines.append({"Amount": part, "LinkedTxn": [linked]})
            left -= part
    body: Body = {
        "CustomerRef": {"value": payer},
        "TotalAmt": total,
        "TxnDate": books.on(act).isoformat(),
        "Line": lines,
    }
    method = books.named("PaymentMethod", str(act.get("method", "Check")))
    if method is not None:
        body["PaymentMethodRef"] = {"value": method}
    if "reference" in act:
        body["PaymentRefNum"] = str(act["reference"])
    if "deposit_to" in act:
        body["DepositToAccountRef"] = {"value": books.account(act["deposit_to"])}
    return books.save("Payment", body)


def return_payment(books: Books, act: Act) -> Body:
    """The bank takes a payment back; the bookkeeper deletes it, and its invoices are open again.

    With {"how": "expense"} the payment stays: an expense to receivables takes the money out of the bank, and
    the payment is applied to that instead of its invoices.
    """
    payment = books.document("Payment", act["payment"])
    how = str(act.get("how", "delete"))
    if how not in ("delete", "expense"):
        raise ValueError(f"A payment returns by how = delete or expense, got {how!r}.")
    if how == "delete":
        return books.delete("Payment", payment)
    spent = books.save(
        "Purchase",
        {
            "PaymentType": "Cash",
            "AccountRef": {"value": books.account(str(act.get("from", "Checking")))},
            "EntityRef": {"value": payment["CustomerRef"]["value"], "type": "Customer"},
            "TxnDate": books.on(act).isoformat(),
            "PrivateNote": "Returned payment",
            "Line": [
                {
                    "Amount": payment["TotalAmt"],
                    "DetailType": "AccountBasedExpenseLineDetail",
                    "AccountBasedExpenseLineDetail": {
                        "AccountRef": {"value": books.account("Accounts Receivable (A/R)")}
                    },
                }
            ],
        },
    )
    linked = {"TxnId": spent["Id"], "TxnType": "Expense"}
    _relink(books, payment, [{"Amount": payment["TotalAmt"], "LinkedTxn": [linked]}])
    return spent


def deposit(books: Books, act: Act) -> Body:
    """Put payments from Undeposited Funds into the bank; from then on they are locked."""
    payments = [books.document("Payment", ref) for ref in several(act["payments"], "payments")]
    lines = [
        {
            "Amount": one["TotalAmt"],
            "LinkedTxn": [{"TxnId": one["Id"], "TxnType": "Payment", "TxnLineId": "0"}],
        }
        for one in payments
    ]
    account = books.account(str(act.get("to", "Checking")))
    return books.save(
        "Deposit",
        {"DepositToAccountRef": {"value": account}, "TxnDate": books.on(act).isoformat(), "Line": lines},
    )


def apply(books: Books, act: Act) -> Body:
    """Apply a credit memo to an invoice by a payment of zero, or a payment's unapplied rest."""
    invoice = books.invoice(act["invoice"])
    if "payment" in act:
        return _apply_payment(books, books.document("Payment", act["payment"]), invoice, act)
    if "credit_memo" not in act:
        raise ValueError("Say what is applied: a credit_memo or a payment.")
    memo = books.document("CreditMemo", act["credit_memo"])
    part = min(memo["RemainingCredit"], invoice["Balance"])
    if part <= 0:
        raise ValueError(
            f"Nothing is left of the credit, or of invoice {invoice.get('DocNumber')}, to apply."
        )
    lines = [
        {"Amount": part, "LinkedTxn": [{"TxnId": one["Id"], "TxnType": kind}]}
        for one, kind in ((invoice, "Invoice"), (memo, "CreditMemo"))
    ]
    return books.save(
        "Payment",
        {
            "CustomerRef": {"value": memo["CustomerRef"]["value"]},
            "TotalAmt": ZERO,
            "TxnDate": books.on(act).isoformat(),
            "Line": lines,
        },
    )


def _apply_payment(books: Books, payment: Body, invoice: Body, act: Act) -> Body:
    part = min(payment["UnappliedAmt"], invoice["Balance"])
    if part <= 0:
        raise ValueError(
            f"Nothing is left of the payment, or of invoice {invoice.get('DocNumber')}, to apply."
        )
    line = {"Amount": part, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    return _relink(books, payment, [*_kept(payment), line])


def apply_elsewhere(books: Books, act: Act) -> Body:
    """Move a payment from what it paid to another invoice of the customer, as people do by mistake."""
    payment = books.document("Payment", act["payment"])
    invoice = books.invoice(act["invoice"])
    part = min(payment["TotalAmt"], invoice["Balance"])
    if part <= 0:
        raise ValueError(f"Invoice {invoice.get('DocNumber')} has no balance that the payment could go to.")
    return _relink(
        books, payment, [{"Amount": part, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]
    )


def unapply(books: Books, act: Act) -> Body:
    """Take a payment off every document it was applied to; the money stays with the customer's account."""
    payment = books.document("Payment", act["payment"])
    if not _kept(payment):
        raise ValueError(f"Payment {payment['Id']} is applied to nothing.")
    return _relink(books, payment, [])


def _relink(books: Books, payment: Body, lines: list[Body]) -> Body:
    # Intuit's reference: a payment's lines are replaced all or none.
    return books.change(
        "Payment",
        payment,
        {"CustomerRef": payment["CustomerRef"], "TotalAmt": payment["TotalAmt"], "Line": lines},
    )


def _kept(payment: Body) -> list[Body]:
    return [{"Amount": line["Amount"], "LinkedTxn": line["LinkedTxn"]} for line in payment.get("Line", [])]
