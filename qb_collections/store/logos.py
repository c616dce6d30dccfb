"""The logo of a company: a small picture, kept as it was given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from qb_collections.store.tables.wording import company_look
from qb_collections.store.upsert import upsert


def get(conn: Connection, company_id: int) -> tuple[bytes, str] | None:
    """The bytes and their type; None without a logo."""
    row = conn.execute(
        select(company_look.c.logo, company_look.c.logo_type).where(company_look.c.company_id == company_id)
    ).one_or_none()
    return (bytes(row.logo), row.logo_type) if row else None


def put(
    conn: Connection, company_id: int, logo: bytes | None, kind: str | None, *, author: str, at: datetime
) -> None:
    """None takes the logo away."""
    if logo is None:
        conn.execute(delete(company_look).where(company_look.c.company_id == company_id))
        return
    row = {"company_id": company_id, "logo": logo, "logo_type": kind, "author": author, "changed_at": at}
    upsert(conn, company_look, [row], key=["company_id"])
