"""Foreign currencies: rates, the accounts that carry them, and home amounts of what a document posts.

A rate says how many units of the home currency one unit of the other is worth (Intuit's reference).
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from qb_collections.emulator import errors
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.money_names import currency_ref
from qb_collections.emulator.wire import CENT, ZERO, Body, units
from qb_collections.emulator.work import Work

ONE = Decimal(1)
_WITHOUT_DECIMALS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "PYG", "UGX"})

# What one unit is worth in US dollars where nobody has entered a rate: made up, and fixed.
_IN_DOLLARS = {
    "USD": Decimal(1),
    "EUR": Decimal("1.10"),
    "GBP": Decimal("1.27"),
    "CAD": Decimal("0.74"),
    "AUD": Decimal("0.66"),
    "JPY": Decimal("0.0067"),
    "CHF": Decimal("1.12"),
    "MXN": Decimal("0.055"),
    "NOK": Decimal("0.094"),
    "INR": Decimal("0.012"),
}


def are_on(work: Work) -> bool:
    """Whether the company uses several currencies; that cannot be undone in QuickBooks."""
    return bool(work.preference("CurrencyPrefs", "MultiCurrencyEnabled"))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's smallest unit, half away from zero; always shown with two decimals."""
    if currency in _WITHOUT_DECIMALS:
        return amount.quantize(ONE, ROUND_HALF_UP).quantize(CENT)
    return amount.quantize(CENT, ROUND_HALF_UP)


def in_unit(work: Work, body: Body, amount: Decimal) -> Decimal:
    """Round an amount of a document to the smallest unit of its currency."""
    if not work.switches.whole_units_where_no_decimals:
        return rounded(amount, "")
    return rounded(amount, body["CurrencyRef"]["value"])


def in_home_unit(work: Work, amount: Decimal) -> Decimal:
    """Round an amount to the smallest unit of the home currency."""
    return rounded(amount, work.home_currency if work.switches.whole_units_where_no_decimals else "")


def home_unit(work: Work) -> int:
    """Return the home currency's smallest unit as the store keeps amounts."""
    return units(in_home_unit(work, ONE)) if in_home_unit(work, CENT) == 0 else units(CENT)


def rate_on(work: Work, code: str, day: str) -> Decimal:
    """Return the rate of a day: the last one entered up to it, else the made-up one."""
    if code == work.home_currency:
        return ONE
    found = work.conn.execute(
        "SELECT json_extract(body, '$.Rate') FROM object WHERE realm = ? AND entity = 'ExchangeRate'"
        " AND name = ? AND txn_on <= ? AND deleted = 0 ORDER BY txn_on DESC, id DESC LIMIT 1",
        (work.realm, code, day),
    ).fetchone()
    if found is not None:
        return Decimal(str(found[0]))
    worth, home = _IN_DOLLARS.get(code, ONE), _IN_DOLLARS.get(work.home_currency, ONE)
    return (worth / home).quantize(Decimal("0.000001")).normalize()


def settle(work: Work, new: Body, old: Body | None, currency: str | None = None) -> None:
    """Set CurrencyRef and ExchangeRate; the currency is the party's, else the one asked for.

    Raises Fault 6000 when the transaction names another currency than its customer or vendor has.
    """
    asked = (new.get("CurrencyRef") or {}).get("value")
    code = currency or asked or work.home_currency
    if asked is not None and asked != code:
        raise errors.business("The currency of the transaction is not the currency of its name.")
    if code != work.home_currency and not are_on(work):
        raise errors.business("Multicurrency is not enabled for this company.")
    new["CurrencyRef"] = currency_ref(code)
    if not are_on(work):
        new.pop("ExchangeRate", None)
        return
    if code == work.home_currency:
        new["ExchangeRate"] = ONE
    elif not new.get("ExchangeRate"):
        kept = (old or {}).get("ExchangeRate")
        new["ExchangeRate"] = kept or rate_on(work, code, new["TxnDate"])
    elif new["ExchangeRate"] < 0:
        raise errors.invalid_number("ExchangeRate", new["ExchangeRate"])


def is_foreign(work: Work, body: Body) -> bool:
    code = (body.get("CurrencyRef") or {}).get("value")
    return code is not None and code != work.home_currency


def rate_of(body: Body) -> Decimal:
    rate: Decimal = body.get("ExchangeRate") or ONE
    return rate


def home_amount(work: Work, body: Body, amount: Decimal) -> Decimal:
    """Return an amount of a document in home currency, at the document's rate."""
    return in_home_unit(work, amount * rate_of(body)) if is_foreign(work, body) else amount


def show_home(work: Work, new: Body, **names: str) -> None:
    """Set the home amounts beside the foreign ones: show_home(..., HomeTotalAmt="TotalAmt")."""
    for home, name in names.items():
        if are_on(work) and name in new:
            new[home] = home_amount(work, new, new[name])
        else:
            new.pop(home, None)


def in_home(work: Work, body: Body, postings: Sequence[Posting]) -> list[Posting]:
    """Return a document's postings in home currency; those that name a currency stay as they are.

    Each line is rounded and the first one (the receivable, the payable, the bank) takes their sum; under the
    switch the first one is rounded and the last one takes the difference.
    """
    if not is_foreign(work, body):
        return list(postings)
    code, rate = body["CurrencyRef"]["value"], rate_of(body)
    found = [
        replace(
            posting,
            amount=in_home_unit(work, posting.amount * rate),
            currency=code,
            rate=rate,
            foreign_amount=posting.amount,
        )
        if posting.currency is None
        else posting
        for posting in postings
    ]
    open_ones = [index for index, posting in enumerate(postings) if posting.currency is None]
    if open_ones:
        taker = open_ones[0] if work.switches.home_amount_per_line else open_ones[-1]
        rest = sum((posting.amount for index, posting in enumerate(found) if index != taker), ZERO)
        found[taker] = replace(found[taker], amount=-rest)
    return found
