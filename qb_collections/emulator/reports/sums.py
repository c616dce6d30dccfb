"""Sums of the ledger by name: income by customer, sales by customer, item, class and location, vendors."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date

from qb_collections.emulator import stock
from qb_collections.emulator.entities import registry
from qb_collections.emulator.reports import shape
from qb_collections.emulator.reports.postings import (
    Pick,
    amount,
    chosen,
    lines,
    party_name,
    party_of,
    total,
)
from qb_collections.emulator.reports.tables import kind_of
from qb_collections.emulator.wire import Body, decode, money
from qb_collections.emulator.work import Work

_REVENUE = ("Income", "Other Income")
_COST = ("Cost of Goods Sold", "Expense", "Other Expense")
_UNNAMED = "Not Specified"
_vendor = party_of("Vendor")


def customer_income(work: Work, params: Mapping[str, str]) -> Body:
    """What each customer brought and cost."""
    start, end = shape.period(work, params)
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in chosen(lines(work, start, end), params):
        kind = kind_of(work, line.account)
        if line.party is not None and line.party[0] == "Customer" and kind in (*_REVENUE, *_COST):
            sums[line.party[1]][kind in _COST] += line.units
    rows: list[Body] = []
    for id_ in sorted(sums, key=lambda one: party_name(work, ("Customer", one)).lower()):
        income, cost = -sums[id_][0], sums[id_][1]
        texts = [amount(income), amount(-cost), amount(income - cost)]
        rows.append({"ColData": shape.cells(party_name(work, ("Customer", id_)), texts, id_)})
    if rows:
        income, cost = -sum(one[0] for one in sums.values()), sum(one[1] for one in sums.values())
        rows.append(total([amount(income), amount(-cost), amount(income - cost)]))
    columns = _columns("Customer", "Income", "Expenses", "Net Income")
    return _report(work, "CustomerIncome", columns, rows, start, end)


def by_name(
    name: str, entity: str, pick: Pick, kinds: tuple[str, ...], sign: int, *, unnamed: bool = False
) -> Callable[[Work, Mapping[str, str]], Body]:
    """Return the report of this name: the lines on accounts of these types, summed by what they name."""

    def report(work: Work, params: Mapping[str, str]) -> Body:
        start, end = shape.period(work, params)
        sums: defaultdict[str, int] = defaultdict(int)
        for line in chosen(lines(work, start, end), params):
            picked = pick(line)
            if kind_of(work, line.account) in kinds and (picked is not None or unnamed):
                sums[picked or ""] += sign * line.units
        named = {
            id_: (party_name(work, (entity, id_)) or _list_name(work, entity, id_)) for id_ in sums if id_
        }
        named |= {"": _UNNAMED} if "" in sums else {}
        rows: list[Body] = [
            {"ColData": shape.cells(named[id_], [amount(sums[id_])], id_ or None)}
            for id_ in sorted(sums, key=lambda one: (one == "", named[one].lower()))
        ]
        if rows:
            rows.append(total([amount(sum(sums.values()))]))
        return _report(work, name, _columns(entity, "Total"), rows, start, end)

    return report


def _list_name(work: Work, entity: str, id_: str) -> str:
    body = work.body(entity, id_) or {}
    return str(body.get("FullyQualifiedName") or body.get("Name") or id_)


customer_sales = by_name("CustomerSales", "Customer", party_of("Customer"), ("Income",), -1)
class_sales = by_name("ClassSales", "Class", lambda line: line.class_, ("Income",), -1, unnamed=True)
department_sales = by_name(
    "DepartmentSales", "Department", lambda line: line.department, ("Income",), -1, unnamed=True
)
item_sales = by_name("ItemSales", "Item", lambda line: line.item, ("Income",), -1)


def vendor_expenses(work: Work, params: Mapping[str, str]) -> Body:
    """What was bought from each vendor: the cost lines of documents that name one."""
    start, end = shape.period(work, params)
    found = lines(work, start, end)
    of = {(line.entity, line.id): vendor for line in found if (vendor := _vendor(line))}
    sums: defaultdict[str, int] = defaultdict(int)
    for line in found:
        vendor = of.get((line.entity, line.id))
        if vendor is not None and kind_of(work, line.account) in _COST:
            sums[vendor] += line.units
    wanted = {id_ for id_ in params.get("vendor", "").split(",") if id_}
    sums = defaultdict(int, {id_: units for id_, units in sums.items() if not wanted or id_ in wanted})
    return _vendors(work, "VendorExpenses", sums, start, end)


def vendor_balance(work: Work, params: Mapping[str, str]) -> Body:
    """What each vendor is owed on a day, by the payables accounts."""
    on = shape.as_of(work, params)
    payable = work.places().payable
    sums: defaultdict[str, int] = defaultdict(int)
    for line in chosen(lines(work, None, on), params):
        if line.account in payable and (vendor := _vendor(line)):
            sums[vendor] -= line.units
    return _vendors(work, "VendorBalance", sums, None, on)


def _vendors(work: Work, name: str, sums: Mapping[str, int], start: date | None, end: date) -> Body:
    rows: list[Body] = [
        {"ColData": shape.cells(party_name(work, ("Vendor", id_)), [amount(sums[id_])], id_)}
        for id_ in sorted(sums, key=lambda one: party_name(work, ("Vendor", one)).lower())
        if sums[id_]
    ]
    if rows:
        rows.append(total([amount(sum(sums.values()))]))
    return _report(work, name, _columns("Vendor", "Total"), rows, start, end)


def account_list(work: Work, params: Mapping[str, str]) -> Body:
    """The chart of accounts with the balances of today."""
    rows: list[Body] = []
    for id_, text in work.conn.execute(
        "SELECT id, body FROM object WHERE realm = ? AND entity = 'Account' AND active = 1 AND deleted = 0"
        " ORDER BY name",
        (work.realm,),
    ).fetchall():
        body = decode(text)
        shown = registry.spec("Account").show(work, body)
        texts = [body["AccountType"], body["AccountSubType"], str(body.get("Description", ""))]
        rows.append(
            shape.data_row(body["FullyQualifiedName"], [*texts, f"{shown['CurrentBalance']:.2f}"], str(id_))
        )
    columns = [
        shape.Column(title, "Money" if key == "account_bal" else "String", (("ColKey", key),))
        for title, key in (
            *(("Account", "account_name"), ("Type", "account_type"), ("Detail type", "detail_acc_type")),
            *(("Description", "account_desc"), ("Balance", "account_bal")),
        )
    ]
    return shape.report(work, "AccountList", columns, rows, header={})


def inventory(work: Work, params: Mapping[str, str]) -> Body:
    """What is in stock today, and what it is worth first in, first out."""
    rows: list[Body] = []
    whole = money(0)
    for id_, text in work.conn.execute(
        "SELECT id, body FROM object WHERE realm = ? AND entity = 'Item' AND active = 1 AND deleted = 0"
        " ORDER BY name",
        (work.realm,),
    ).fetchall():
        body = decode(text)
        if body["Type"] != "Inventory":
            continue
        worth, qty = stock.value(work, str(id_)), body["QtyOnHand"]
        each = f"{worth / qty:.2f}" if qty else ""
        texts = [str(body.get("Sku", "")), f"{qty:.2f}", f"{worth:.2f}", each]
        rows.append(shape.data_row(body["FullyQualifiedName"], texts, str(id_)))
        whole += worth
    if rows:
        rows.append(total(["", "", f"{whole:.2f}", ""]))
    columns = [
        shape.Column("", "ProductsAndService"),
        *(shape.Column(title, "Money") for title in ("SKU", "Qty", "Asset Value", "Calc. Avg")),
    ]
    header = {"EndPeriod": work.today().isoformat()}
    return shape.report(work, "InventoryValuationSummary", columns, rows, header=header)


def _columns(first: str, *titles: str) -> list[shape.Column]:
    return [shape.Column("", first), *(shape.Column(title, "Money") for title in titles)]


def _report(
    work: Work, name: str, columns: list[shape.Column], rows: list[Body], start: date | None, end: date
) -> Body:
    days = {"StartPeriod": start.isoformat()} if start else {}
    header = {"ReportBasis": "Accrual", **days, "EndPeriod": end.isoformat()}
    return shape.report(work, name, columns, rows, header=header)
