"""Receivables as QuickBooks reports them against our documents: what each comparison found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from qb_collections.store.tables.watching import tie_out


@dataclass(frozen=True, slots=True)
class StoredTieOut:
    """state: equal, explained or unexplained.  currencies: the figures behind the sentence, as JSON."""

    id: int
    tied_on: date
    at: datetime
    state: str
    sentence: str
    currencies: list[dict[str, Any]]


def add(
    conn: Connection,
    company_id: int,
    *,
    tied_on: date,
    at: datetime,
    state: str,
    sentence: str,
    currencies: list[dict[str, Any]],
) -> None:
    values = {"tied_on": tied_on, "at": at, "state": state, "sentence": sentence, "currencies": currencies}
    conn.execute(tie_out.insert().values(company_id=company_id, **values))


def latest(conn: Connection, company_id: int) -> StoredTieOut | None:
    query = select(tie_out).where(tie_out.c.company_id == company_id).order_by(tie_out.c.id.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    return StoredTieOut(row.id, row.tied_on, row.at, row.state, row.sentence, row.currencies)
