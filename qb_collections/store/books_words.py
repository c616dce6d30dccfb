"""A person's word that the books are up to date: good for one run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from qb_collections.store.tables.watching import books_word
from qb_collections.store.upsert import insert_missing


def give(conn: Connection, company_id: int, run_id: int, by: str, at: datetime) -> None:
    row = {"company_id": company_id, "run_id": run_id, "said_by": by, "said_at": at}
    insert_missing(conn, books_word, [row], key=("company_id", "run_id"))


def given_by(conn: Connection, company_id: int, run_id: int) -> str | None:
    """Who said so for this run; None: nobody."""
    query = select(books_word.c.said_by).where(
        books_word.c.company_id == company_id, books_word.c.run_id == run_id
    )
    return conn.execute(query).scalar_one_or_none()
