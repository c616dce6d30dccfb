"""Find what a person named: a company, an invoice, a customer.  A miss names the nearest."""

from __future__ import annotations

from difflib import get_close_matches

from sqlalchemy import Connection

from qb_collections.core.books import Customer, Invoice
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, mirror
from qb_collections.store.companies import Company

NEAREST = 3


def company(conn: Connection, name: str | None) -> Company | Refusal:
    """The company with this name, alias or id; without a name, the only one there is."""
    if name is None:
        every = companies.all(conn)
        if len(every) == 1:
            return every[0]
        if not every:
            return Refusal("No company is connected yet. Connect one with: qb-collections connect")
        return Refusal(f"Which company? Connected are: {', '.join(one.name for one in every)}.")
    found = companies.by_name(conn, name)
    if found is not None:
        return found
    return Refusal(f'There is no company "{name}".{nearest(name, companies.names(conn))}')


def invoice(conn: Connection, of: Company, number: str) -> Invoice | Refusal:
    """The invoice with this number (of several the open one), or with this QuickBooks id."""
    found = mirror.invoice_by_number(conn, of.id, number) or mirror.invoice(conn, of.id, number)
    if found is not None:
        return found
    numbers = mirror.invoice_numbers(conn, of.id)
    return Refusal(f'{of.name} has no invoice "{number}" that we know of.{nearest(number, numbers)}')


def customer(conn: Connection, of: Company, name: str) -> Customer | Refusal:
    """The customer with this name or QuickBooks id, capitals or not."""
    every = mirror.customers(conn, of.id)
    wanted = name.casefold()
    found = [one for one in every.values() if one.name.casefold() == wanted or one.id == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.id for one in found)
        return Refusal(f'{of.name} has several customers called "{name}". Say which by its id: {ids}.')
    return Refusal(
        f'{of.name} has no customer "{name}".{nearest(name, [one.name for one in every.values()])}'
    )


def nearest(name: str, known: list[str]) -> str:
    """ " The nearest are A, B." with a space before it, or nothing."""
    by_fold = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), list(by_fold), n=NEAREST, cutoff=0.4)
    if not close:
        return ""
    names = [by_fold[one] for one in close]
    return f" The nearest {'is' if len(names) == 1 else 'are'} {', '.join(names)}."
