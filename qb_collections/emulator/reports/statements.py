"""Trial balance, profit and loss, balance sheet: accrual or cash, from the ledger's postings."""

from collections.abc import Mapping, Sequence
from datetime import date

from qb_collections.emulator import accounts, books
from qb_collections.emulator.reports import shape
from qb_collections.emulator.reports.account_rows import added, less, nothing, rows_of, texts
from qb_collections.emulator.reports.tables import (
    EARNINGS,
    RETAINED_ID,
    TOTAL,
    Sum,
    Table,
    earned,
    kind_of,
    standing,
)
from qb_collections.emulator.wire import Body, money
from qb_collections.emulator.work import Work

# How the balance sheet names a type of account, and its group (recorded).
_CURRENT_ASSETS = {
    "Bank": ("Bank Accounts", "BankAccounts"),
    "Accounts Receivable": ("Accounts Receivable", "AR"),
    "Other Current Asset": ("Other Current Assets", "OtherCurrentAssets"),
}
_ASSETS = {
    "Fixed Asset": ("Fixed Assets", "FixedAssets"),
    "Other Asset": ("Other Assets", "OtherAssets"),
}
_CURRENT_LIABILITIES = {
    "Accounts Payable": ("Accounts Payable", "AP"),
    "Credit Card": ("Credit Cards", "CreditCards"),
    "Other Current Liability": ("Other Current Liabilities", "OtherCurrentLiabilities"),
}
_LIABILITIES = {"Long Term Liability": ("Long-Term Liabilities", "LongTermLiabilities")}
_ORDER = [
    *(*_CURRENT_ASSETS, *_ASSETS, *_CURRENT_LIABILITIES, *_LIABILITIES, "Equity"),
    *("Income", "Cost of Goods Sold", "Expense", "Other Income", "Other Expense"),
]
_ACCOUNT = shape.Column("", "Account", (("ColKey", "account"),))


def trial_balance(work: Work, params: Mapping[str, str]) -> Body:
    """Balance-sheet accounts as of the end date; income and expense since the fiscal year began."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    table = standing(work, start, end, method, params.get("summarize_column_by", "Total"))
    rows: list[Body] = []
    sums = {name: [0, 0] for name in table.names}
    shown = table.names
    for account in sorted(table.rows, key=lambda id_: (_ORDER.index(kind_of(work, id_)), _full(work, id_))):
        values = []
        for name in shown:
            amount = table.rows[account].get(name, 0)
            sums[name][0] += max(amount, 0)
            sums[name][1] += max(-amount, 0)
            values += [shape.amount(money(max(amount, 0))), shape.amount(money(max(-amount, 0)))]
        if any(values):
            rows.append(shape.data_row(_full(work, account), values, account))
    total = [f"{money(value):.2f}" for name in shown for value in sums[name]]
    rows.append({"Summary": {"ColData": shape.cells(TOTAL, total)}, "type": "Section", "group": "GrandTotal"})
    columns = [_ACCOUNT]
    for column in table.columns:
        before = "" if len(shown) == 1 else f"{column.title} "
        columns += [
            shape.Column(before + "Debit", "Money", (("ColKey", "debit_amt"),)),
            shape.Column(before + "Credit", "Money", (("ColKey", "credit_amt"),)),
        ]
    return shape.report(work, "TrialBalance", columns, rows, header=_header(params, start, end, method))


def profit_and_loss(work: Work, params: Mapping[str, str]) -> Body:
    """Income less expense of the period, in one column or in several."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    by = params.get("summarize_column_by", "Total")
    table = earned(work, start, end, method, by)
    rows: list[Body] = []

    def part(title: str, group: str, kind: str, sign: int) -> Sum:
        found, total = rows_of(work, table, kind, sign)
        if found or kind in ("Income", "Expense"):
            rows.append(_section(table, title, group, found, total))
        return total

    def line(title: str, group: str, total: Sum) -> Sum:
        summary = {"ColData": shape.cells(title, texts(total, table.names))}
        rows.append({"Summary": summary, "type": "Section", "group": group})
        return total

    income = part("Income", "Income", "Income", -1)
    cost = part("Cost of Goods Sold", "COGS", "Cost of Goods Sold", 1)
    gross = line("Gross Profit", "GrossProfit", less(income, cost))
    expenses = part("Expenses", "Expenses", "Expense", 1)
    operating = line("Net Operating Income", "NetOperatingIncome", less(gross, expenses))
    other_income = part("Other Income", "OtherIncome", "Other Income", -1)
    other = less(other_income, part("Other Expenses", "OtherExpenses", "Other Expense", 1))
    if any(other.values()):
        line("Net Other Income", "NetOtherIncome", other)
    line("Net Income", "NetIncome", added(operating, other))
    return _statement(
        work, "ProfitAndLoss", table, rows, _header(params, start, end, method) | {"SummarizeColumnsBy": by}
    )


