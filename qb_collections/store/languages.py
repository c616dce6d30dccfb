"""In which language a customer is written to, where a person said so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from qb_collections.store.once import once
from qb_collections.store.tables.wording import customer_language
from qb_collections.store.upsert import upsert


def by_customer(conn: Connection, company_id: int) -> dict[str, str]:
    """Language by customer; whoever is not in it is written to in the company's."""
    return {row.customer_id: row.language for row in _chosen(conn, company_id=company_id)}


@once
def _chosen(company_id: int) -> Select[Any]:
    return select(customer_language.c.customer_id, customer_language.c.language).where(
        customer_language.c.company_id == company_id
    )


def of_customer(conn: Connection, company_id: int, customer_id: str) -> str | None:
    """None: the company's."""
    found: str | None = _of_customer(
        conn, company_id=company_id, customer_id=customer_id
    ).scalar_one_or_none()
    return found


@once
def _of_customer(company_id: int, customer_id: str) -> Select[Any]:
    return select(customer_language.c.language).where(
        customer_language.c.company_id == company_id, customer_language.c.customer_id == customer_id
    )


def put(
    conn: Connection, company_id: int, customer_id: str, language: str | None, *, author: str, at: datetime
) -> None:
    """None: the company's again."""
    table = customer_language
    if language is None:
        conn.execute(
            delete(table).where(table.c.company_id == company_id, table.c.customer_id == customer_id)
        )
        return
    row = {
        "company_id": company_id,
        "customer_id": customer_id,
        "language": language,
        "author": author,
        "chosen_at": at,
    }
    upsert(conn, table, [row], key=["company_id", "customer_id"])
