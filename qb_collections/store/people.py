"""Practices, users, their roles, and how they prove who they are."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, Select, delete, func, or_, select, update

from qb_collections.store import settings
from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.people import login_attempt, membership, practice, user
from qb_collections.store.tables.reports import certificate

FAILURES_MAX = 5
FAILURES_WITHIN = timedelta(minutes=15)
PASSWORD_CHARACTERS_MIN = 12
PASSWORD_CHARACTERS_MAX = 1024  # hashing takes time in proportion
FIRST_OWNER = "owner@localhost"
_LINK = "first_run_link"


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    COLLECTOR = "collector"
    VIEWER = "viewer"

    def covers(self, needed: Role) -> bool:
        """An owner may do what a manager may, and so on."""
        ranks = [*Role]
        return ranks.index(self) <= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    id: int
    email: str  # lower case
    name: str
    session_epoch: int  # a session of an earlier epoch is over
    active: bool
    has_password: bool


def first_practice(conn: Connection, at: datetime) -> int:
    """The installation's first practice, made when there is none."""
    found = conn.execute(select(practice.c.id).order_by(practice.c.id).limit(1)).scalar_one_or_none()
    if found is not None:
        return int(found)
    inserted = conn.execute(practice.insert().values(name="My practice", created_at=at)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def ensure_first_practice(conn: Connection, at: datetime) -> User:
    """One practice with one owner exists from the first start; the owner signs in by the first-run link."""
    practice_id = first_practice(conn, at)
    owner = conn.execute(
        select(user)
        .join(membership, membership.c.user_id == user.c.id)
        .where(
            membership.c.practice_id == practice_id,
            membership.c.company_id.is_(None),
            membership.c.role == Role.OWNER,
        )
        .order_by(user.c.id)
        .limit(1)
    ).one_or_none()
    if owner is not None:
        return _user(owner)
    made = add_user(conn, FIRST_OWNER, "Owner", at=at)
    join(conn, made.id, practice_id, Role.OWNER, at=at)
    return made


def first_run_link(conn: Connection, at: datetime) -> str:
    """A fresh token to sign in as the first owner, good once, kept hashed; an earlier one ends."""
    owner = ensure_first_practice(conn, at)
    token = secrets.token_urlsafe(32)
    settings.put(conn, _LINK, {"hash": _hash(token), "user_id": owner.id}, at)
    return token


def of_first_run_link(conn: Connection, token: str) -> User | None:
    """Whose link it is; None: wrong or used."""
    stored = settings.get(conn, _LINK)
    if stored is None or not hmac.compare_digest(stored["hash"], _hash(token)):
        return None
    return get(conn, stored["user_id"])


def use_first_run_link(conn: Connection, token: str) -> User | None:
    """Sign in by the link and use it up; None: wrong or used."""
    found = of_first_run_link(conn, token)
    if found is not None:
        settings.drop(conn, _LINK)
    return found


def add_user(conn: Connection, email: str, name: str, *, at: datetime, password: str | None = None) -> User:
    inserted = conn.execute(
        user.insert().values(
            email=email.strip().lower(),
            name=name,
            password_hash=_hasher().hash(password) if password is not None else None,
            session_epoch=0,
            active=True,
            created_at=at,
        )
    ).inserted_primary_key
    assert inserted is not None
    found = get(conn, inserted[0])
    assert found is not None
    return found


def get(conn: Connection, user_id: int) -> User | None:
    row = _of_id(conn, user_id=user_id).one_or_none()
    return _user(row) if row else None


@once
def _of_id(user_id: int) -> Select[Any]:
    return select(user).where(user.c.id == user_id)


def set_email(conn: Connection, user_id: int, email: str, name: str) -> None:
    conn.execute(update(user).where(user.c.id == user_id).values(email=email.strip().lower(), name=name))


def set_password(conn: Connection, user_id: int, password: str) -> None:
    """Set a new password; every session of the user ends."""
    conn.execute(
        update(user)
        .where(user.c.id == user_id)
        .values(password_hash=_hasher().hash(password), session_epoch=user.c.session_epoch + 1)
    )


def end_sessions(conn: Connection, user_id: int) -> None:
    conn.execute(update(user).where(user.c.id == user_id).values(session_epoch=user.c.session_epoch + 1))


def set_active(conn: Connection, user_id: int, active: bool) -> None:
    """Switch a user on or off; every session of the user ends."""
    conn.execute(
        update(user).where(user.c.id == user_id).values(active=active, session_epoch=user.c.session_epoch + 1)
    )


def sign_in(conn: Connection, email: str, password: str) -> User | None:
    """The active user with this password, else None.  An unknown address takes as long as a known one."""
    row = conn.execute(select(user).where(user.c.email == email.strip().lower())).one_or_none()
    stored = row.password_hash if row is not None and row.password_hash else _nobody()
    try:
        _hasher().verify(stored, password[:PASSWORD_CHARACTERS_MAX])
    except (VerificationError, InvalidHashError):
        return None
    if row is None or not row.password_hash or not row.active:
        return None
    if _hasher().check_needs_rehash(row.password_hash):
        conn.execute(update(user).where(user.c.id == row.id).values(password_hash=_hasher().hash(password)))
    return _user(row)


def locked_until(conn: Connection, email: str, address: str, now: datetime) -> datetime | None:
    """When to try this account from this address again; None: now.  Five failures in 15 minutes lock it."""
    failures = (
        conn.execute(
            select(login_attempt.c.at)
            .where(
                login_attempt.c.account == email.strip().lower()[:254],
                login_attempt.c.address == address,
                login_attempt.c.succeeded.is_(False),
                login_attempt.c.at > now - FAILURES_WITHIN,
            )
            .order_by(login_attempt.c.at.desc())
            .limit(FAILURES_MAX)
        )
        .scalars()
        .all()
    )
    return failures[-1] + FAILURES_WITHIN if len(failures) == FAILURES_MAX else None


def note_attempt(conn: Connection, email: str, address: str, succeeded: bool, at: datetime) -> None:
    """Note a sign-in; a success clears the failures, and attempts of yesterday are forgotten."""
    account = email.strip().lower()[:254]
    same = (login_attempt.c.account == account) & (login_attempt.c.address == address)
    conn.execute(delete(login_attempt).where(login_attempt.c.at < at - timedelta(days=1)))
    if succeeded:
        conn.execute(delete(login_attempt).where(same))
    conn.execute(login_attempt.insert().values(account=account, address=address, succeeded=succeeded, at=at))


def join(
    conn: Connection,
    user_id: int,
    practice_id: int,
    role: Role,
    *,
    at: datetime,
    company_id: int | None = None,
) -> None:
    """Give a user a role for one company, or for the whole practice, in place of an earlier one."""
    same = (membership.c.user_id == user_id) & (membership.c.practice_id == practice_id)
    where = membership.c.company_id.is_(None) if company_id is None else membership.c.company_id == company_id
    conn.execute(delete(membership).where(same, where))
    conn.execute(
        membership.insert().values(
            user_id=user_id, practice_id=practice_id, company_id=company_id, role=role, created_at=at
        )
    )


def role_for(conn: Connection, user_id: int, company_id: int) -> Role | None:
    """The user's strongest role for the company; None: it does not exist for this user."""
    rows = conn.execute(
        select(membership.c.role)
        .join(company, company.c.practice_id == membership.c.practice_id)
        .join(user, user.c.id == membership.c.user_id)
        .where(
            membership.c.user_id == user_id,
            user.c.active.is_(True),
            company.c.id == company_id,
            company.c.id.not_in(select(certificate.c.company_id)),
            or_(membership.c.company_id.is_(None), membership.c.company_id == company_id),
        )
    ).scalars()
    roles = {Role(role) for role in rows}
    return next((role for role in Role if role in roles), None)


def companies_of(conn: Connection, user_id: int) -> list[int]:
    """Ids of the companies that the user may see, by name."""
    rows = conn.execute(
        select(company.c.id)
        .join(membership, membership.c.practice_id == company.c.practice_id)
        .where(
            membership.c.user_id == user_id,
            company.c.id.not_in(select(certificate.c.company_id)),
            or_(membership.c.company_id.is_(None), membership.c.company_id == company.c.id),
        )
        .group_by(company.c.id, company.c.name)
        .order_by(func.lower(company.c.name), company.c.id)
    )
    return list(rows.scalars())


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    # argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row: Row[Any]) -> User:
    return User(row.id, row.email, row.name, row.session_epoch, row.active, row.password_hash is not None)
