"""Revaluing a currency: what is held and owed in it is brought to a new rate, against exchange gain or loss.

Booked as a journal entry on the day and taken back on the next one, so that what is settled later still
leaves its account at nothing.
"""

from datetime import date, timedelta
from decimal import Decimal

from qb_collections.emulator import accounts, currencies
from qb_collections.emulator.entities import registry
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.money_names import currency_ref
from qb_collections.emulator.wire import ZERO, Body, money
from qb_collections.emulator.work import Work


def revalue(work: Work, code: str, rate: Decimal, on: date) -> Body:
    """Write the entry and its reversal, and return the entry.

    Raises ValueError for the home currency, a rate that is none, or where nothing stands in the currency.
    """
    if code == work.home_currency:
        raise ValueError(f"{code} is the home currency; it is worth itself.")
    if rate <= 0:
        raise ValueError(f"A rate must be greater than zero, got {rate}.")
    moved = []
    for account, foreign, home in work.conn.execute(
        "SELECT account, sum(foreign_amount), sum(amount) FROM posting WHERE realm = ? AND txn_on <= ?"
        " AND account IN (SELECT id FROM object WHERE realm = ? AND entity = 'Account'"
        " AND json_extract(body, '$.CurrencyRef.value') = ?) GROUP BY account",
        (work.realm, on.isoformat(), work.realm, code),
    ).fetchall():
        difference = currencies.in_home_unit(work, money(foreign) * rate) - money(home)
        if difference:
            moved.append((str(account), difference))
    if not moved:
        raise ValueError(f"Nothing stands in {code} that a rate of {rate} would change.")
    entry = _book(work, code, rate, moved, on, "Currency revaluation")
    _book(
        work,
        code,
        rate,
        [(account, -amount) for account, amount in moved],
        on + timedelta(days=1),
        "Reversal",
    )
    return entry


def _book(
    work: Work, code: str, rate: Decimal, moved: list[tuple[str, Decimal]], on: date, note: str
) -> Body:
    work.guard_period(on.isoformat())
    spec = registry.spec("JournalEntry")
    gain = accounts.need(work, accounts.GAIN_OR_LOSS)
    sides = [*moved, (gain, -sum((amount for _, amount in moved), ZERO))]
    body: Body = {
        "Id": work.next_id(spec.sequence, spec.first_id),
        "domain": "QBO",
        "sparse": False,
        "TxnDate": on.isoformat(),
        "PrivateNote": f"{note}: {code} at {rate}",
        "CurrencyRef": currency_ref(work.home_currency),
        "ExchangeRate": currencies.ONE,
        "Adjustment": True,
        "TotalAmt": ZERO,
        "TxnTaxDetail": {},
        "Line": [_line(index, account, amount) for index, (account, amount) in enumerate(sides)],
    }
    row = work.put(spec, body, "Create")
    postings = [
        Posting(account, amount, currency=code, rate=rate, foreign_amount=ZERO)
        for account, amount in sides
        if amount
    ]
    work.post(spec.name, row.id, on.isoformat(), postings, fresh=True)
    return row.body


def _line(index: int, account: str, amount: Decimal) -> Body:
    detail = {"PostingType": "Debit" if amount > 0 else "Credit", "AccountRef": {"value": account}}
    return {
        "Id": str(index),
        "Amount": abs(amount),
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": detail,
    }
