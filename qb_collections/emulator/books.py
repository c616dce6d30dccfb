"""The general ledger as it stands on a day: accrual as posted, cash basis derived from applications.

Cash basis (by plan): what an application settles is recognised line by line, pro rata, sales tax too, on the
day of the payment but not before the document's own day.  Money that is not applied to a document yet stands
in Unapplied Cash Payment Income.  Receivables booked by journal entries and deposits stay as they are.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from qb_collections.emulator import accounts, ledger
from qb_collections.emulator.wire import ZERO, Body, decode, money, units
from qb_collections.emulator.work import Work

# A company that never needed the account has none: its rows then carry this id.
UNAPPLIED_ID = "unapplied"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, in the store's units; a debit is positive."""

    on: str
    account: str
    customer: str | None
    class_: str | None
    department: str | None
    item: str | None
    units: int


@dataclass(frozen=True, slots=True)
class _Part:
    """One application of a document: when it is recognised, and how much of it."""

    on: str
    units: int


def entries(
    work: Work, *, until: str | None = None, since: str | None = None, basis: str = "accrual"
) -> Iterator[Entry]:
    """Yield the ledger's lines between two days (both included)."""
    found = _cash(work) if basis.lower() == "cash" else _accrual(work, since, until)
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


def _cash(work: Work) -> Iterator[Entry]:
    receivable = ledger.receivable_accounts(work.conn, work.realm)
    unapplied = accounts.find(work, accounts.UNAPPLIED) or UNAPPLIED_ID
    yield from _cash_outside(work, receivable, unapplied)
    lines = _document_lines(work)
    deposits = _deposits(work)
    for (entity, id_), (on, total, parts) in _settled(work).items():
        deposit = deposits.get(id_, 0) if entity == "Invoice" else 0
        yield from _recognised(lines[entity, id_], on, total, parts, receivable, deposit)


def _cash_outside(work: Work, receivable: frozenset[str], unapplied: str) -> Iterator[Entry]:
    """Everything but invoices and memos, as posted; what a payment settles is recognised elsewhere."""
    for row in work.conn.execute(
        "SELECT txn_on, account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND entity NOT IN ('Invoice', 'CreditMemo', 'Payment')",
        (work.realm,),
    ).fetchall():
        yield Entry(*row)
    for id_, body_text in work.conn.execute(
        "SELECT id, body FROM object WHERE realm = ? AND entity = 'Payment' AND deleted = 0", (work.realm,)
    ).fetchall():
        yield from _cash_payment(work, str(id_), decode(body_text), receivable, unapplied)


def _cash_payment(
    work: Work, id_: str, payment: Body, receivable: frozenset[str], unapplied: str
) -> Iterator[Entry]:
    on, who = payment["TxnDate"], payment["CustomerRef"]["value"]
    posted = work.conn.execute(
        "SELECT account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND entity = 'Payment' AND txn_id = ?",
        (work.realm, int(id_)),
    ).fetchall()
    owed = 0
    for account, customer, class_, department, item, amount in posted:
        if account in receivable:
            owed += amount
        else:
            yield Entry(on, account, customer, class_, department, item, amount)
    # What the payment settles is recognised by its documents; here stands the rest, and what waits for them.
    for to_entity, to_id, amount in work.conn.execute(
        "SELECT to_entity, to_id, amount FROM link WHERE realm = ? AND entity = 'Payment' AND id = ?",
        (work.realm, int(id_)),
    ).fetchall():
        if to_entity not in ("Invoice", "CreditMemo"):
            line = next(each for each in payment["Line"] if each["LinkedTxn"][0]["TxnId"] == str(to_id))
            from qb_collections.emulator.entities.payment import (
                signed,
            )  # the sign stands on the journal's line

            sign = 1 if signed(work, payment, line) > 0 else -1
            owed += sign * amount
            yield Entry(on, next(iter(sorted(receivable))), who, None, None, None, -sign * amount)
            continue
        sign = 1 if to_entity == "Invoice" else -1
        owed += sign * amount
        document = work.body(to_entity, str(to_id))
        assert document is not None
        if document["TxnDate"] > on:
            yield Entry(on, unapplied, who, None, None, None, -sign * amount)
            yield Entry(document["TxnDate"], unapplied, who, None, None, None, sign * amount)
    if owed:
        yield Entry(on, unapplied, who, None, None, None, owed)


