"""Policy versions: numbered texts with who and when.  A version is never changed.

A company has its own policy, and may keep others beside it under names, for groups and customers.
All share one row of numbers, so that a running cycle's number names one text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from qb_collections.store.once import once
from qb_collections.store.tables.policies import policy, policy_named, policy_version
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    version: int
    text: str
    author: str
    note: str
    created_at: datetime
    name: str | None = None  # of a policy kept beside the company's own; None: the company's own


def current(conn: Connection, company_id: int) -> StoredPolicy:
    """The company's own, as it holds now.  Raises LookupError while there is none: nothing may be sent."""
    row = _current(conn, company_id=company_id).one_or_none()
    if row is None:
        raise LookupError(f"company {company_id} has no policy")
    return StoredPolicy(row.version, row.text, row.author, row.note, row.created_at)


@once
def _current(company_id: int) -> Select[Any]:
    return (
        select(policy_version)
        .join(
            policy,
            (policy.c.company_id == policy_version.c.company_id)
            & (policy.c.version == policy_version.c.version),
        )
        .where(policy_version.c.company_id == company_id)
    )


def named(conn: Connection, company_id: int) -> dict[str, StoredPolicy]:
    """The policies kept beside the company's own, by name: the last version of each."""
    found = [one for one in versions(conn, company_id) if one.name is not None]
    return {one.name: one for one in found if one.name is not None}


def version(conn: Connection, company_id: int, number: int) -> StoredPolicy:
    """Raises LookupError when there is no such version."""
    row = conn.execute(_all(company_id).where(policy_version.c.version == number)).one_or_none()
    if row is None:
        raise LookupError(f"there is no policy version {number}")
    return _stored(row)


def versions(conn: Connection, company_id: int) -> list[StoredPolicy]:
    """All versions, the first one first, also those of policies beside the company's own."""
    return [_stored(row) for row in _in_order(conn, company_id=company_id)]


def add(
    conn: Connection,
    company_id: int,
    text: str,
    author: str,
    note: str,
    at: datetime,
    *,
    name: str | None = None,
) -> StoredPolicy:
    """Store the next version; it holds from now on, for the company or under that name."""
    last = conn.execute(
        select(func.max(policy_version.c.version)).where(policy_version.c.company_id == company_id)
    ).scalar_one()
    number = (last or 0) + 1
    conn.execute(
        policy_version.insert().values(
            company_id=company_id, version=number, text=text, author=author, note=note, created_at=at
        )
    )
    if name is None:
        upsert(conn, policy, [{"company_id": company_id, "version": number}], key=["company_id"])
    else:
        conn.execute(policy_named.insert().values(company_id=company_id, version=number, name=name))
    return StoredPolicy(number, text, author, note, at, name)


def _all(company_id: int) -> Select[Any]:
    return (
        select(policy_version, policy_named.c.name)
        .outerjoin(
            policy_named,
            (policy_named.c.company_id == policy_version.c.company_id)
            & (policy_named.c.version == policy_version.c.version),
        )
        .where(policy_version.c.company_id == company_id)
    )


@once
def _in_order(company_id: int) -> Select[Any]:
    return _all(company_id).order_by(policy_version.c.version)


def _stored(row: Row[Any]) -> StoredPolicy:
    return StoredPolicy(row.version, row.text, row.author, row.note, row.created_at, row.name)
