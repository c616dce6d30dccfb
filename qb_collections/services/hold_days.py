"""Days on which a hold asks for a person: an answer that is late, a hardship to look at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.case import HoldKind
from qb_collections.core.money import total
from qb_collections.core.wording import date_text, money_text, short
from qb_collections.store import cases, mirror, tasks
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company
from qb_collections.store.holds import StoredHold

ANSWER, HARDSHIP = "answer_dispute", "look_at_hardship"
KINDS = (ANSWER, HARDSHIP)
HOLDS_MAX = 100_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One thing to ask a person for."""

    kind: str
    found: StoredHold
    due_on: date
    title: str
    text: str

    @property
    def key(self) -> str:
        """The same hold and day are asked about once; another day asks again."""
        return f"{self.kind}:{self.found.hold.id}:{self.due_on.isoformat()}"


def ask(conn: Connection, company: Company, on: date, at: datetime) -> int:
    """Open what has come due by that day, once, and close what is no longer asked; return how many are open.

    A dispute asks from the day after its answer was due, a hardship on its last day, each only while
    something of it is owed.
    """
    held = [
        one
        for one in stored.list(conn, company.id, limit=HOLDS_MAX)
        if (day := _asks_on(one)) is not None and day <= on
    ]
    waiting = tasks.list(conn, company.id, kinds=KINDS, limit=HOLDS_MAX)
    if not held and not waiting:
        return 0
    customers = mirror.customers(conn, company.id, {one.customer_id for one in held})
    owed: dict[str, list[Invoice]] = {}
    for invoice in mirror.open_invoices(conn, company.id, sorted(customers)):
        owed.setdefault(invoice.customer_id, []).append(invoice)
    asked = [one for found in held if (one := _asked(company, found, customers, owed, on)) is not None]
    for one in asked:
        key = cases.key_of(conn, company.id, one.found.customer_id)
        tasks.open_task(
            conn,
            company.id,
            key=one.key,
            kind=one.kind,
            title=one.title,
            text=one.text,
            customer_id=key[0] if key else one.found.customer_id,
            currency=key[1] if key else None,
            payload={"hold_id": one.found.hold.id},
            due_on=one.due_on,
            at=at,
        )
    wanted = {one.key for one in asked}
    for task in waiting:
        if task.key not in wanted:
            _close(conn, company, task, at)
    return len(asked)


def close_for(conn: Connection, company: Company, found: StoredHold, at: datetime) -> None:
    """A hold was lifted: nobody needs to see to it any more."""
    for task in tasks.list(conn, company.id, kinds=KINDS, limit=HOLDS_MAX):
        if task.payload.get("hold_id") == found.hold.id:
            _close(conn, company, task, at)


def _close(conn: Connection, company: Company, task: tasks.Task, at: datetime) -> None:
    because = "It is settled, or was put off."
    tasks.close(conn, company.id, task.id, state="closed", outcome=because, by="system", at=at)


def _asks_on(found: StoredHold) -> date | None:
    """The first day on which the hold asks for a person; None: it never does."""
    hold = found.hold
    if hold.kind is HoldKind.DISPUTE and hold.answer_by_on is not None:
        return hold.answer_by_on + _DAY
    return hold.until_on if hold.kind is HoldKind.HARDSHIP else None


def _asked(
    company: Company,
    found: StoredHold,
    customers: Mapping[str, Customer],
    owed: Mapping[str, list[Invoice]],
    on: date,
) -> _Ask | None:
    customer = customers.get(found.customer_id)
    open_ones = owed.get(found.customer_id, [])
    if customer is None:
        return None
    if found.hold.kind is HoldKind.HARDSHIP:
        return _hardship(company, found, customer, open_ones) if open_ones else None
    invoice = next((one for one in open_ones if one.id == found.hold.invoice_id), None)
    ended = found.hold.until_on is not None and found.hold.until_on < on
    return None if invoice is None or ended else _answer(company, found, customer, invoice)


def _answer(company: Company, found: StoredHold, customer: Customer, invoice: Invoice) -> _Ask:
    hold = found.hold
    assert hold.answer_by_on is not None
    owner, name = short(hold.owner or hold.placed_by, 40), short(customer.name, 60)
    about = f", about: {hold.code.replace('_', ' ')}" if hold.code else ""
    text = (
        f"{owner} was to answer {name} by {date_text(hold.answer_by_on, company.locale)}. "
        f"They question invoice {invoice.label} ({money_text(invoice.balance, company.locale)}){about}. "
        f"What they said: {hold.reason}\n\n"
        "The invoice is left out of every message until somebody has answered; their other invoices keep "
        "their dates. Answer them, then say so here: settled, and the invoice goes on in its turn; or later, "
        "with the day by which they will have the answer."
    )
    return _Ask(
        ANSWER, found, hold.answer_by_on, f"Answer {name} about invoice {invoice.label}: {owner}", text
    )


def _hardship(company: Company, found: StoredHold, customer: Customer, open_ones: list[Invoice]) -> _Ask:
    hold = found.hold
    assert hold.until_on is not None
    owed = total(
        (one.balance for one in open_ones if one.balance.currency == customer.currency), customer.currency
    )
    name = short(customer.name, 60)
    text = (
        f"{short(hold.placed_by, 40)} noted on {date_text(hold.placed_on, company.locale)} "
        f"that {name} is in difficulty: {hold.reason}\n\n{money_text(owed, company.locale)} is open. "
        f"Nothing goes out by itself through {date_text(hold.until_on, company.locale)}; after that day "
        "the steps go on. Speak with them first, and say here: still, with the day to look again; or better, "
        "and the steps go on at once."
    )
    return _Ask(HARDSHIP, found, hold.until_on, f"Look again at the difficulty of {name}", text)
