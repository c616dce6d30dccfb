"""The cash basis, derived from what is applied to what.

What an application settles is recognised line by line, pro rata, sales tax too, on the day of the payment but
not before the document's own day.  Money that is not applied to a document yet stands in Unapplied Cash
Payment Income (what vendors were paid beyond their bills stays in payables).  Receivables and payables booked
by journal entries and deposits stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qb_collections.emulator import accounts, applications, currencies
from qb_collections.emulator.entities.payment import sign_of
from qb_collections.emulator.ledger import COST_LINES, Entry
from qb_collections.emulator.wire import Body, decode, units
from qb_collections.emulator.work import Work

# A company that never needed the account has none: its rows then carry this id.
UNAPPLIED_ID = "unapplied"
_NO_LINE = 2 * COST_LINES  # no posting has it
_PAYMENTS = ("Payment", "BillPayment")
_EARNINGS = frozenset({"Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense"})

_Row = tuple[Any, ...]  # account, customer, class, department, item, units
_Lines = dict[tuple[str, int], tuple[str, list[_Row]]]  # (entity, id) -> its day, its postings


@dataclass(frozen=True, slots=True)
class _Part:
    """One application of a document: when it is recognised, and how much of it."""

    on: str
    units: int


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things go: the receivables, and what to recognise on a balance-sheet account with payment."""

    receivable: frozenset[str]
    stays_owed: frozenset[
        str
    ]  # accounts whose lines are not recognised with payment, but stand from the start
    owed: str  # the receivable account that carries them until then
    unit: int  # the smallest unit of the home currency


def entries(work: Work) -> list[Entry]:
    """Return the whole ledger on the cash basis, in no order; every day of it balances.

    Kept until a record of any company changes: the reports of one look ask for it several times.
    """
    if work.conn.in_transaction:
        return list(_entries(work))
    (marker,) = work.conn.execute("SELECT max(seq) FROM version").fetchone()
    kept = work.kept.get(work.realm)
    if kept is None or kept[0] != marker:
        kept = work.kept[work.realm] = (marker, list(_entries(work)))
    return kept[1]


def _entries(work: Work) -> Iterator[Entry]:
    places = work.places()
    control = places.receivable | places.payable
    unapplied = accounts.find(work, accounts.UNAPPLIED) or UNAPPLIED_ID
    yield from _cash_outside(work)
    lines = _document_lines(work)
    for kind in _PAYMENTS:
        for id_, body_text in work.conn.execute(
            "SELECT id, body FROM object WHERE realm = ? AND entity = ? AND deleted = 0", (work.realm, kind)
        ):
            yield from _cash_payment(work, kind, str(id_), decode(body_text), unapplied, lines)
    found = _Places(
        control,
        _staying(work, lines),
        min(places.receivable, key=int, default=""),
        currencies.home_unit(work),
    )
    deposits = _deposits(work)
    settled = _settled(work)
    for (entity, id_), (on, rows) in lines.items():
        total, parts = settled.get((entity, id_), (0, []))
        deposit = deposits.get(id_, 0) if entity == "Invoice" else 0
        if not parts and not sum(row[5] for row in rows if row[0] in control):
            yield from (Entry(on, *row) for row in rows)  # worth nothing on the whole: nobody will pay it
            continue
        yield from _recognised(rows, on, total, parts, found, deposit)


def _staying(work: Work, lines: _Lines) -> frozenset[str]:
    """Return the balance-sheet accounts that sales forms use, when the switch leaves them in receivables."""
    if work.switches.cash_basis_moves_balance_sheet_lines:
        return frozenset()
    used = {row[0] for _, rows in lines.values() for row in rows}
    kinds = {account: (work.body("Account", account) or {}).get("AccountType") for account in used}
    return frozenset(account for account, kind in kinds.items() if kind not in _EARNINGS)


def _cash_outside(work: Work) -> Iterator[Entry]:
    """Everything but documents with a balance and their payments, as posted."""
    for row in work.conn.execute(
        "SELECT txn_on, account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND entity NOT IN"
        " ('Invoice', 'CreditMemo', 'Payment', 'Bill', 'VendorCredit', 'BillPayment')"
        " UNION ALL SELECT txn_on, account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND line >= ? AND entity IN ('Invoice', 'CreditMemo', 'Bill', 'VendorCredit')",
        (work.realm, work.realm, _costs_from(work)),
    ).fetchall():
        yield Entry(*row)


def _costs_from(work: Work) -> int:
    """Return the first line of a document that stands from its day on: none, or those of its goods' cost."""
    return _NO_LINE if work.switches.cash_basis_costs_follow_payment else COST_LINES


