"""Which invoices a person means: by their numbers, or by QuickBooks' own ids where a number does not say."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from sqlalchemy import Connection

from qb_collections.core.books import Invoice
from qb_collections.core.wording import money_text, short
from qb_collections.services.refusal import Refusal
from qb_collections.store import mirror
from qb_collections.store.companies import Company

INVOICES_MAX = 30
BY_ID = "id:"  # id:7 is QuickBooks' invoice 7, whatever its number is


def chosen(
    conn: Connection, company: Company, numbers: Sequence[str], ids: Sequence[str]
) -> list[Invoice] | Refusal:
    """The invoices, as last read.  A number that several open ones bear names none of them."""
    names = [number.strip() for number in numbers if number.strip()]
    if not 1 <= len(names) + len(ids) <= INVOICES_MAX:
        return Refusal(f"Name between 1 and {INVOICES_MAX} invoices by their numbers.")
    found = []
    for name in (*names, *(f"{BY_ID}{id}" for id in ids)):
        one = _one(conn, company, name)
        if isinstance(one, Refusal):
            return one
        found.append(one)
    return found


def _one(conn: Connection, company: Company, name: str) -> Invoice | Refusal:
    if name.startswith(BY_ID):
        invoice = mirror.invoice(conn, company.id, name.removeprefix(BY_ID).strip())
        return invoice or _unknown(name, [])
    same = mirror.invoices_by_number(conn, company.id, name)
    open_ones = [one for one in same if one.balance.amount > 0]
    if len(open_ones) > 1:
        return _several(conn, company, name, open_ones)
    if same:
        return same[0]
    invoice = mirror.invoice(conn, company.id, name)
    return invoice or _unknown(name, mirror.invoice_numbers(conn, company.id))


def _several(conn: Connection, company: Company, name: str, same: Sequence[Invoice]) -> Refusal:
    customers = mirror.customers(conn, company.id, [one.customer_id for one in same])
    named = [
        f"{BY_ID}{one.id} ({short(customers[one.customer_id].name, 40)}, "
        f"{money_text(one.balance, company.locale)} open)"
        for one in same[:3]
        if one.customer_id in customers
    ]
    return Refusal(
        f"{len(same)} open invoices have the number {short(name, 24)}. Say which one you mean: "
        f"{' or '.join(named)}."
    )


def _unknown(name: str, known: Sequence[str]) -> Refusal:
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f" The nearest open ones are {', '.join(near)}." if near else ""
    return Refusal(f"There is no invoice {short(name, 24)} that we know of.{hint}")
