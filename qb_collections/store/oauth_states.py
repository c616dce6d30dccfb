"""States of authorisations under way: random, bound to a session, good once and for ten minutes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from qb_collections.store.tables.people import oauth_state

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Expected:
    """The authorisation that a state belongs to."""

    company_id: int | None  # the company meant to be reconnected; None: a new one


def begin(conn: Connection, session_key: str, company_id: int | None, at: datetime) -> str:
    """Make a state and remember it by its hash; forget those that ran out a day ago."""
    state = secrets.token_urlsafe(32)
    conn.execute(delete(oauth_state).where(oauth_state.c.created_at < at - timedelta(days=1)))
    conn.execute(
        oauth_state.insert().values(
            state_hash=_hash(state), session_hash=_hash(session_key), company_id=company_id, created_at=at
        )
    )
    return state


def use(conn: Connection, state: str, session_key: str, at: datetime) -> Expected | None:
    """Use a state up.  None: unknown, used, older than ten minutes, or of another session."""
    row = conn.execute(select(oauth_state).where(oauth_state.c.state_hash == _hash(state))).one_or_none()
    if row is None or not hmac.compare_digest(row.session_hash, _hash(session_key)):
        return None
    used = conn.execute(
        update(oauth_state)
        .where(oauth_state.c.state_hash == row.state_hash, oauth_state.c.used_at.is_(None))
        .values(used_at=at)
    )
    if used.rowcount != 1 or not row.created_at <= at <= row.created_at + GOOD_FOR:
        return None
    return Expected(row.company_id)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
