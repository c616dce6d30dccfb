"""Trial balance, profit and loss, balance sheet: accrual or cash, from the ledger's postings."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from qb_collections.emulator import accounts, books, errors
from qb_collections.emulator.ledger import Entry
from qb_collections.emulator.reports import shape
from qb_collections.emulator.wire import Body, money
from qb_collections.emulator.work import Work

_REVENUE = ("Income", "Other Income")
_COST = ("Cost of Goods Sold", "Expense", "Other Expense")
_EARNINGS = (*_REVENUE, *_COST)
_TOTAL = "TOTAL"
_UNNAMED = "Not Specified"

Table = dict[str, dict[str, int]]  # account id -> column -> units, a debit positive
Sum = dict[str, int]

_COLUMNS: dict[str, tuple[str, Callable[[Entry], str | None]]] = {
    "customers": ("Customer", lambda entry: entry.customer),
    "classes": ("Class", lambda entry: entry.class_),
    "departments": ("Department", lambda entry: entry.department),
}


def trial_balance(work: Work, params: Mapping[str, str]) -> Body:
    """Balance-sheet accounts as of the end date; income and expense since the fiscal year began."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    by = params.get("summarize_column_by", "Total")
    names, table = _closing(work, end, method, by)
    shown = names if len(names) > 1 else [_TOTAL]
    rows: list[Body] = []
    sums = {name: [0, 0] for name in shown}
    for account in sorted(table, key=lambda id_: _chart_order(work, id_)):
        values = []
        for name in shown:
            amount = table[account].get(name, 0)
            sums[name][0] += max(amount, 0)
            sums[name][1] += max(-amount, 0)
            values += [shape.amount(money(max(amount, 0))), shape.amount(money(max(-amount, 0)))]
        if any(values):
            rows.append(shape.data_row(_name(work, account), values, account))
    total = [f"{money(value):.2f}" for name in shown for value in sums[name]]
    rows.append(
        {"Summary": {"ColData": shape.cells(_TOTAL, total)}, "type": "Section", "group": "GrandTotal"}
    )
    columns = [("", "Account")]
    for name in shown:
        before = "" if len(shown) == 1 else f"{_title(work, by, name)} "
        columns += [(f"{before}Debit", "Money"), (f"{before}Credit", "Money")]
    return shape.report(work, "TrialBalance", columns, rows, header=_header(start, end, method))


def profit_and_loss(work: Work, params: Mapping[str, str]) -> Body:
    """Income less expense of the period, in one column or one for each customer, class or department."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    by = params.get("summarize_column_by", "Total")
    names, table = _period_table(work, start, end, method, by)
    rows: list[Body] = []

    def part(title: str, group: str, kind: str, sign: int) -> Sum:
        found, total = _lines(work, table, names, kind, sign)
        if found or kind in ("Income", "Expense"):
            header = shape.cells(title, [""] * len(names))
            rows.append(
                shape.section(
                    found, shape.cells(f"Total {title}", _texts(total, names)), group=group, header=header
                )
            )
        return total

    def line(title: str, group: str, total: Sum) -> Sum:
        rows.append(
            {
                "Summary": {"ColData": shape.cells(title, _texts(total, names))},
                "type": "Section",
                "group": group,
            }
        )
        return total

    income = part("Income", "Income", "Income", -1)
    gross = line(
        "Gross Profit",
        "GrossProfit",
        _less(income, part("Cost of Goods Sold", "COGS", "Cost of Goods Sold", 1)),
    )
    operating = line(
        "Net Operating Income", "NetOperatingIncome", _less(gross, part("Expenses", "Expenses", "Expense", 1))
    )
    other_income = part("Other Income", "OtherIncome", "Other Income", -1)
    other = _less(other_income, part("Other Expenses", "OtherExpenses", "Other Expense", 1))
    if any(other.values()):
        line("Net Other Income", "NetOtherIncome", other)
    line("Net Income", "NetIncome", {name: operating.get(name, 0) + other.get(name, 0) for name in names})
    header = _header(start, end, method) | {"SummarizeColumnsBy": by}
    columns = [("", "Account"), *((_title(work, by, name), "Money") for name in names)]
    return shape.report(
        work, "ProfitAndLoss", columns, rows, header=header, options={"AccountingStandard": "GAAP"}
    )


def balance_sheet(work: Work, params: Mapping[str, str]) -> Body:
    """What the company has and owes on a day; this fiscal year's earnings stand as Net Income."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    by = params.get("summarize_column_by", "Total")
    names, table = _closing(work, end, method, by)
    earned = dict.fromkeys(names, 0)
    for account, row in table.items():
        if _type(work, account) in _EARNINGS:
            earned = {name: earned[name] - row.get(name, 0) for name in names}
    blank = [""] * len(names)

    def block(
        title: str, group: str, sign: int, kinds: Mapping[str, str], extra: list[Body], more: Sum
    ) -> tuple[Body, Sum]:
        inner, whole = [], more
        for kind, heading in kinds.items():
            found, total = _lines(work, table, names, kind, sign)
            if found:
                whole = {name: whole[name] + total[name] for name in names}
                inner.append(
                    shape.section(
                        found,
                        shape.cells(f"Total {heading}", _texts(total, names)),
                        group=heading.replace(" ", ""),
                        header=shape.cells(heading, blank),
                    )
                )
        summary = shape.cells(f"Total {title}", _texts(whole, names))
        return shape.section(inner + extra, summary, group=group, header=shape.cells(title, blank)), whole

    nothing = dict.fromkeys(names, 0)
    assets, _ = block("ASSETS", "TotalAssets", 1, _ASSETS, [], nothing)
    liabilities, owed = block("Liabilities", "Liabilities", -1, _LIABILITIES, [], nothing)
    income = shape.data_row("Net Income", _texts(earned, names))
    income["group"] = "NetIncome"
    equity, own = block("Equity", "Equity", -1, {"Equity": "Equity"}, [income], earned)
    both = {name: owed[name] + own[name] for name in names}
    total = shape.cells("TOTAL LIABILITIES AND EQUITY", _texts(both, names))
    rest = shape.section(
        [liabilities, equity],
        total,
        group="TotalLiabilitiesAndEquity",
        header=shape.cells("LIABILITIES AND EQUITY", blank),
    )
    columns = [("", "Account"), *((_title(work, by, name), "Money") for name in names)]
    return shape.report(
        work,
        "BalanceSheet",
        columns,
        [assets, rest],
        header=_header(start, end, method) | {"SummarizeColumnsBy": by},
        options={"AccountingStandard": "GAAP"},
    )


