"""The ledger's lines with what their documents say of them: the stuff of every detailed report.

Detailed reports and sums by name are on the accrual basis: a line on the cash basis is a share of several.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qb_collections.emulator import books
from qb_collections.emulator.reports import shape
from qb_collections.emulator.wire import Body, decode, money
from qb_collections.emulator.work import Work

_TYPES = {
    "CreditMemo": "Credit Memo",
    "JournalEntry": "Journal Entry",
    "SalesReceipt": "Sales Receipt",
    "RefundReceipt": "Refund",
    "VendorCredit": "Vendor Credit",
    "BillPayment": "Bill Payment",
    "CreditCardPayment": "Credit Card Payment",
    "Purchase": "Expense",
    "Item": "Inventory Starting Value",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One posting; a debit is positive, in the store's units."""

    on: str
    entity: str
    id: str
    number: str
    memo: str
    account: str
    party: tuple[str, str] | None  # Customer or Vendor, and the id
    class_: str | None
    department: str | None
    item: str | None
    units: int
    split: str  # the account of the other side, or that there are several

    @property
    def kind(self) -> str:
        """Return the document's kind in QuickBooks' words."""
        return _TYPES.get(self.entity, self.entity)


Pick = Callable[[Line], str | None]


def lines(work: Work, start: date | None, end: date) -> list[Line]:
    """Return the postings of a period, document by document, oldest first."""
    found: defaultdict[tuple[str, str, int], list[tuple[Any, ...]]] = defaultdict(list)
    for row in work.conn.execute(
        "SELECT p.txn_on, p.entity, p.txn_id, p.account, p.customer, p.class, p.department, p.item, p.amount,"
        " o.body FROM posting p JOIN object o"
        " ON o.realm = p.realm AND o.entity = p.entity AND o.id = p.txn_id"
        " WHERE p.realm = ? AND p.txn_on >= ? AND p.txn_on <= ? ORDER BY p.txn_on, p.txn_id, p.line",
        (work.realm, start.isoformat() if start else "", end.isoformat()),
    ):
        found[row[0], row[1], row[2]].append(row[3:])
    return [line for key, rows in found.items() for line in _of_document(work, *key, rows)]


def _of_document(work: Work, on: str, entity: str, id_: int, rows: list[tuple[Any, ...]]) -> Iterator[Line]:
    body = decode(rows[0][-1])
    payable = work.places().payable
    holder = _holder(body)
    for account, customer, class_, department, item, amount, _ in rows:
        party = holder
        if customer is not None:
            party = ("Vendor" if account in payable or entity == "BillPayment" else "Customer", customer)
        others = {row[0] for row in rows if row[0] != account}
        split = account_name(work, others.pop()) if len(others) == 1 else "-Split-" if others else ""
        number, memo = str(body.get("DocNumber", "")), str(body.get("PrivateNote", ""))
        place = (on, entity, str(id_), number, memo, account)
        yield Line(*place, party, class_, department, item, amount, split)


def _holder(body: Body) -> tuple[str, str] | None:
    for kind in ("Customer", "Vendor"):
        if body.get(f"{kind}Ref"):
            return kind, str(body[f"{kind}Ref"]["value"])
    ref = body.get("EntityRef")
    return (str(ref["type"]), str(ref["value"])) if isinstance(ref, dict) and ref.get("type") else None


def party_of(kind: str) -> Pick:
    """Return what a line names of this kind, Customer or Vendor."""
    return lambda line: line.party[1] if line.party is not None and line.party[0] == kind else None


_FILTERS: dict[str, Pick] = {
    "customer": party_of("Customer"),
    "vendor": party_of("Vendor"),
    "account": lambda line: line.account,
    "class": lambda line: line.class_,
    "department": lambda line: line.department,
    "item": lambda line: line.item,
}


def chosen(found: list[Line], params: Mapping[str, str]) -> list[Line]:
    """Return the lines that a report's filters leave: by customer, vendor, account, class, location, item."""
    for name, pick in _FILTERS.items():
        wanted = {id_ for id_ in params.get(name, "").split(",") if id_}
        found = [line for line in found if not wanted or pick(line) in wanted]
    return found


def party_name(work: Work, party: tuple[str, str] | None) -> str:
    if party is None:
        return ""
    body = work.body(*party) or {}
    return str(body.get("FullyQualifiedName") or body.get("DisplayName") or "")


def account_name(work: Work, id_: str) -> str:
    return str(books.account_named(work, id_)["FullyQualifiedName"])


def amount(units: int) -> str:
    return f"{money(units):.2f}"


def total(values: list[str], name: str = "TOTAL") -> Body:
    """Return the row at a report's end."""
    return {"Summary": {"ColData": shape.cells(name, values)}, "type": "Section", "group": "GrandTotal"}
