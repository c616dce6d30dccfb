"""What hangs on a customer and its invoices, and what an invoice says line by line: for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from qb_collections.quickbooks import translate, wire
from qb_collections.quickbooks.capture import MARK

ATTACHED_MAX = 200  # of one answer; more are said to be more
INVOICES_PER_QUERY = 30
INVOICES_MAX = 90  # three queries; an account with more open invoices is looked through at them
LINES_MAX = 200
NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class Attached:
    """One file or note that hangs on a customer or an invoice."""

    id: str
    name: str  # of the file, or the note's first words
    kind: str  # Customer or Invoice: what it hangs on
    about: str  # the id of that
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice.  Quantity and price are missing where the line has none."""

    says: str
    amount: Decimal
    quantity: Decimal | None = None
    price: Decimal | None = None


def attached_statements(customer_ids: Sequence[str], invoice_ids: Sequence[str]) -> list[str]:
    """A query for what hangs on the customers, and one for every thirty invoices."""
    # "SELECT * FROM attachable WHERE AttachableRef.EntityRef.Type = 'invoice' AND
    # AttachableRef.EntityRef.value = '67'" is how Intuit's page on attachments asks.
    asked = [("Customer", customer_ids[at : at + 30]) for at in range(0, len(customer_ids), 30)]
    some = invoice_ids[:INVOICES_MAX]
    asked += [
        ("Invoice", some[at : at + INVOICES_PER_QUERY]) for at in range(0, len(some), INVOICES_PER_QUERY)
    ]
    return [
        f"SELECT * FROM Attachable WHERE AttachableRef.EntityRef.Type = '{kind}' "
        f"AND AttachableRef.EntityRef.value IN {wire.one_of(ids)} MAXRESULTS {ATTACHED_MAX}"
        for kind, ids in asked
    ]


def attached(records: Iterable[Mapping[str, Any]]) -> list[Attached]:
    """The files and other people's notes of an answer; the notes that we wrote are left out."""
    found = []
    for record in records:
        note = str(record.get("Note") or "")
        name = str(record.get("FileName") or "") or note
        if not name.strip() or (MARK in note and not record.get("FileName")):
            continue
        for ref in record.get("AttachableRef") or ():
            target = ref.get("EntityRef") or {}
            kind, about = str(target.get("type", "")), str(target.get("value", ""))
            if kind in ("Customer", "Invoice") and about:
                at = translate.instant((record.get("MetaData") or {}).get("CreateTime"))
                found.append(Attached(str(record["Id"]), name[:NAME_MAX], kind, about, at))
                break
    return found


def lines(record: Mapping[str, Any]) -> list[Line]:
    """The lines that a person sees; what QuickBooks only adds up is left out."""
    found = []
    for line in list(record.get("Line") or ())[:LINES_MAX]:
        if line.get("DetailType") in ("SubTotalLineDetail", None):
            continue
        detail = line.get(str(line["DetailType"])) or {}
        item = str((detail.get("ItemRef") or {}).get("name") or "")
        words = str(line.get("Description") or "").strip()
        says = ": ".join(part for part in (item, words) if part) or _KINDS.get(line["DetailType"], "A line")
        amount = _number(line.get("Amount")) or Decimal(0)
        if line["DetailType"] == "DiscountLineDetail":
            amount = -amount
        found.append(Line(says[:1000], amount, _number(detail.get("Qty")), _number(detail.get("UnitPrice"))))
    return found


_KINDS = {"DiscountLineDetail": "Discount", "DescriptionOnly": "A remark"}


def _number(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else Decimal(value) if isinstance(value, int) else None
