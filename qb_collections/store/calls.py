"""Calls that were made: each time somebody rang.  They are written once and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from qb_collections.store.mirror import chunked
from qb_collections.store.once import once
from qb_collections.store.tables.dealing import call_attempt
from qb_collections.store.within import within

SAID_MAX = 2000


@dataclass(frozen=True, slots=True)
class Call:
    customer_id: str
    currency: str
    on: date  # in the company's calendar
    at: datetime
    outcome: str
    spoken: bool  # somebody was spoken to about the debt: a contact as well
    voicemail: bool
    said: str | None  # an internal note
    follows: str  # the sentence that said what follows
    by: str
    task_id: int | None = None
    id: int = 0


def record(conn: Connection, company_id: int, call: Call) -> int:
    inserted = conn.execute(
        call_attempt.insert().values(
            company_id=company_id,
            customer_id=call.customer_id,
            currency=call.currency,
            task_id=call.task_id,
            called_on=call.on,
            at=call.at,
            outcome=call.outcome,
            spoken=call.spoken,
            voicemail=call.voicemail,
            said=call.said,
            follows=call.follows,
            called_by=call.by,
        )
    ).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def days_of(
    conn: Connection, company_id: int, customer_ids: Iterable[str], since: date
) -> Iterator[tuple[str, date, bool]]:
    """(customer, day, somebody was spoken to) of every call from that day on."""
    for some in chunked(sorted(set(customer_ids))):
        query = (
            select(call_attempt.c.customer_id, call_attempt.c.called_on, call_attempt.c.spoken)
            .where(
                call_attempt.c.company_id == company_id,
                call_attempt.c.customer_id.in_(some),
                call_attempt.c.called_on >= since,
            )
            .order_by(call_attempt.c.called_on, call_attempt.c.id)
        )
        for row in conn.execute(query):
            yield row.customer_id, row.called_on, row.spoken


def latest(conn: Connection, company_id: int, customer_ids: Sequence[str], limit: int) -> list[Call]:
    """The latest first."""
    rows = _latest(conn, company_id=company_id, customer_ids=customer_ids, limit=limit)
    return [_call(row) for row in rows]


@once
def _latest(company_id: int, customer_ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(call_attempt)
        .where(call_attempt.c.company_id == company_id, within(call_attempt.c.customer_id, customer_ids))
        .order_by(call_attempt.c.at.desc(), call_attempt.c.id.desc())
        .limit(limit)
    )


def _call(row: Row[Any]) -> Call:
    return Call(
        customer_id=row.customer_id,
        currency=row.currency,
        on=row.called_on,
        at=row.at,
        outcome=row.outcome,
        spoken=row.spoken,
        voicemail=row.voicemail,
        said=row.said,
        follows=row.follows,
        by=row.called_by,
        task_id=row.task_id,
        id=row.id,
    )
