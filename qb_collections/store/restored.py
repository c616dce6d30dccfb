"""Databases found to be older than the books, until a person has released them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from qb_collections.store.once import once
from qb_collections.store.tables.intents import attempt, intent
from qb_collections.store.tables.watching import restored
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Restored:
    found_at: datetime
    because: str
    found: dict[str, Any]  # what the books have and the database does not
    released_by: str | None = None
    released_at: datetime | None = None


def note(conn: Connection, company_id: int, at: datetime, because: str, found: dict[str, Any]) -> None:
    row = {
        "company_id": company_id,
        "found_at": at,
        "because": because,
        "found": found,
        "released_by": None,
        "released_at": None,
    }
    upsert(conn, restored, [row], key=("company_id",))


def of(conn: Connection, company_id: int) -> Restored | None:
    """None: the database was never older than the books."""
    row = _of_company(conn, company_id=company_id).one_or_none()
    if row is None:
        return None
    return Restored(row.found_at, row.because, row.found, row.released_by, row.released_at)


@once
def _of_company(company_id: int) -> Select[Any]:
    return select(restored).where(restored.c.company_id == company_id)


def plans_until(conn: Connection, company_id: int) -> int:
    """The highest number of a payment plan that only the books know of; 0 when there is none."""
    row = of(conn, company_id)
    return int(row.found.get("plans_until", 0)) if row else 0


def release(conn: Connection, company_id: int, by: str, at: datetime) -> None:
    conn.execute(
        update(restored).where(restored.c.company_id == company_id).values(released_by=by, released_at=at)
    )


def newest_effect(conn: Connection, company_id: int) -> tuple[int, str] | None:
    """Number and key of the effect that was planned last; None when none ever was."""
    query = select(intent.c.id, intent.c.key).where(intent.c.company_id == company_id)
    row = conn.execute(query.order_by(intent.c.id.desc()).limit(1)).one_or_none()
    return (row.id, row.key) if row else None


def effect(conn: Connection, company_id: int, id: int) -> str | None:
    """The key of the company's effect with this number."""
    return _key_of(conn, company_id=company_id, id=id).scalar_one_or_none()


@once
def _key_of(company_id: int, id: int) -> Select[Any]:
    return select(intent.c.key).where(intent.c.company_id == company_id, intent.c.id == id)


def newest_attempt(conn: Connection, company_id: int) -> tuple[int, str] | None:
    """Number and request id of the attempt that was begun last; None when none ever was."""
    query = select(attempt.c.id, attempt.c.request_id).where(attempt.c.company_id == company_id)
    row = conn.execute(query.order_by(attempt.c.id.desc()).limit(1)).one_or_none()
    return (row.id, row.request_id) if row else None


def attempt_made(conn: Connection, company_id: int, id: int) -> str | None:
    """The request id of the company's attempt with this number."""
    query = select(attempt.c.request_id).where(attempt.c.company_id == company_id, attempt.c.id == id)
    return conn.execute(query).scalar_one_or_none()
