"""The three kinds of statement that QuickBooks sends to customers, as plain text.

Balance forward: what was owed before the period, and what happened in it.  Open item: what is open today.
Transaction: invoices and payments of the period without balances.  The memo of an invoice stands on each,
which is why notes on invoices have to be fit for the customer's eyes.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_collections.emulator import errors
from qb_collections.emulator.reports import aging
from qb_collections.emulator.wire import ZERO, Body, decode
from qb_collections.emulator.work import Work

KINDS = ("balance_forward", "open_item", "transaction")
_TITLES = {"Invoice": "Invoice", "CreditMemo": "Credit memo", "Payment": "Payment"}
_SIGNS = {"Invoice": 1, "CreditMemo": -1, "Payment": -1}


@dataclass(frozen=True, slots=True)
class _Line:
    on: str
    text: str
    amount: Decimal


def render(work: Work, customer_id: str, kind: str, start: date, end: date) -> str:
    """Return the statement; raises ValueError for a kind that is not known, Fault 610 for no customer."""
    if kind not in KINDS:
        raise ValueError(f"A statement is one of {', '.join(KINDS)}, not {kind!r}.")
    customer = work.body("Customer", customer_id)
    if customer is None:
        raise errors.not_found()
    company = work.body("CompanyInfo", "1") or {}
    head = [
        str(company.get("CompanyName", "")),
        f"STATEMENT ({kind.replace('_', ' ')})",
        f"To: {customer['DisplayName']}",
        f"Date: {end.isoformat()}",
        "",
    ]
    if kind == "open_item":
        lines = _open(work, customer_id, end)
        total = sum((line.amount for line in lines), ZERO)
    else:
        lines = _moved(work, customer_id, start, end)
        total = sum((line.amount for line in lines), ZERO)
        if kind == "balance_forward":
            before = _owed_before(work, customer_id, start)
            lines = [_Line(start.isoformat(), "Balance forward", before), *lines]
            total += before
    rows = [f"{line.on}  {line.text}  {line.amount:.2f}" for line in lines]
    label = "Total" if kind == "transaction" else "Amount due"
    return "\n".join([*head, *rows, "", f"{label}: {total:.2f} {customer['CurrencyRef']['value']}"])


def _text(entity: str, body: Body) -> str:
    number = body.get("DocNumber") or body.get("PaymentRefNum") or body["Id"]
    due = f", due {body['DueDate']}" if "DueDate" in body else ""
    memo = f" ({body['PrivateNote']})" if body.get("PrivateNote") else ""
    return f"{_TITLES.get(entity, entity)} {number}{due}{memo}"


def _moved(work: Work, customer_id: str, start: date, end: date) -> list[_Line]:
    found = work.conn.execute(
        "SELECT entity, body FROM object WHERE realm = ? AND customer = ? AND deleted = 0"
        " AND entity IN ('Invoice', 'CreditMemo', 'Payment') AND txn_on BETWEEN ? AND ? ORDER BY txn_on, id",
        (work.realm, customer_id, start.isoformat(), end.isoformat()),
    ).fetchall()
    lines = []
    for entity, text in found:
        body = decode(text)
        amount = _SIGNS[entity] * body["TotalAmt"] - body.get("Deposit", ZERO)
        if amount:
            lines.append(_Line(body["TxnDate"], _text(entity, body), amount))
    return lines


def _owed_before(work: Work, customer_id: str, start: date) -> Decimal:
    owed = ZERO
    for entity, text in work.conn.execute(
        "SELECT entity, body FROM object WHERE realm = ? AND customer = ? AND deleted = 0"
        " AND entity IN ('Invoice', 'CreditMemo', 'Payment') AND txn_on < ?",
        (work.realm, customer_id, start.isoformat()),
    ).fetchall():
        body = decode(text)
        owed += _SIGNS[entity] * body["TotalAmt"] - body.get("Deposit", ZERO)
    return owed


def _open(work: Work, customer_id: str, end: date) -> list[_Line]:
    lines = []
    for item in aging.open_items(work, end):
        if item.customer == customer_id:
            body = work.body(item.entity, item.id) or {"Id": item.id}
            lines.append(_Line(item.txn_on, _text(item.entity, body), item.owed))
    return lines
