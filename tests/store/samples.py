"""Rows of made-up books, short to write."""

from datetime import date
from decimal import Decimal

from qb_collections.core.books import CreditMemo, Customer, Invoice, Payment
from qb_collections.core.money import Money


def usd(amount):
    return Money(Decimal(amount), "USD")


def customer(id, **more):
    return Customer(**({"id": id, "name": f"Customer {id}", "currency": "USD", "balance": usd(0)} | more))


def invoice(id, customer_id, balance="100.00", due_on=date(2026, 10, 1), **more):
    values = {
        "id": id,
        "sync_token": "0",
        "customer_id": customer_id,
        "number": f"10{id}",
        "issued_on": date(2026, 9, 1),
        "due_on": due_on,
        "total": usd("100.00"),
        "balance": usd(balance) if isinstance(balance, str) else balance,
    }
    return Invoice(**(values | more))


def payment(id, customer_id, unapplied, **more):
    values = {
        "id": id,
        "customer_id": customer_id,
        "received_on": date(2026, 10, 2),
        "total": usd(unapplied),
        "unapplied": usd(unapplied),
    }
    return Payment(**(values | more))


def memo(id, customer_id, remaining):
    return CreditMemo(id, customer_id, f"CM{id}", date(2026, 10, 3), usd(remaining), usd(remaining))
