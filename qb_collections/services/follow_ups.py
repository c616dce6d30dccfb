"""What a call or a reply leaves for a person to do; saying that it is done lifts what waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.wording import short
from qb_collections.services import holds
from qb_collections.services.outcomes import FOLLOW_UP, Report
from qb_collections.store import holds as stored_holds
from qb_collections.store import mirror, replies, tasks
from qb_collections.store.companies import Company
from qb_collections.store.tasks import Task

# By what it is about: the title, and what to do.
_WORDS = {
    "paid": (
        "Find the payment of {name}",
        "They say that it is paid. Look at payments in QuickBooks that nobody has applied, and at other "
        "customers with a like name. Answer them within a day, found or not.",
    ),
    "copy": (
        "Send {name} what they asked for",
        "A copy, a corrected one, or a purchase order number on it. If it makes a payment run today, ask "
        "which one.",
    ),
    "plan": (
        "Offer {name} ways to spread it",
        "They ask to pay in parts. Offer it to them in writing.",
    ),
    "question": ("Answer {name}", "They have a question. Answer it today."),
    "wrong_person": (
        "Find the right person at {name}",
        "We have the wrong one. Put the right address and phone number into QuickBooks.",
    ),
    "refused": (
        "{name} will not pay: decide what comes next",
        "They say so. Speak with them yourself, offer a plan, propose mediation, or hand it over.",
    ),
    "stop": (
        "{name} asks for no more automatic e-mail",
        "Nothing of ours goes to that address by itself any more; the invoices stay open. Ask how they would "
        "like to hear from you, or put another address into QuickBooks.",
    ),
    "firm": (
        "Look at what {name} wrote",
        "Their words may mean a firm stop. Nothing goes out meanwhile. If somebody else speaks for them, or "
        "a court does, mark the customer so: a court or a lawyer speaks for them.",
    ),
    "other": ("Deal with what {name} said", "Nothing goes out until you have."),
}
_AFTER = "\n\nSay here when it is done, and the steps go on in their turn."


def open_task(
    conn: Connection,
    company: Company,
    *,
    key: str,
    about: str,
    customer_id: str,
    currency: str,
    said: str | None,
    hold_ids: Sequence[int],
    due_on: date,
    at: datetime,
    reply_id: int | None = None,
) -> Task:
    """One task for one thing that somebody said; the same key is one task."""
    customer = mirror.customers(conn, company.id, [customer_id]).get(customer_id)
    name = short(customer.name, 60) if customer else customer_id
    title, text = (words.format(name=name) for words in _WORDS[about])
    quoted = f"What they said: {said}\n\n" if said else ""
    payload: dict[str, Any] = {"about": about, "hold_ids": [*hold_ids], "reply_id": reply_id}
    return tasks.open_task(
        conn,
        company.id,
        key=key,
        kind=FOLLOW_UP,
        title=title,
        text=f"{quoted}{text}{_AFTER if hold_ids else ''}",
        customer_id=customer_id,
        currency=currency,
        payload=payload,
        due_on=due_on,
        at=at,
    )


def done(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> str:
    """Lift what waited for it, and close the reply that it came from."""
    because = report.reason or report.said or task.title
    reply_id = task.payload.get("reply_id")
    if reply_id is not None:
        replies.done(conn, company.id, reply_id, by=report.by, because=because, at=now)
    return lifted(conn, company, task.payload.get("hold_ids", ()), by=report.by, because=because, now=now)


def lifted(
    conn: Connection, company: Company, hold_ids: Sequence[int], *, by: str, because: str, now: datetime
) -> str:
    """The sentence that says what became of the marks."""
    count = 0
    for hold_id in hold_ids:
        found = stored_holds.get(conn, company.id, hold_id)
        if found.lifted_at is None:
            holds.take_away(conn, company, found, by=by, because=because, at=now)
            count += 1
    return "Done. The mark is lifted; the next night decides without it." if count else "Done."