_ASSETS = {
    "Bank": "Bank Accounts",
    "Accounts Receivable": "Accounts Receivable",
    "Other Current Asset": "Other Current Assets",
    "Fixed Asset": "Fixed Assets",
    "Other Asset": "Other Assets",
}
_LIABILITIES = {
    "Accounts Payable": "Accounts Payable",
    "Credit Card": "Credit Cards",
    "Other Current Liability": "Other Current Liabilities",
    "Long Term Liability": "Long Term Liabilities",
}


def _closing(work: Work, end: date, method: str, by: str) -> tuple[list[str], Table]:
    """Return each account's balance; earnings of earlier fiscal years stand in retained earnings."""
    began = shape.fiscal_start(work, end).isoformat()
    retained = accounts.find(work, accounts.RETAINED) or "retained"

    def place(entry: Entry) -> str:
        earlier = entry.on < began and _type(work, entry.account) in _EARNINGS
        return retained if earlier else entry.account

    return _table(work, books.entries(work, until=end.isoformat(), basis=method), by, place)


def _period_table(work: Work, start: date, end: date, method: str, by: str) -> tuple[list[str], Table]:
    found = books.entries(work, since=start.isoformat(), until=end.isoformat(), basis=method)
    earned = (entry for entry in found if _type(work, entry.account) in _EARNINGS)
    return _table(work, earned, by, lambda entry: entry.account)


def _table(
    work: Work, entries: Iterable[Entry], by: str, place: Callable[[Entry], str]
) -> tuple[list[str], Table]:
    """Sum entries by account, in one column or one for each customer, class or department."""
    kind = by.lower()
    if kind not in ("total", *_COLUMNS):
        raise errors.invalid_enum("summarize_column_by", by)
    table: Table = {}
    seen: set[str] = set()
    payable = work.places().payable
    for entry in entries:
        row = table.setdefault(place(entry), defaultdict(int))
        row[_TOTAL] += entry.units
        if kind in _COLUMNS:
            name = _COLUMNS[kind][1](entry) or ""
            if kind == "customers" and entry.account in payable:
                name = ""  # what stands there is a vendor
            seen.add(name)
            row[name] += entry.units
    return [*sorted(seen, key=lambda name: (name == "", len(name), name)), _TOTAL], table


def _lines(work: Work, table: Table, names: list[str], kind: str, sign: int) -> tuple[list[Body], Sum]:
    rows = []
    total = dict.fromkeys(names, 0)
    for account in sorted(table, key=lambda id_: _chart_order(work, id_)):
        if _type(work, account) != kind:
            continue
        values = {name: sign * table[account].get(name, 0) for name in names}
        if any(values.values()):
            rows.append(shape.data_row(_name(work, account), _texts(values, names), account))
        for name, value in values.items():
            total[name] += value
    return rows, total


def _less(left: Sum, right: Sum) -> Sum:
    return {name: value - right.get(name, 0) for name, value in left.items()}


def _texts(values: Sum, names: list[str]) -> list[str]:
    return [shape.amount(money(values.get(name, 0))) for name in names]


def _title(work: Work, by: str, name: str) -> str:
    if name == _TOTAL:
        return "Total"
    if name == "":
        return _UNNAMED
    body = work.body(_COLUMNS[by.lower()][0], name) or {}
    return str(body.get("DisplayName") or body.get("FullyQualifiedName") or name)


def _type(work: Work, account: str) -> str:
    return "Equity" if account == "retained" else str(books.account_named(work, account)["AccountType"])


def _name(work: Work, account: str) -> str:
    if account == "retained":
        return accounts.RETAINED.name
    return str(books.account_named(work, account)["FullyQualifiedName"])


_ORDER = [
    *_ASSETS,
    *_LIABILITIES,
    "Equity",
    "Income",
    "Cost of Goods Sold",
    "Expense",
    "Other Income",
    "Other Expense",
]


def _chart_order(work: Work, account: str) -> tuple[int, str]:
    return _ORDER.index(_type(work, account)), _name(work, account)


def _header(start: date, end: date, method: str) -> Body:
    return {"ReportBasis": method, "StartPeriod": start.isoformat(), "EndPeriod": end.isoformat()}
