"""Short ways to write down cases.  The days are those of autumn 2026; 23 October is a Friday."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import qb_collections
from qb_collections.core.books import CreditMemo, Customer, Invoice, Payment
from qb_collections.core.case import Case, Contact, ContactKind, Cycle, Hold, HoldKind
from qb_collections.core.decide import Rules
from qb_collections.core.money import Money
from qb_collections.core.policy import Policy, parse

TEXT = (Path(qb_collections.__file__).parent / "presets" / "standard.toml").read_text()
STANDARD = parse(TEXT)
VETERANS, THANKSGIVING = date(2026, 11, 11), date(2026, 11, 26)
HOLIDAYS = frozenset({VETERANS, THANKSGIVING})
DUE = date(2026, 10, 23)  # Friday; first message Wednesday 28 October


def rules(policy: Policy = STANDARD) -> Rules:
    return Rules(policy, policy.ladder, policy.calendar(HOLIDAYS), "en_US")


def changed(**replacements: str) -> Policy:
    """The Standard policy with lines of its text exchanged: {"smallest_balance = 25": "..."}."""
    text = TEXT
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return parse(text)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def nov(day: int) -> date:
    return date(2026, 11, day)


def octo(day: int) -> date:
    return date(2026, 10, day)


def customer(**facts: object) -> Customer:
    known = Customer(
        "7", "Marlow Print Works", "USD", usd("0"), emails=("ap@marlow.example",), phone="423-555-0118"
    )
    return replace(known, **facts)


def invoice(id: str = "1", due: date | None = DUE, balance: str = "780.40", **facts: object) -> Invoice:
    issued_on = (due or DUE) - timedelta(days=30)
    made = Invoice(id, "0", "7", f"1061{id}", issued_on, due, usd(balance), usd(balance))
    return replace(made, **facts)


def case(*invoices: Invoice, **facts: object) -> Case:
    return replace(Case(customer(), "USD", invoices or (invoice(),)), **facts)


def reminder(stage: str, on: date, *ids: str, number: int = 1, **facts: object) -> Contact:
    kind = ContactKind.CALL if stage == "S3" else ContactKind.REMINDER
    return replace(Contact(on, kind, stage, 1, number, ids or ("1",)), **facts)


def after(*contacts: Contact, invoices: tuple[Invoice, ...] = (), **facts: object) -> Case:
    """A case in cycle 1 in which these contacts have been delivered."""
    stage = contacts[-1].stage if contacts else None
    cycle = Cycle(1, octo(24), stage, len(contacts), 1)
    return case(*invoices, contacts=contacts, cycle=cycle, **facts)


def hold(kind: HoldKind, invoice_id: str | None = None, **facts: object) -> Hold:
    made = Hold(1, kind, invoice_id, "cooler failed again", "Dana", octo(26))
    return replace(made, **facts)


def payment(unapplied: str) -> Payment:
    return Payment("p1", "7", octo(20), usd(unapplied), usd(unapplied))


def memo(remaining: str, id: str = "m1", number: str | None = "1187") -> CreditMemo:
    return CreditMemo(id, "7", number, octo(20), usd(remaining), usd(remaining))
