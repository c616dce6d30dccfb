"""Where the money went: net income, and what moved on every other account than the banks'."""

from collections.abc import Mapping

from qb_collections.emulator import books
from qb_collections.emulator.reports import shape
from qb_collections.emulator.reports.account_rows import added, less, nothing, texts
from qb_collections.emulator.reports.tables import EARNINGS, TOTAL, Sum, Table, kind_of
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

# Activity -> its group, and the types of account that belong to it (Intuit's help on the cash flow).
_OTHER = {
    "INVESTING ACTIVITIES": ("InvestingActivities", ("Fixed Asset", "Other Asset")),
    "FINANCING ACTIVITIES": ("FinancingActivities", ("Long Term Liability", "Equity")),
}
_OPERATING = (
    *("Accounts Receivable", "Other Current Asset", "Accounts Payable"),
    *("Credit Card", "Other Current Liability"),
)


def cash_flow(work: Work, params: Mapping[str, str]) -> Body:
    """The indirect statement; it ends with what the bank accounts hold."""
    start, end = shape.period(work, params)
    method = shape.basis(work, params)
    column = shape.Column("Total", "Money", (("ColKey", "total"),))
    names = [TOTAL]
    rows_of: dict[str, Sum] = {}
    held: Sum = {TOTAL: 0}
    for entry in books.entries(work, until=end.isoformat(), basis=method):
        if entry.on >= start.isoformat():
            row = rows_of.setdefault(entry.account, {TOTAL: 0})
            row[TOTAL] += entry.units
        elif kind_of(work, entry.account) == "Bank":
            held[TOTAL] += entry.units
    table = Table(names, [column], rows_of)
    income = nothing(table)
    for account, row in rows_of.items():
        if kind_of(work, account) in EARNINGS:
            income = less(income, row)
    adjusting, adjusted = _moved(work, table, _OPERATING)
    operating = added(income, adjusted)
    head = "Adjustments to reconcile Net Income to Net Cash provided by operations:"
    inner = [shape.data_row("Net Income", texts(income, names)) | {"group": "NetIncome"}]
    if adjusting:
        summary = shape.cells(f"Total {head}", texts(adjusted, names))
        group = "OperatingAdjustments"
        inner.append(shape.section(adjusting, summary, group=group, header=shape.cells(head, [""])))
    summary = shape.cells("Net cash provided by operating activities", texts(operating, names))
    title = shape.cells("OPERATING ACTIVITIES", [""])
    rows = [shape.section(inner, summary, group="OperatingActivities", header=title)]
    increase = operating
    for heading, (group, kinds) in _OTHER.items():
        found, moved = _moved(work, table, kinds)
        increase = added(increase, moved)
        if found:
            said = f"Net cash provided by {heading.lower()}"
            summary = shape.cells(said, texts(moved, names))
            rows.append(shape.section(found, summary, group=group, header=shape.cells(heading, [""])))
    for heading, group, value in (
        ("Net cash increase for period", "CashIncrease", increase),
        ("Cash at beginning of period", "BeginningCash", held),
        ("Cash at end of period", "EndingCash", added(held, increase)),
    ):
        cells = shape.cells(heading, texts(value, names))
        rows.append({"Summary": {"ColData": cells}, "type": "Section", "group": group})
    columns = [shape.Column("", "Account", (("ColKey", "account"),)), column]
    header = {"StartPeriod": start.isoformat(), "EndPeriod": end.isoformat(), "SummarizeColumnsBy": "Total"}
    return shape.report(work, "CashFlow", columns, rows, header=header)


def _moved(work: Work, table: Table, kinds: tuple[str, ...]) -> tuple[list[Body], Sum]:
    """What a debit balance takes out of the bank counts below zero."""
    found, whole = [], nothing(table)
    for account in sorted(table.rows, key=lambda id_: (_place(work, id_), _name(work, id_).lower())):
        value = less(nothing(table), table.rows[account])
        if kind_of(work, account) in kinds and any(value.values()):
            found.append(shape.data_row(_name(work, account), texts(value, table.names), account))
            whole = added(whole, value)
    return found, whole


def _place(work: Work, account: str) -> int:
    kind = kind_of(work, account)
    return _OPERATING.index(kind) if kind in _OPERATING else len(_OPERATING)


def _name(work: Work, account: str) -> str:
    return str(books.account_named(work, account)["FullyQualifiedName"])