def balance_sheet(work: Work, params: Mapping[str, str]) -> Body:
    """What the company has and owes on a day; this fiscal year's earnings stand as Net Income."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    by = params.get("summarize_column_by", "Total")
    table = standing(work, start, end, method, by)

    def parts(kinds: Mapping[str, tuple[str, str]], sign: int) -> tuple[list[Body], Sum]:
        found, whole = [], nothing(table)
        for kind, (heading, group) in kinds.items():
            inner, total = rows_of(work, table, kind, sign)
            if inner:
                found.append(_section(table, heading, group, inner, total))
            whole = added(whole, total)
        return found, whole

    def block(heading: str, group: str, found: list[Body], total: Sum) -> list[Body]:
        return [_section(table, heading, group, found, total)] if found else []

    current, has_now = parts(_CURRENT_ASSETS, 1)
    lasting, has_long = parts(_ASSETS, 1)
    has = block("Current Assets", "CurrentAssets", current, has_now) + lasting
    soon, owes_now = parts(_CURRENT_LIABILITIES, -1)
    later, owes_long = parts(_LIABILITIES, -1)
    owes = block("Current Liabilities", "CurrentLiabilities", soon, owes_now) + later
    owed = added(owes_now, owes_long)
    equity, own = rows_of(work, table, "Equity", -1)
    income = _net_income(work, table)
    equity.append(shape.data_row("Net Income", texts(income, table.names)) | {"group": "NetIncome"})
    own = added(own, income)
    rest = [
        *block("Liabilities", "Liabilities", owes, owed),
        _section(table, "Equity", "Equity", equity, own),
    ]
    rows = [
        _section(table, "ASSETS", "TotalAssets", has, added(has_now, has_long)),
        _section(table, "LIABILITIES AND EQUITY", "TotalLiabilitiesAndEquity", rest, added(owed, own)),
    ]
    return _statement(
        work, "BalanceSheet", table, rows, _header(params, start, end, method) | {"SummarizeColumnsBy": by}
    )


def _net_income(work: Work, table: Table) -> Sum:
    found = nothing(table)
    for account, row in table.rows.items():
        if kind_of(work, account) in EARNINGS:
            found = less(found, row)
    return found


def _section(table: Table, title: str, group: str, rows: list[Body], total: Sum) -> Body:
    """Return a section with its heading; QuickBooks shouts the total of a heading that it shouts."""
    said = "TOTAL" if title.isupper() else "Total"
    return shape.section(
        rows,
        shape.cells(f"{said} {title}", texts(total, table.names)),
        group=group,
        header=shape.cells(title, [""] * len(table.names)),
    )


def _statement(work: Work, name: str, table: Table, rows: list[Body], header: Body) -> Body:
    columns: Sequence[shape.Column] = [_ACCOUNT, *table.columns]
    return shape.report(work, name, columns, rows, header=header, options={"AccountingStandard": "GAAP"})


def _full(work: Work, account: str) -> str:
    if account == RETAINED_ID:
        return accounts.RETAINED.name
    return str(books.account_named(work, account)["FullyQualifiedName"])


def _header(params: Mapping[str, str], start: date, end: date, method: str) -> Body:
    days = {"StartPeriod": start.isoformat(), "EndPeriod": end.isoformat()}
    if params.get("start_date") or params.get("end_date"):
        return {"ReportBasis": method} | days
    macro = params.get("date_macro") or "this calendar year-to-date"  # recorded where nothing was asked for
    return {"DateMacro": macro, "ReportBasis": method} | days
