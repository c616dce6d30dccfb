"""Accounts as rows of a statement: an account with sub-accounts is a section of its own."""

from collections import defaultdict

from qb_collections.emulator import accounts, books
from qb_collections.emulator.reports import shape
from qb_collections.emulator.reports.tables import RETAINED_ID, Sum, Table, kind_of
from qb_collections.emulator.wire import Body, money
from qb_collections.emulator.work import Work


def rows_of(work: Work, table: Table, kind: str, sign: int) -> tuple[list[Body], Sum]:
    """Return the rows of one account type and their sum; accounts without any amount are left out.

    Recorded: the header of a section names the parent with its id and its own amount (empty when nothing
    is booked on it), the summary says "Total" and its name, and rows show an account's own name.
    """
    own: dict[str, Sum] = {}
    below: defaultdict[str, set[str]] = defaultdict(set)
    for account, row in table.rows.items():
        values = {name: sign * row.get(name, 0) for name in table.names}
        if kind_of(work, account) == kind and any(values.values()):
            own[account] = values
            _hang(work, below, account, kind)

    def rows(parent: str) -> tuple[list[Body], Sum]:
        found, whole = [], nothing(table)
        for account in sorted(below[parent], key=lambda id_: _name(work, id_).lower()):
            values = own.get(account, nothing(table))
            name, inner = _name(work, account), below.get(account)
            if inner:
                children, total = rows(account)
                total = added(total, values)
                header = shape.cells(name, texts(values, table.names), account)
                summary = shape.cells(f"Total {name}", texts(total, table.names))
                found.append(shape.section(children, summary, header=header))
            else:
                total = values
                found.append(shape.data_row(name, texts(values, table.names), account))
            whole = added(whole, total)
        return found, whole

    return rows("")


def _hang(work: Work, below: dict[str, set[str]], account: str, kind: str) -> None:
    """Put an account under its parent, and that one under its own, as far as they are of the same type."""
    while account:
        body = work.body("Account", account) or {}
        parent = str((body.get("ParentRef") or {}).get("value", ""))
        if parent and (work.body("Account", parent) is None or kind_of(work, parent) != kind):
            parent = ""
        below[parent].add(account)
        account = parent


def nothing(table: Table) -> Sum:
    return dict.fromkeys(table.names, 0)


def added(left: Sum, right: Sum) -> Sum:
    return {name: value + right.get(name, 0) for name, value in left.items()}


def less(left: Sum, right: Sum) -> Sum:
    return {name: value - right.get(name, 0) for name, value in left.items()}


def texts(values: Sum, names: list[str]) -> list[str]:
    return [shape.amount(money(values.get(name, 0))) for name in names]


def _name(work: Work, account: str) -> str:
    return (
        accounts.RETAINED.name if account == RETAINED_ID else str(books.account_named(work, account)["Name"])
    )
