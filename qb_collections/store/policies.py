"""Policy versions: numbered texts with who and when.  A version is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from qb_collections.store.tables.policies import policy, policy_version
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    version: int
    text: str
    author: str
    note: str
    created_at: datetime


def current(conn: Connection, company_id: int) -> StoredPolicy:
    """The version that holds now.  Raises LookupError while there is none: then nothing may be sent."""
    query = (
        select(policy_version)
        .join(
            policy,
            (policy.c.company_id == policy_version.c.company_id)
            & (policy.c.version == policy_version.c.version),
        )
        .where(policy_version.c.company_id == company_id)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise LookupError(f"company {company_id} has no policy")
    return _stored(row)


def version(conn: Connection, company_id: int, number: int) -> StoredPolicy:
    """Raises LookupError when there is no such version."""
    query = select(policy_version).where(
        policy_version.c.company_id == company_id, policy_version.c.version == number
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise LookupError(f"there is no policy version {number}")
    return _stored(row)


def versions(conn: Connection, company_id: int) -> list[StoredPolicy]:
    """All versions, the first one first."""
    query = (
        select(policy_version)
        .where(policy_version.c.company_id == company_id)
        .order_by(policy_version.c.version)
    )
    return [_stored(row) for row in conn.execute(query)]


def add(conn: Connection, company_id: int, text: str, author: str, note: str, at: datetime) -> StoredPolicy:
    """Store the next version; it holds from now on."""
    last = conn.execute(
        select(func.max(policy_version.c.version)).where(policy_version.c.company_id == company_id)
    ).scalar_one()
    number = (last or 0) + 1
    conn.execute(
        policy_version.insert().values(
            company_id=company_id, version=number, text=text, author=author, note=note, created_at=at
        )
    )
    upsert(conn, policy, [{"company_id": company_id, "version": number}], key=["company_id"])
    return StoredPolicy(number, text, author, note, at)


def _stored(row: Row[Any]) -> StoredPolicy:
    return StoredPolicy(row.version, row.text, row.author, row.note, row.created_at)