def _document_lines(work: Work) -> dict[tuple[str, int], list[tuple[Any, ...]]]:
    found: defaultdict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
    for entity, id_, *row in work.conn.execute(
        "SELECT entity, txn_id, account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND entity IN ('Invoice', 'CreditMemo') ORDER BY entity, txn_id, line",
        (work.realm,),
    ):
        found[entity, id_].append(tuple(row))
    return found


def _settled(work: Work) -> dict[tuple[str, int], tuple[str, int, list[_Part]]]:
    """Return each applied document: its day, its total, its applications in the order of their days."""
    found: dict[tuple[str, int], tuple[str, int, list[_Part]]] = {}
    for id_, deposit in _deposits(work).items():
        on, total = work.conn.execute(
            "SELECT txn_on, total FROM object WHERE realm = ? AND entity = 'Invoice' AND id = ?",
            (work.realm, id_),
        ).fetchone()
        found["Invoice", id_] = (on, total, [_Part(on, deposit)])
    for entity, id_, on, total, paid_on, amount in work.conn.execute(
        "SELECT d.entity, d.id, d.txn_on, d.total, p.txn_on, l.amount FROM link l"
        " JOIN object d ON d.realm = l.realm AND d.entity = l.to_entity AND d.id = l.to_id"
        " JOIN object p ON p.realm = l.realm AND p.entity = l.entity AND p.id = l.id"
        " WHERE l.realm = ? AND l.entity = 'Payment' AND l.to_entity IN ('Invoice', 'CreditMemo')"
        " ORDER BY max(d.txn_on, p.txn_on), l.id, l.line",
        (work.realm,),
    ):
        found.setdefault((entity, id_), (on, total, []))[2].append(_Part(max(on, paid_on), amount))
    return found


def _deposits(work: Work) -> dict[int, int]:
    """Return the invoices that took money when they were written: id -> the amount."""
    return {
        id_: units(decode(text)["Deposit"])
        for id_, text in work.conn.execute(
            "SELECT id, body FROM object WHERE realm = ? AND entity = 'Invoice' AND deleted = 0"
            " AND json_extract(body, '$.Deposit') > 0",
            (work.realm,),
        )
    }


def _recognised(
    rows: list[tuple[Any, ...]],
    on: str,
    total: int,
    parts: list[_Part],
    receivable: frozenset[str],
    deposit: int,
) -> Iterator[Entry]:
    """Yield a document's lines in the proportion settled; the parts add up to the lines exactly.

    The running sum over the lines is rounded, not each line, so that every part balances with its money.
    """
    lines = [row for row in rows if row[0] not in receivable]
    if deposit:  # the last line outside receivables is the money itself
        account, customer, class_, department, item, amount = lines.pop()
        yield Entry(on, account, customer, class_, department, item, amount)
    done = 0
    before = [0] * len(lines)
    for part in parts:
        done += part.units
        upto = _shares([row[5] for row in lines], done, total)
        for row, amount_now, amount_before in zip(lines, upto, before, strict=True):
            if amount_now != amount_before:
                yield Entry(part.on, row[0], row[1], row[2], row[3], row[4], amount_now - amount_before)
        before = upto


def _shares(amounts: list[int], done: int, total: int) -> list[int]:
    """Split done/total of these amounts in whole cents; the shares of all lines add up to exactly done."""
    shares = []
    running = given = 0
    for amount in amounts:
        running += amount
        whole = abs(running) * done
        cut = (2 * whole + total * 100) // (2 * total * 100) * 100
        cut = cut if running >= 0 else -cut
        shares.append(cut - given)
        given = cut
    return shares
