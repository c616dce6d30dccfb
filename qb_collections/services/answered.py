"""An answer was given: the contact is kept, and it is never owed again.  No step follows, and no note."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.answers import AnswerKind
from qb_collections.core.case import Contact
from qb_collections.core.decision import Channel
from qb_collections.store import answers, audit, contacts
from qb_collections.store.companies import Company


def given(
    conn: Connection,
    company: Company,
    plan: dict[str, Any],
    *,
    intent_id: int | None,
    at: datetime,
    actor: str,
) -> None:
    """Record it, in the caller's transaction."""
    kind = AnswerKind(plan["answer"])
    contact = Contact(
        on=company.today(at),
        kind=kind.contact,
        stage=None,
        cycle=plan["cycle"],
        number=None,
        invoice_ids=tuple(plan["invoice_ids"]),
    )
    contacts.record(
        conn,
        company.id,
        plan["customer_id"],
        plan["currency"],
        contact,
        at=at,
        channel=Channel(plan["channel"]),
        intent_id=intent_id,
        text=plan["draft"]["text"],
        recipient=plan["draft"]["to"],
    )
    answers.settle(conn, company.id, plan["reminder"], "given", at=at)
    detail = {"answer": kind.value, "invoices": plan["invoice_ids"]}
    audit.append(conn, company.id, actor, "answer given", plan["reminder"], detail, at)
