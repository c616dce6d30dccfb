"""Read QuickBooks' aged receivables: per customer, and document by document where those differ from ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from qb_collections.core.receivables import Open
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.report_rows import Cell, Report, Rows, typed

CUSTOMERS_AT_ONCE = 100  # named in one address
_KINDS = {"Invoice": "Invoice", "Payment": "Payment", "Credit Memo": "CreditMemo"}


def per_customer(gateway: Gateway, on: date) -> dict[str, tuple[str, Decimal]]:
    """Customer id -> (name, owed at the end of that day).  One call."""
    report = typed(gateway.report("AgedReceivables", {"report_date": on.isoformat()}))
    found: dict[str, tuple[str, Decimal]] = {}
    for cells in _customers(report.Rows):
        id = str(cells[0].id)
        before = found[id][1] if id in found else Decimal(0)
        found[id] = (cells[0].value or "", before + cells[-1].amount)
    return found


def documents(gateway: Gateway, on: date, customer_ids: Sequence[str]) -> list[Open]:
    """What QuickBooks lists open for these customers on that day; one call for a hundred of them."""
    found: list[Open] = []
    for start in range(0, len(customer_ids), CUSTOMERS_AT_ONCE):
        some = ",".join(customer_ids[start : start + CUSTOMERS_AT_ONCE])
        report = typed(
            gateway.report("AgedReceivableDetail", {"report_date": on.isoformat(), "customer": some})
        )
        columns = _columns(report)
        found.extend(_document(columns, cells) for cells in _rows(report.Rows))
    return found


def _columns(report: Report) -> dict[str, int]:
    places = {column.ColType: place for place, column in enumerate(report.Columns.Column)}
    for needed in ("txn_type", "cust_name", "subt_open_bal"):
        if needed not in places:
            raise Unreadable(detail=f"the aged receivables have no column {needed}")
    return places


def _document(columns: Mapping[str, int], cells: Sequence[Cell]) -> Open:
    if len(cells) < len(columns):
        raise Unreadable(detail="a row of the aged receivables is cut short")
    kind = cells[columns["txn_type"]]
    said = kind.value or ""
    # With several currencies the open balance in the customer's own stands in a column of its own.
    place = columns.get("subt_foreign_open_bal", columns["subt_open_bal"])
    return Open(
        kind=_KINDS.get(said, said),
        id=kind.id or "",
        customer_id=cells[columns["cust_name"]].id or "",
        number=(cells[columns["doc_num"]].value if "doc_num" in columns else None) or "",
        amount=cells[place].amount,
    )


def _rows(part: Rows) -> Iterator[Sequence[Cell]]:
    """Rows of documents; headings and sums of sections are none."""
    for row in part.Row:
        if row.ColData and row.type == "Data":
            yield row.ColData
        if row.Rows is not None:
            yield from _rows(row.Rows)


def _customers(part: Rows) -> Iterator[Sequence[Cell]]:
    """The rows of customers, with jobs below them; a parent's own amount stands in its heading."""
    for row in part.Row:
        cells = row.ColData or (row.Header.ColData if row.Header else ())
        if cells and cells[0].id:
            yield cells
        elif row.ColData:
            raise Unreadable(detail="a row of the aged receivables names no customer")
        if row.Rows is not None:
            yield from _customers(row.Rows)