def _cash_payment(
    work: Work, kind: str, id_: str, payment: Body, unapplied: str, lines: _Lines
) -> Iterator[Entry]:
    """The money as posted; of its other side what no document recognises, now or not yet."""
    on = payment["TxnDate"]
    who = payment["CustomerRef"]["value"] if kind == "Payment" else payment["VendorRef"]["value"]
    control = work.places().receivable if kind == "Payment" else work.places().payable
    owed, account = 0, ""
    for row in work.conn.execute(
        "SELECT account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND entity = ? AND txn_id = ?",
        (work.realm, kind, int(id_)),
    ).fetchall():
        if row[0] in control:
            owed, account = owed + row[5], row[0]
        else:
            yield Entry(on, *row)
    account = account or min(control, key=int, default="")
    for (entity, target, _), settles in _settles(work, kind, id_, payment).items():
        owed += settles
        if entity not in applications.BALANCED:  # booked receivables stay receivables
            yield Entry(on, account, who, None, None, None, -settles)
            continue
        document_on = lines[entity, int(target)][0]  # what is applied has an amount, so it posts
        if document_on > on:
            waits = unapplied if kind == "Payment" else account
            yield Entry(on, waits, who, None, None, None, -settles)
            yield Entry(document_on, waits, who, None, None, None, settles)
    if owed:
        yield Entry(on, unapplied if kind == "Payment" else account, who, None, None, None, owed)


def _settles(work: Work, kind: str, id_: str, payment: Body) -> dict[tuple[str, str, str], int]:
    """Return what a payment settles of each document, in home units: against its control account's side."""
    signs = {"Bill": -1, "VendorCredit": 1}
    found: dict[tuple[str, str, str], int] = {}
    if currencies.is_foreign(work, payment):
        for target, home in applications.released(work, kind, id_).items():
            sign = signs.get(target[0]) or sign_of(work, *target)
            found[target] = sign * units(home)
        return found
    for line in payment["Line"]:
        target = applications.target_of(line["LinkedTxn"][0])
        sign = signs.get(target[0]) or sign_of(work, *target)
        found[target] = found.get(target, 0) + sign * units(line["Amount"])
    return found


def _document_lines(work: Work) -> _Lines:
    """Return each posted invoice and memo: its day, and its postings in their order."""
    found: _Lines = {}
    for entity, id_, on, *row in work.conn.execute(
        "SELECT entity, txn_id, txn_on, account, customer, class, department, item, amount FROM posting"
        " WHERE realm = ? AND entity IN ('Invoice', 'CreditMemo', 'Bill', 'VendorCredit')"
        " AND line < ?"
        # What goods cost comes first: of a document's own lines the last one may be told apart.
        " ORDER BY entity, txn_id, line < ?, line",
        (work.realm, _costs_from(work), COST_LINES),
    ):
        found.setdefault((entity, id_), (on, []))[1].append(tuple(row))
    return found


def _settled(work: Work) -> dict[tuple[str, int], tuple[int, list[_Part]]]:
    """Return each applied document: its total, and its applications in the order of their days."""
    found: dict[tuple[str, int], tuple[int, list[_Part]]] = {}
    for id_, deposit in _deposits(work).items():
        on, total = work.conn.execute(
            "SELECT txn_on, total FROM object WHERE realm = ? AND entity = 'Invoice' AND id = ?",
            (work.realm, id_),
        ).fetchone()
        found["Invoice", id_] = (total, [_Part(on, deposit)])
    for entity, id_, on, total, paid_on, amount in work.conn.execute(
        "SELECT d.entity, d.id, d.txn_on, d.total, p.txn_on, l.amount FROM link l"
        " JOIN object d ON d.realm = l.realm AND d.entity = l.to_entity AND d.id = l.to_id"
        " JOIN object p ON p.realm = l.realm AND p.entity = l.entity AND p.id = l.id"
        " WHERE l.realm = ? AND l.entity IN ('Payment', 'BillPayment')"
        " AND l.to_entity IN ('Invoice', 'CreditMemo', 'Bill', 'VendorCredit')"
        " ORDER BY max(d.txn_on, p.txn_on), l.id, l.line",
        (work.realm,),
    ):
        found.setdefault((entity, id_), (total, []))[1].append(_Part(max(on, paid_on), amount))
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
    rows: list[_Row], on: str, total: int, parts: list[_Part], places: _Places, deposit: int
) -> Iterator[Entry]:
    """Yield a document's lines in the proportion settled; the parts add up to the lines exactly.

    The running sum over the lines is rounded, not each line, so that every part balances with its money.
    """
    lines = [row for row in rows if row[0] not in places.receivable]
    if deposit:  # the last line outside receivables is the money itself
        yield Entry(on, *lines.pop())
    for row in lines:
        if row[0] in places.stays_owed:
            yield Entry(on, *row)
            yield Entry(on, places.owed, row[1], row[2], row[3], row[4], -row[5])
    done = 0
    before = [0] * len(lines)
    for part in parts:
        done += part.units
        upto = _shares([row[5] for row in lines], done, total, places.unit)
        for row, amount_now, amount_before in zip(lines, upto, before, strict=True):
            if amount_now != amount_before:
                account = places.owed if row[0] in places.stays_owed else row[0]
                yield Entry(part.on, account, row[1], row[2], row[3], row[4], amount_now - amount_before)
        before = upto


def _shares(amounts: list[int], done: int, total: int, unit: int) -> list[int]:
    """Split done/total of these amounts in whole units; the shares of all lines add up to exactly done."""
    shares = []
    running = given = 0
    for amount in amounts:
        running += amount
        whole = abs(running) * done
        cut = (2 * whole + total * unit) // (2 * total * unit) * unit
        cut = cut if running >= 0 else -cut
        shares.append(cut - given)
        given = cut
    return shares
