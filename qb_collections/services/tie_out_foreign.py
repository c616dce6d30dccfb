"""Aged receivables are in the home currency; what a customer owes abroad is in the customer's own.

So the documents are valued at their own exchange rates.  QuickBooks rounds each, and does not say how it
rounds what is left of a part-paid one: as long as the two agree within a smallest unit for each document,
what it reports is what the documents say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from qb_collections.core.money import quantum
from qb_collections.core.receivables import Open
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services.context import Context
from qb_collections.store import mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

ZERO = Decimal(0)
AT_ONCE = 500  # documents in one query
STATEMENTS_AT_ONCE = 30


def in_own_currencies(
    context: Context,
    company: Company,
    gateway: Gateway,
    reported: Mapping[str, Decimal],
    known: Sequence[Open],
) -> dict[str, Decimal]:
    """What is reported for each customer, in the customer's currency; no call where all are at home."""
    ids = {*reported, *(one.customer_id for one in known)}
    with reading(context.engine) as conn:
        customers = mirror.customers(conn, company.id, ids)
    abroad = {id: one.currency for id, one in customers.items() if one.currency != company.currency}
    found = dict(reported)
    if not abroad:
        return found
    theirs = [one for one in known if one.customer_id in abroad]
    rates = _rates(gateway, theirs)
    at_home = quantum(company.currency)
    for id, currency in abroad.items():
        mine = [one for one in theirs if one.customer_id == id]
        worth = sum((_at_home(one, rates, at_home) for one in mine), ZERO)
        owed = sum((one.amount for one in mine), ZERO)
        apart = reported.get(id, ZERO) - worth
        if abs(apart) <= at_home * len(mine):
            apart = ZERO
        rate = next((rates[one.kind, one.id] for one in mine if (one.kind, one.id) in rates), Decimal(1))
        found[id] = owed + _rounded(apart / rate, quantum(currency))
    return found


def _at_home(one: Open, rates: Mapping[tuple[str, str], Decimal], unit: Decimal) -> Decimal:
    return _rounded(one.amount * rates.get((one.kind, one.id), Decimal(1)), unit)


def _rounded(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(unit, ROUND_HALF_UP)


def _rates(gateway: Gateway, documents: Sequence[Open]) -> dict[tuple[str, str], Decimal]:
    """Home units for one of the customer's, by document; one that is gone has none."""
    asked: list[tuple[str, str]] = []
    for kind in ("Invoice", "Payment", "CreditMemo"):
        ids = [one.id for one in documents if one.kind == kind]
        for start in range(0, len(ids), AT_ONCE):
            named = wire.one_of(ids[start : start + AT_ONCE])
            asked.append((kind, f"SELECT Id, ExchangeRate FROM {kind} WHERE Id IN {named} MAXRESULTS 1000"))
    found: dict[tuple[str, str], Decimal] = {}
    for start in range(0, len(asked), STATEMENTS_AT_ONCE):
        some = asked[start : start + STATEMENTS_AT_ONCE]
        for (kind, _), rows in zip(some, gateway.queries([text for _, text in some]), strict=True):
            for row in rows:
                rate = Decimal(str(row.get("ExchangeRate") or 1))
                found[kind, str(row["Id"])] = rate if rate > 0 else Decimal(1)
    return found
