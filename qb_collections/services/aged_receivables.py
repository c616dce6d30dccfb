"""Read QuickBooks' aged receivables: per customer, and document by document where those differ from ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.core.receivables import Open
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services.proof import amount_of

CUSTOMERS_AT_ONCE = 100  # named in one address
_KINDS = {"Invoice": "Invoice", "Payment": "Payment", "Credit Memo": "CreditMemo"}


def per_customer(gateway: Gateway, on: date) -> dict[str, tuple[str, Decimal]]:
    """Customer id -> (name, owed at the end of that day).  One call."""
    report = gateway.report("AgedReceivables", {"report_date": on.isoformat()})
    found: dict[str, tuple[str, Decimal]] = {}
    for cells in _customers(report):
        id, name = str(cells[0].get("id")), str(cells[0].get("value"))
        before = found[id][1] if id in found else Decimal(0)
        found[id] = (name, before + amount_of(cells[-1].get("value")))
    return found


def documents(gateway: Gateway, on: date, customer_ids: Sequence[str]) -> list[Open]:
    """What QuickBooks lists open for these customers on that day; one call for a hundred of them."""
    found: list[Open] = []
    for start in range(0, len(customer_ids), CUSTOMERS_AT_ONCE):
        some = ",".join(customer_ids[start : start + CUSTOMERS_AT_ONCE])
        report = gateway.report("AgedReceivableDetail", {"report_date": on.isoformat(), "customer": some})
        columns = _columns(report)
        found.extend(_document(columns, cells) for cells in _rows(report))
    return found


def _columns(report: Mapping[str, Any]) -> dict[str, int]:
    columns = (report.get("Columns") or {}).get("Column")
    if not isinstance(columns, list):
        raise Unreadable(detail="a report without columns")
    places = {str(column.get("ColType")): place for place, column in enumerate(columns)}
    for needed in ("txn_type", "cust_name", "subt_open_bal"):
        if needed not in places:
            raise Unreadable(detail=f"the aged receivables have no column {needed}")
    return places


def _document(columns: Mapping[str, int], cells: Sequence[Mapping[str, Any]]) -> Open:
    if len(cells) < len(columns):
        raise Unreadable(detail="a row of the aged receivables is cut short")
    kind = cells[columns["txn_type"]]
    said = str(kind.get("value"))
    # With several currencies the open balance in the customer's own stands in a column of its own.
    place = columns.get("subt_foreign_open_bal", columns["subt_open_bal"])
    number = cells[columns["doc_num"]].get("value") if "doc_num" in columns else None
    return Open(
        kind=_KINDS.get(said, said),
        id=str(kind.get("id", "")),
        customer_id=str(cells[columns["cust_name"]].get("id", "")),
        number=str(number or ""),
        amount=amount_of(cells[place].get("value")),
    )


def _rows(part: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Rows of documents; headings and sums of sections are none."""
    for row in (part.get("Rows") or {}).get("Row", []):
        if row.get("ColData") and row.get("type", "Data") == "Data":
            yield row["ColData"]
        yield from _rows(row)


def _customers(part: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The rows of customers, with jobs below them; a parent's own amount stands in its heading."""
    for row in (part.get("Rows") or {}).get("Row", []):
        cells = row.get("ColData") or (row.get("Header") or {}).get("ColData")
        if cells and cells[0].get("id"):
            yield cells
        elif row.get("ColData"):
            raise Unreadable(detail="a row of the aged receivables names no customer")
        yield from _customers(row)
