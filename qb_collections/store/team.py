"""The people of a practice: their roles, and the links by which invited ones come in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from qb_collections.store import people
from qb_collections.store.people import Role, User
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.people import invitation, membership, practice, user
from qb_collections.store.upsert import upsert

INVITED_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Practice:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """One role of one person.  company_id None: for every company of the practice."""

    user: User
    role: Role
    company_id: int | None


def practices_owned(conn: Connection, user_id: int) -> list[Practice]:
    """The practices whose people this user may change: those they own as a whole."""
    rows = conn.execute(
        select(practice.c.id, practice.c.name)
        .join(membership, membership.c.practice_id == practice.c.id)
        .where(
            membership.c.user_id == user_id,
            membership.c.company_id.is_(None),
            membership.c.role == Role.OWNER,
        )
        .order_by(practice.c.id)
    )
    return [Practice(row.id, row.name) for row in rows]


def members(conn: Connection, practice_id: int) -> list[Member]:
    """Everybody's roles, by name; a person with several roles stands several times."""
    rows = conn.execute(
        select(
            user.c.id,
            user.c.email,
            user.c.name,
            user.c.session_epoch,
            user.c.active,
            user.c.password_hash.is_not(None).label("has_password"),
            membership.c.role,
            membership.c.company_id,
        )
        .join(membership, membership.c.user_id == user.c.id)
        .where(membership.c.practice_id == practice_id)
        .order_by(user.c.name, user.c.id, membership.c.id)
    )
    return [
        Member(
            User(row.id, row.email, row.name, row.session_epoch, row.active, row.has_password),
            Role(row.role),
            row.company_id,
        )
        for row in rows
    ]


def names_beside(conn: Connection, company_ids: Collection[int]) -> list[str]:
    """Names of everybody who has a role for any of these companies."""
    query = (
        select(user.c.name)
        .join(membership, membership.c.user_id == user.c.id)
        .join(company, company.c.practice_id == membership.c.practice_id)
        .where(
            company.c.id.in_(company_ids),
            or_(membership.c.company_id.is_(None), membership.c.company_id == company.c.id),
        )
        .distinct()
        .order_by(user.c.name)
        .limit(500)
    )
    return list(conn.execute(query).scalars())


def add_practice(conn: Connection, name: str, at: datetime) -> int:
    inserted = conn.execute(practice.insert().values(name=name, created_at=at)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def rename_practice(conn: Connection, practice_id: int, name: str) -> None:
    conn.execute(update(practice).where(practice.c.id == practice_id).values(name=name))


def forget_roles_of_company(conn: Connection, company_id: int) -> int:
    """Take away every role that was given for this company alone; how many there were."""
    return conn.execute(delete(membership).where(membership.c.company_id == company_id)).rowcount


def by_email(conn: Connection, email: str) -> User | None:
    found = conn.execute(select(user.c.id).where(user.c.email == email.strip().lower())).scalar_one_or_none()
    return people.get(conn, found) if found is not None else None


def leave(conn: Connection, user_id: int, practice_id: int, company_id: int | None) -> None:
    """Take one role away: the one for the company, or with None the one for the whole practice."""
    where = membership.c.company_id.is_(None) if company_id is None else membership.c.company_id == company_id
    conn.execute(
        delete(membership).where(
            membership.c.user_id == user_id, membership.c.practice_id == practice_id, where
        )
    )


def invite(conn: Connection, user_id: int, by: str, at: datetime) -> str:
    """A fresh token for this person, good once and for seven days, kept hashed; an earlier one ends."""
    token = secrets.token_urlsafe(32)
    row = {
        "user_id": user_id,
        "token_hash": _hash(token),
        "invited_by": by,
        "made_at": at,
        "ends_at": at + INVITED_FOR,
    }
    upsert(conn, invitation, [row], key=["user_id"])
    return token


def invited(conn: Connection, token: str, at: datetime) -> User | None:
    """Whose link it is; None: wrong, used, ended, or of somebody switched off."""
    row = conn.execute(select(invitation).where(invitation.c.token_hash == _hash(token))).one_or_none()
    found = people.get(conn, row.user_id) if row is not None and at < row.ends_at else None
    return found if found is not None and found.active else None


def use(conn: Connection, token: str, at: datetime) -> User | None:
    """Use the link up and answer whose it was; None as above."""
    found = invited(conn, token, at)
    if found is not None:
        withdraw(conn, found.id)
    return found


def withdraw(conn: Connection, user_id: int) -> None:
    conn.execute(delete(invitation).where(invitation.c.user_id == user_id))


def invited_until(conn: Connection, practice_id: int) -> dict[int, datetime]:
    """Whose link has not been used yet, and when it ends."""
    rows = conn.execute(
        select(invitation.c.user_id, invitation.c.ends_at)
        .join(membership, membership.c.user_id == invitation.c.user_id)
        .where(membership.c.practice_id == practice_id)
    )
    return {row.user_id: row.ends_at for row in rows}


def also_elsewhere(conn: Connection, practice_id: int, user_ids: Collection[int]) -> set[int]:
    """Those of them who have a role in another practice as well."""
    rows = conn.execute(
        select(membership.c.user_id).where(
            membership.c.user_id.in_(user_ids), membership.c.practice_id != practice_id
        )
    )
    return set(rows.scalars())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
