"""Reports that name every document: general ledger, journal, transaction lists, details of balances."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date

from qb_collections.emulator.reports import shape
from qb_collections.emulator.reports.postings import (
    Line,
    account_name,
    amount,
    chosen,
    lines,
    party_name,
    total,
)
from qb_collections.emulator.reports.tables import EARNINGS, kind_of
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

_WHAT = (("Date", "tx_date"), ("Transaction Type", "txn_type"), ("Num", "doc_num"))
_TEXT = {"subt_nat_amount", "rbal_nat_amount", "debt_amt", "credit_amt", "subt_amount", "rbal_amount"}


def _columns(*more: tuple[str, str]) -> list[shape.Column]:
    return [
        shape.Column(
            title, "Money" if key in _TEXT else "Date" if key == "tx_date" else "String", (("ColKey", key),)
        )
        for title, key in (*_WHAT, *more)
    ]


_LEDGER = _columns(
    *(("Name", "name"), ("Memo/Description", "memo"), ("Split", "split_acc")),
    *(("Amount", "subt_nat_amount"), ("Balance", "rbal_nat_amount")),
)
_LIST = _columns(
    *(("Posting", "is_no_post"), ("Name", "name"), ("Memo/Description", "memo")),
    *(("Account", "account_name"), ("Split", "other_account"), ("Amount", "subt_nat_amount")),
)
_JOURNAL = _columns(
    *(("Name", "name"), ("Memo/Description", "memo"), ("Account", "account_name")),
    *(("Debit", "debt_amt"), ("Credit", "credit_amt")),
)
_BALANCES = _columns(("Memo/Description", "memo"), ("Amount", "subt_amount"), ("Balance", "rbal_amount"))


def general_ledger(work: Work, params: Mapping[str, str]) -> Body:
    """Every account with its lines and its running balance, in the sign of its nature."""
    start, end = shape.period(work, params)
    before: defaultdict[str, int] = defaultdict(int)
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for line in chosen(lines(work, None, end), params):
        if line.on < start.isoformat():
            if kind_of(work, line.account) not in EARNINGS or line.on >= _year(work, start):
                before[line.account] += line.units
        else:
            groups[line.account].append(line)
    rows = []
    for account in sorted({*groups, *before}, key=lambda id_: account_name(work, id_).lower()):
        if before[account] or groups[account]:
            opening = [*[""] * 6, amount(_natural(work, account, before[account]))]
            inner = [shape.data_row("Beginning Balance", opening)] if before[account] else []
            rows.append(_running(work, groups[account], account_name(work, account), before[account], inner))
    return _report(work, "GeneralLedger", _LEDGER, rows, start, end)


def _year(work: Work, on: date) -> str:
    return shape.fiscal_start(work, on).isoformat()


def profit_and_loss_detail(work: Work, params: Mapping[str, str]) -> Body:
    """The lines of every income and expense account of the period."""
    start, end = shape.period(work, params)
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for line in chosen(lines(work, start, end), params):
        if kind_of(work, line.account) in EARNINGS:
            groups[line.account].append(line)
    rows = [
        _running(work, groups[account], account_name(work, account), 0, [])
        for account in sorted(
            groups, key=lambda id_: (EARNINGS.index(kind_of(work, id_)), account_name(work, id_).lower())
        )
    ]
    return _report(work, "ProfitAndLossDetail", _LEDGER, rows, start, end)


def _natural(work: Work, account: str, units: int) -> int:
    credit = kind_of(work, account) in (
        *("Income", "Other Income", "Equity", "Accounts Payable", "Credit Card"),
        *("Other Current Liability", "Long Term Liability"),
    )
    return -units if credit else units


def _running(work: Work, group: list[Line], title: str, begin: int, inner: list[Body]) -> Body:
    running, moved = begin, 0
    for line in group:
        running, moved = running + line.units, moved + line.units
        values = [line.kind, line.number, party_name(work, line.party), line.memo, line.split]
        values += [amount(_natural(work, line.account, units)) for units in (line.units, running)]
        inner.append(_row(line, values))
    head = shape.cells(title, [""] * (len(_LEDGER) - 1), group[0].account if group else None)
    shown = amount(_natural(work, group[0].account, moved)) if group else ""
    return shape.section(inner, shape.cells(f"Total for {title}", [*[""] * 5, shown, ""]), header=head)


def _row(line: Line, values: list[str]) -> Body:
    row = shape.data_row(line.on, values)
    row["ColData"][1]["id"] = line.id
    return row


def journal(work: Work, params: Mapping[str, str]) -> Body:
    """Every document with its postings; each one's debits are its credits."""
    start, end = shape.period(work, params)
    groups: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in chosen(lines(work, start, end), params):
        groups[line.entity, line.id].append(line)
    rows = []
    for group in groups.values():
        inner = []
        for line in group:
            sides = [
                amount(line.units) if line.units > 0 else "",
                amount(-line.units) if line.units < 0 else "",
            ]
            values = [line.kind, line.number, party_name(work, line.party), line.memo]
            inner.append(_row(line, [*values, account_name(work, line.account), *sides]))
        debit = amount(sum(line.units for line in group if line.units > 0))
        credit = amount(-sum(line.units for line in group if line.units < 0))
        rows.append(shape.section(inner, shape.cells("", [*[""] * 5, debit, credit])))
    every = [line.units for group in groups.values() for line in group]
    if rows:
        debit = amount(sum(units for units in every if units > 0))
        rows.append(total([*[""] * 5, debit, debit]))
    return _report(work, "JournalReport", _JOURNAL, rows, start, end)


