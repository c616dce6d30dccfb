"""What was settled before the first message, who said so, and whose row of the first list was seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy import update as update_rows

from qb_collections.core.first_look import Answer, FirstLook, Given, Question, Review
from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.first_look import first_answer, first_look, first_seen
from qb_collections.store.tables.mirror import look
from qb_collections.store.upsert import insert_missing, upsert

Key = tuple[str, str]  # customer, currency


def begin(conn: Connection, company_id: int) -> None:
    """A company that is connected for the first time is asked; one that was asked before stays as it is."""
    insert_missing(conn, first_look, [{"company_id": company_id, "review": Review.OPEN}], key=("company_id",))


def of(conn: Connection, company_id: int) -> FirstLook | None:
    """Where the company stands, in one statement; None: nothing was ever asked of it."""
    rows = _standing(conn, company_id=company_id).all()
    if not rows:
        return None
    head = rows[0]
    return FirstLook(
        review=Review(head.review),
        answers={
            Question(row.question): Given(Answer(row.answer), row.answered_by, row.answered_at)
            for row in rows
            if row.question is not None
        },
        contact_whole=bool(head.contact_name and head.contact_phone and head.payment_instructions),
        customer_id=head.customer_id,
        currency=head.currency,
        customer=head.customer,
        reviewed_by=head.said_by,
        reviewed_at=head.said_at,
        seen=head.rows_seen,
    )


@once
def _standing(company_id: int) -> Select[Any]:
    rows_seen = (
        select(func.count())
        .select_from(first_seen)
        .where(first_seen.c.company_id == company_id)
        .scalar_subquery()
    )
    return (
        select(
            first_look,
            rows_seen.label("rows_seen"),
            first_answer.c.question,
            first_answer.c.answer,
            first_answer.c.said_by.label("answered_by"),
            first_answer.c.said_at.label("answered_at"),
            company.c.contact_name,
            company.c.contact_phone,
            company.c.payment_instructions,
        )
        .join(company, company.c.id == first_look.c.company_id)
        .outerjoin(first_answer, first_answer.c.company_id == first_look.c.company_id)
        .where(first_look.c.company_id == company_id)
    )


def answer(
    conn: Connection, company_id: int, given: Iterable[tuple[Question, Answer]], *, by: str, at: datetime
) -> None:
    """The last answer to a question counts."""
    rows = [
        {"company_id": company_id, "question": question, "answer": said, "said_by": by, "said_at": at}
        for question, said in given
    ]
    upsert(conn, first_answer, rows, key=("company_id", "question"))


def review(
    conn: Connection,
    company_id: int,
    said: Review,
    *,
    by: str,
    at: datetime,
    key: Key | None = None,
    name: str | None = None,
) -> None:
    """Who may be contacted from here on; key and name with Review.ONE."""
    customer_id, currency = key or (None, None)
    conn.execute(
        update_rows(first_look)
        .where(first_look.c.company_id == company_id)
        .values(
            review=said, customer_id=customer_id, currency=currency, customer=name, said_by=by, said_at=at
        )
    )


def see(conn: Connection, company_id: int, keys: Iterable[Key], *, by: str, at: datetime) -> None:
    """These rows were looked at; who looked first stands."""
    rows = [
        {"company_id": company_id, "customer_id": one, "currency": currency, "seen_by": by, "seen_at": at}
        for one, currency in keys
    ]
    insert_missing(conn, first_seen, rows, key=("company_id", "customer_id", "currency"))


def seen(conn: Connection, company_id: int) -> dict[Key, tuple[str, datetime]]:
    """Whose row was looked at, by whom and when.  At most one row a customer of the first list."""
    query = select(
        first_seen.c.customer_id, first_seen.c.currency, first_seen.c.seen_by, first_seen.c.seen_at
    ).where(first_seen.c.company_id == company_id)
    return {(row.customer_id, row.currency): (row.seen_by, row.seen_at) for row in conn.execute(query)}


def important(conn: Connection, company_id: int) -> frozenset[Key]:
    """Whom a person has marked as important."""
    query = select(look.c.customer_id, look.c.currency).where(
        look.c.company_id == company_id, look.c.important.is_(True)
    )
    return frozenset((row.customer_id, row.currency) for row in conn.execute(query))
