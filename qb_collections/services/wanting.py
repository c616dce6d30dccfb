"""What happened and is owed an answer: written down in the transaction of what happened, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.answers import AnswerKind, answer_key
from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.wording import day_text, fit, money_text, short
from qb_collections.services import answer_effects
from qb_collections.store import answers, cases, mirror
from qb_collections.store.answers import Answer
from qb_collections.store.companies import Company


def after_hold(
    conn: Connection,
    company: Company,
    customer_id: str,
    hold: Hold,
    *,
    by: str,
    at: datetime,
    rest: Hold | None = None,
) -> None:
    """A customer named a day or questioned an invoice: that is confirmed to them.  Other marks are ours.

    rest: the second of two promises, which the same line confirms.
    """
    year = company.today(at).year
    if hold.kind is HoldKind.PROMISE and hold.until_on is not None:
        amount = f" {money_text(hold.amount, company.locale)}" if hold.amount else " to pay"
        reason = (
            f"They promised{amount} by {day_text(hold.until_on, year, company.locale)}; a line confirms it."
        )
        about: dict[str, Any] = {"hold_id": hold.id} | ({"rest_id": rest.id} if rest else {})
        want(conn, company, AnswerKind.PROMISE_NOTED, customer_id, hold.id, about, reason, by=by, at=at)
    elif hold.kind is HoldKind.DISPUTE and hold.invoice_id is not None:
        label = _label(conn, company, hold.invoice_id)
        reason = f"They question invoice {label}; a line says who answers it and by when."
        about = {"hold_id": hold.id, "invoice_id": hold.invoice_id}
        want(conn, company, AnswerKind.DISPUTE_RECEIVED, customer_id, hold.id, about, reason, by=by, at=at)


def dispute_answered(
    conn: Connection,
    company: Company,
    customer_id: str,
    hold: Hold,
    done: str,
    *,
    by: str,
    at: datetime,
) -> None:
    """done: what was done about it, as it stands after "We have"."""
    assert hold.invoice_id is not None
    label = _label(conn, company, hold.invoice_id)
    reason = f"{short(by, 24)} has answered what they questioned about invoice {label}."
    about = {
        "hold_id": hold.id,
        "invoice_id": hold.invoice_id,
        "done": done.strip().rstrip("."),
        "owner": hold.owner or by,
    }
    want(conn, company, AnswerKind.DISPUTE_ANSWERED, customer_id, hold.id, about, reason, by=by, at=at)


def want(
    conn: Connection,
    company: Company,
    kind: AnswerKind,
    customer_id: str,
    which: str | int,
    about: Mapping[str, Any],
    reason: str,
    *,
    by: str,
    at: datetime,
) -> str | None:
    """Write it down, and queue it where today's run lets things go by themselves; return its key.

    None: the mirror does not know the customer.
    """
    key = cases.key_of(conn, company.id, customer_id)
    if key is None:
        return None
    one = Answer(
        key=answer_key(kind, *key, which),
        kind=kind.value,
        customer_id=key[0],
        currency=key[1],
        about=about,
        reason=fit(reason),
        wanted_by=by,
        wanted_on=company.today(at),
    )
    answers.want(conn, company.id, [one], at)
    answer_effects.queue_now(conn, company, one.key, at)
    return one.key


def _label(conn: Connection, company: Company, invoice_id: str) -> str:
    found = mirror.invoice(conn, company.id, invoice_id)
    return found.label if found else invoice_id
