"""The general ledger as it stands on a day, on the accrual and on the cash basis."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from qb_collections.emulator import accounts, cash
from qb_collections.emulator.ledger import Entry
from qb_collections.emulator.wire import ZERO, Body, money
from qb_collections.emulator.work import Work


def entries(
    work: Work, *, until: str | None = None, since: str | None = None, basis: str = "accrual"
) -> Iterator[Entry]:
    """Yield the ledger's lines between two days (both included)."""
    found = cash.entries(work) if basis.lower() == "cash" else _accrual(work, since, until)
    for entry in found:
        if (until is None or entry.on <= until) and (since is None or entry.on >= since):
            yield entry


def trial_balance(work: Work, *, as_of: date | None = None, basis: str = "accrual") -> list[dict[str, Any]]:
    """Return every account with a balance, in the order of the chart; debits equal credits."""
    sums: defaultdict[str, int] = defaultdict(int)
    for entry in entries(work, until=as_of.isoformat() if as_of else None, basis=basis):
        sums[entry.account] += entry.units
    rows = []
    for account, amount in sorted(
        sums.items(), key=lambda pair: (not pair[0].isdecimal(), len(pair[0]), pair[0])
    ):
        if amount:
            named = account_named(work, account)
            rows.append(
                {
                    "account_id": account,
                    "account": named["FullyQualifiedName"],
                    "type": named["AccountType"],
                    "debit": money(amount) if amount > 0 else ZERO,
                    "credit": money(-amount) if amount < 0 else ZERO,
                }
            )
    return rows


def account_named(work: Work, id_: str) -> Body:
    """Return an account's body; the derived one of cash basis has only a name and a type."""
    return work.body("Account", id_) or {
        "Id": id_,
        "FullyQualifiedName": accounts.UNAPPLIED.name,
        "Name": accounts.UNAPPLIED.name,
        "AccountType": accounts.UNAPPLIED.account_type,
        "Classification": "Revenue",
    }


def _accrual(work: Work, since: str | None, until: str | None) -> Iterator[Entry]:
    for row in work.conn.execute(
        "SELECT txn_on, account, customer, class, department, item, sum(amount) FROM posting WHERE realm = ?"
        " AND txn_on >= ? AND txn_on <= ? GROUP BY txn_on, account, customer, class, department, item",
        (work.realm, since or "", until or "9999-12-31"),
    ).fetchall():
        yield Entry(*row)