def transactions(
    name: str, by: str | None, *, splits: bool = False
) -> Callable[[Work, Mapping[str, str]], Body]:
    """Return the report of this name: a row for each document (with splits: for each posting)."""

    def report(work: Work, params: Mapping[str, str]) -> Body:
        start, end = shape.period(work, params)
        first: dict[tuple[str, str], Line] = {}
        found = []
        for line in chosen(lines(work, start, end), params):
            if splits or (line.entity, line.id) not in first:
                first[line.entity, line.id] = line
                found.append(line)
        if by is None:
            rows = [_listed(work, line) for line in found]
            return _report(work, name, _LIST, rows, start, end)
        groups: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in found:
            if line.party is not None and line.party[0] == by:
                groups[line.party].append(line)
        rows = []
        for party in sorted(groups, key=lambda one: party_name(work, one).lower()):
            title = party_name(work, party)
            inner = [_listed(work, line) for line in groups[party]]
            whole = amount(sum(_own(work, line) for line in groups[party]))
            head = shape.cells(title, [""] * (len(_LIST) - 1), party[1])
            rows.append(
                shape.section(inner, shape.cells(f"Total for {title}", [*[""] * 7, whole]), header=head)
            )
        return _report(work, name, _LIST, rows, start, end)

    return report


def _own(work: Work, line: Line) -> int:
    return _natural(work, line.account, line.units)


def _listed(work: Work, line: Line) -> Body:
    values = [line.kind, line.number, "Yes", party_name(work, line.party), line.memo]
    values += [account_name(work, line.account), line.split, amount(_own(work, line))]
    return _row(line, values)


def balance_detail(name: str, kind: str) -> Callable[[Work, Mapping[str, str]], Body]:
    """Return the report of this name: what moved each customer's or vendor's balance up to a day."""

    def report(work: Work, params: Mapping[str, str]) -> Body:
        on = shape.as_of(work, params)
        places = work.places()
        control, sign = (places.receivable, 1) if kind == "Customer" else (places.payable, -1)
        groups: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in chosen(lines(work, None, on), params):
            if line.account in control and line.party is not None and line.units:
                groups[line.party].append(line)
        rows, whole = [], 0
        for party in sorted(groups, key=lambda one: party_name(work, one).lower()):
            inner, running = [], 0
            for line in groups[party]:
                running += sign * line.units
                values = [line.kind, line.number, line.memo, amount(sign * line.units), amount(running)]
                inner.append(_row(line, values))
            title = party_name(work, party)
            head = shape.cells(title, [""] * (len(_BALANCES) - 1), party[1])
            summary = shape.cells(f"Total for {title}", [*[""] * 3, amount(running), ""])
            rows.append(shape.section(inner, summary, header=head))
            whole += running
        if rows:
            rows.append(total([*[""] * 3, amount(whole), ""]))
        return _report(work, name, _BALANCES, rows, None, on)

    return report


def _report(
    work: Work, name: str, columns: list[shape.Column], rows: list[Body], start: date | None, end: date
) -> Body:
    days = {"StartPeriod": start.isoformat()} if start else {}
    header = {"ReportBasis": "Accrual", **days, "EndPeriod": end.isoformat()}
    return shape.report(work, name, columns, rows, header=header)
