"""Acts on documents: invoices are written, voided, edited, sent and annotated by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from qb_collections.emulator import act_queue
from qb_collections.emulator.act_books import Books, amount, day, several
from qb_collections.emulator.wire import Body

Act = Mapping[str, Any]
_NOTE_MOST = 4000  # PrivateNote, Intuit's API reference


def create_invoice(books: Books, act: Act) -> Body:
    """Write an invoice: of one amount, or with lines; `key` is a name that later acts may call it by."""
    if ("lines" in act) == ("amount" in act):
        raise ValueError("An invoice takes an amount or lines, one of the two.")
    if not isinstance(act.get("fields", {}), dict):
        raise ValueError('fields must be an object of properties, for example {"PrivateNote": "..."}.')
    on = books.on(act)
    body: Body = {
        "CustomerRef": {"value": books.customer(act["customer"])},
        "TxnDate": on.isoformat(),
        "DueDate": (day(act["due"], "due") if "due" in act else on + timedelta(days=30)).isoformat(),
        "Line": several(act["lines"], "lines") if "lines" in act else [_line(books, act)],
    } | act.get("fields", {})
    if "number" in act:
        body["DocNumber"] = str(act["number"])
    saved = books.save("Invoice", body)
    if "key" in act:
        act_queue.remember_invoice(books.engine.store, books.realm_id, str(act["key"]), saved["Id"])
    return books.send(saved) if act.get("send") else saved


def _line(books: Books, act: Act) -> Body:
    return _sale(books, str(act.get("item", "Services")), act["amount"], act.get("text"))


def _sale(books: Books, item: str, value: Any, text: Any) -> Body:
    item_id = books.named("Item", item)
    if item_id is None:
        raise ValueError(f"There is no product or service named {item!r}.")
    return {
        "Amount": amount(value),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item_id}},
        **({"Description": str(text)} if text else {}),
    }


def void(books: Books, act: Act) -> Body:
    """Void an invoice."""
    invoice = books.invoice(act["invoice"])
    if invoice["TotalAmt"] == 0:
        raise ValueError(f"Invoice {invoice.get('DocNumber')} is already voided.")
    return books.void("Invoice", invoice)


def edit(books: Books, act: Act) -> Body:
    """Change properties of any entity, as a person does on its page."""
    if not isinstance(act["fields"], dict) or not act["fields"]:
        raise ValueError('fields must be an object of properties, for example {"DueDate": "2026-12-15"}.')
    return books.change(str(act["entity"]), books.one(str(act["entity"]), str(act["id"])), act["fields"])


def redate(books: Books, act: Act) -> Body:
    """Give an invoice another due date."""
    return books.change(
        "Invoice", books.invoice(act["invoice"]), {"DueDate": day(act["due"], "due").isoformat()}
    )


def add_note(books: Books, act: Act) -> Body:
    """A person writes a line into an invoice's memo, below what stands there."""
    invoice = books.invoice(act["invoice"])
    before = invoice.get("PrivateNote")
    note = f"{before}\n{act['text']}" if before else str(act["text"])
    if len(note) > _NOTE_MOST:
        raise ValueError(f"The memo would have {len(note)} characters; QuickBooks takes {_NOTE_MOST}.")
    return books.change("Invoice", invoice, {"PrivateNote": note})


def late_fee(books: Books, act: Act) -> Body:
    """QuickBooks' own late fee: a further line on an overdue invoice."""
    invoice = books.invoice(act["invoice"])
    if invoice["Balance"] <= 0:
        raise ValueError(f"Invoice {invoice.get('DocNumber')} has no balance to charge a fee on.")
    kept = [line for line in invoice["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    fee = _sale(books, "Late fee", act["amount"], "Late fee")
    return books.change("Invoice", invoice, {"CustomerRef": invoice["CustomerRef"], "Line": [*kept, fee]})


def auto_reminder(books: Books, act: Act) -> Body:
    """QuickBooks' own reminder: the invoice is e-mailed again, which only its DeliveryInfo shows."""
    return books.send(books.invoice(act["invoice"]))


def deactivate(books: Books, act: Act) -> Body:
    """Make a customer, item or account inactive."""
    entity = str(act["entity"])
    if entity not in ("Customer", "Item", "Account", "Term"):
        raise ValueError(f"deactivate takes a Customer, an Item, an Account or a Term, not {entity}.")
    return books.change(entity, books.one(entity, str(act["id"])), {"Active": False})


def journal_receivable(books: Books, act: Act) -> Body:
    """Book a journal entry on a customer's receivables, which no invoice shows; `credit` lowers the debt."""
    customer = books.customer(act["customer"])
    owed = "Credit" if act.get("credit") else "Debit"
    other = "Debit" if act.get("credit") else "Credit"
    sides = (
        (owed, books.account(str(act.get("receivable", "Accounts Receivable (A/R)")))),
        (other, books.account(str(act.get("against", "Service Income")))),
    )
    lines = []
    for kind, account in sides:
        detail: Body = {"PostingType": kind, "AccountRef": {"value": account}}
        if kind == owed:
            detail["Entity"] = {"Type": "Customer", "EntityRef": {"value": customer}}
        line = {"Amount": amount(act["amount"]), "DetailType": "JournalEntryLineDetail"}
        lines.append({**line, "JournalEntryLineDetail": detail})
    return books.save("JournalEntry", {"TxnDate": books.on(act).isoformat(), "Line": lines})


def close_books(books: Books, act: Act) -> Body:
    """Close the books through a day, or open them again with null."""
    through = None if act["through"] is None else day(act["through"], "through").isoformat()
    return set_preferences(books, {"preferences": {"AccountingInfoPrefs": {"BookCloseDate": through}}})


def set_preferences(books: Books, act: Act) -> Body:
    """Change the company's settings, group by group."""
    if not isinstance(act["preferences"], dict):
        raise ValueError('preferences must be groups, as in {"SalesFormsPrefs": {"CustomTxnNumbers": true}}.')
    return books.engine.set_preferences(books.realm_id, act["preferences"], at=books.at)
