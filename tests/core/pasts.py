"""Short ways to write down a past.  One customer "7" unless said otherwise; dates are of 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.core.money import Money
from qb_collections.core.past import assemble

ZONE = ZoneInfo("America/New_York")
SINCE = date(2025, 1, 1)


def usd(amount):
    return Money(Decimal(amount), "USD")


def at(day, hour=12):
    return datetime.combine(day, time(hour), tzinfo=ZONE).astimezone(UTC)


class Books:
    """Documents in the order they are entered; each noon of its own day unless said otherwise."""

    def __init__(self, *names):
        names = names or ("Lookout Bakery",)
        self.customers = {
            str(7 + n): Customer(str(7 + n), name, "USD", usd("0"), emails=("ap@customer.example",))
            for n, name in enumerate(names)
        }
        self.invoices, self.payments, self.links, self.memos, self.plans = {}, [], [], [], []

    def invoice(self, id, issued, due, total, customer="7", entered=None, **more):
        self.invoices[id] = Invoice(
            id,
            "0",
            customer,
            f"10{id}",
            issued,
            due,
            usd(total),
            usd(total),
            email="ap@customer.example",
            created_at=entered or at(issued, 9),
            **more,
        )
        return self

    def pay(self, on, *parts, customer="7", total=None, entered=None, changed=None):
        """parts: (invoice id, amount) each."""
        id = f"p{len(self.payments) + 1}"
        applied = sum((Decimal(amount) for _, amount in parts), Decimal(0))
        whole = Decimal(total) if total is not None else applied
        unapplied = max(whole - applied, Decimal(0))
        created = entered or at(on)
        self.payments.append(
            Payment(id, customer, on, usd(whole), usd(unapplied), created, changed or created)
        )
        for invoice_id, amount in parts:
            self.link(id, "Invoice", invoice_id, amount)
        return self

    def credit(self, id, on, total, *parts, customer="7"):
        """A credit memo, applied by a payment of no money to the invoices."""
        used = sum((Decimal(amount) for _, amount in parts), Decimal(0))
        left = usd(Decimal(total) - used)
        self.memos.append(CreditMemo(id, customer, None, on, usd(total), left, created_at=at(on)))
        if parts:
            self.pay(on, *parts, customer=customer, total="0")
            self.links.append(Link(self.payments[-1].id, "CreditMemo", id, usd(used)))
        return self

    def link(self, payment_id, kind, document_id, amount):
        self.links.append(Link(payment_id, kind, document_id, usd(amount)))
        if kind == "Invoice" and document_id in self.invoices:
            one = self.invoices[document_id]
            rest = one.balance.amount - Decimal(amount)
            self.invoices[document_id] = replace(one, balance=usd(rest))

    def past(self, since=SINCE, heads=None):
        return assemble(
            zone=ZONE,
            customers=self.customers,
            heads=heads or {id: id for id in self.customers},
            invoices=self.invoices.values(),
            payments=self.payments,
            links=self.links,
            memos=self.memos,
            plans=self.plans,
            since_on=since,
        )
