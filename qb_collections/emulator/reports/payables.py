"""Aged payables: the mirror image of receivables, for vendors."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from qb_collections.emulator import applications, currencies
from qb_collections.emulator.reports import aging
from qb_collections.emulator.reports.aging import Book, OpenItem
from qb_collections.emulator.wire import ZERO, Body, decode, money
from qb_collections.emulator.work import Work

_SIGNS = {"Bill": 1, "VendorCredit": -1}


def open_bills(work: Work, on: date) -> Iterator[OpenItem]:
    """Yield what was owed to vendors at the end of a day, document by document."""
    day = on.isoformat()
    settled: defaultdict[tuple[str, str], int] = defaultdict(int)
    used: defaultdict[str, int] = defaultdict(int)
    for payment, entity, id_, units in work.conn.execute(
        "SELECT l.id, l.to_entity, l.to_id, l.amount FROM link l"
        " JOIN object p ON p.realm = l.realm AND p.entity = l.entity AND p.id = l.id"
        " JOIN object d ON d.realm = l.realm AND d.entity = l.to_entity AND d.id = l.to_id"
        " WHERE l.realm = ? AND l.entity = 'BillPayment' AND p.txn_on <= ? AND d.txn_on <= ?",
        (work.realm, day, day),
    ).fetchall():
        settled[entity, str(id_)] += units
        used[str(payment)] += _SIGNS.get(entity, 1) * units
    for entity, id_, total, text in work.conn.execute(
        "SELECT entity, id, total, body FROM object WHERE realm = ? AND deleted = 0 AND txn_on <= ?"
        " AND entity IN ('Bill', 'VendorCredit', 'BillPayment') ORDER BY txn_on, id",
        (work.realm, day),
    ).fetchall():
        done = used[str(id_)] if entity == "BillPayment" else settled[entity, str(id_)]
        owed = _SIGNS.get(entity, -1) * money(total - done)
        if owed:
            body = decode(text)
            due_on = str(body.get("DueDate", body["TxnDate"]))
            sign = _SIGNS.get(entity, -1)
            if entity == "BillPayment" or not currencies.is_foreign(work, body):
                whole, left = (currencies.home_amount(work, body, part) for part in (money(total), abs(owed)))
            else:
                whole = applications.home_total(work, entity, str(id_), "", body)
                left = applications.home_open(work, entity, str(id_), "", body, abs(owed))
            amounts = [sign * whole, left if owed > 0 else -left]
            number, memo = str(body.get("DocNumber", "")), str(body.get("PrivateNote", ""))
            party = body["VendorRef"]["value"]
            yield OpenItem(
                entity, str(id_), party, number, body["TxnDate"], due_on, amounts[0], amounts[1], memo
            )
    yield from _booked(work, day)


def _booked(work: Work, day: str) -> Iterator[OpenItem]:
    """Payables of journal entries, deposits and expenses; nothing is applied to them here."""
    for entity, id_, on, party, units in work.conn.execute(
        "SELECT entity, txn_id, txn_on, customer, -sum(amount) FROM posting WHERE realm = ? AND txn_on <= ?"
        " AND entity IN ('JournalEntry', 'Deposit', 'Purchase') AND customer IS NOT NULL"
        " AND account IN (SELECT account FROM payable WHERE realm = ?)"
        " GROUP BY entity, txn_id, txn_on, customer HAVING sum(amount) <> 0",
        (work.realm, day, work.realm),
    ).fetchall():
        owed = money(units)
        body = work.body(entity, str(id_)) or {}
        number, memo = str(body.get("DocNumber", "")), str(body.get("PrivateNote", ""))
        yield OpenItem(entity, str(id_), party, number, on, on, owed, owed or ZERO, memo)


_PAYABLES = Book("Vendor", "AgedPayable", open_bills)


def summary(work: Work, params: Mapping[str, str]) -> Body:
    return aging.summary(work, params, _PAYABLES)


def detail(work: Work, params: Mapping[str, str]) -> Body:
    return aging.detail(work, params, _PAYABLES)
