"""Authorisation codes, access tokens and refresh tokens, as Intuit issues and ends them.

A *grant* is one consent of one person for one company.  Its refresh token's value changes
about once a day, and the value before it stays good for another day (Intuit's FAQ on
refresh tokens).  Only hashes are stored; values come from a keyed hash of the grant.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from qb_collections.emulator.clock import EmulatorClock
from qb_collections.emulator.store import Store

CODE_SECONDS = 600
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8_726_400  # 101 days, as recorded in x_refresh_token_expires_in
HARD_SECONDS = 157_680_000  # five years of 365 days after the consent
ROTATES_AFTER = timedelta(hours=24)
OLD_VALUE_GRACE = timedelta(hours=24)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS oauth_grant (
  id INTEGER PRIMARY KEY,
  realm TEXT NOT NULL,
  scope TEXT NOT NULL,
  authorized_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1,
  rotated_at TEXT NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS oauth_refresh (
  hash TEXT PRIMARY KEY,
  grant_id INTEGER NOT NULL REFERENCES oauth_grant(id),
  generation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_access (
  hash TEXT PRIMARY KEY,
  grant_id INTEGER NOT NULL REFERENCES oauth_grant(id),
  expires_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS oauth_code (
  hash TEXT PRIMARY KEY,
  realm TEXT NOT NULL,
  scope TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What the token endpoint hands out; `hard_seconds` is what is left of the five years.

    `realm_id` is "" where the person only signed in and connected no company.
    """

    access_token: str
    refresh_token: str
    realm_id: str
    hard_seconds: int
    scope: str
    authorized_at: datetime
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Bearer:
    """What an access token is worth now: the company it opens, or why it opens none."""

    realm_id: str | None
    detail: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class _Grant:
    id: int
    realm: str
    scope: str
    authorized_at: datetime
    expires_at: datetime
    generation: int
    rotated_at: datetime
    revoked: bool


class Tokens:
    """Issues and checks; every instant is read from the emulator's clock."""

    def __init__(self, store: Store, clock: EmulatorClock, key: str) -> None:
        store.script(_SCHEMA)
        self._store = store
        self._clock = clock
        self._key = key.encode()

    def issue_code(self, realm_id: str, scope: str, redirect_uri: str) -> str:
        """Return an authorisation code: good once, for ten minutes, for this redirect address."""
        code = "AB1" + secrets.token_hex(22)
        expires_at = self._clock.now() + timedelta(seconds=CODE_SECONDS)
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO oauth_code (hash, realm, scope, redirect_uri, expires_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (_hash(code), realm_id, scope, redirect_uri, _text(expires_at)),
            )
        return code

    def redeem_code(self, code: str, redirect_uri: str) -> TokenPair | None:
        """Exchange a code; None when it is unknown, used, expired or meant for another address."""
        now = self._clock.now()
        with self._store.transaction() as connection:
            row = connection.execute(
                "SELECT realm, scope, redirect_uri, expires_at, used FROM oauth_code WHERE hash = ?",
                (_hash(code),),
            ).fetchone()
            if row is None or row[4] or _instant(row[3]) <= now or row[2] != redirect_uri:
                return None
            connection.execute("UPDATE oauth_code SET used = 1 WHERE hash = ?", (_hash(code),))
            return self.grant(row[0], scope=row[1])

    def grant(self, realm_id: str, *, scope: str) -> TokenPair:
        """Open a new grant and return its first tokens; earlier grants stay as they are."""
        now = self._clock.now()
        with self._store.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO oauth_grant (realm, scope, authorized_at, expires_at, rotated_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (realm_id, scope, _text(now), _text(now + timedelta(seconds=REFRESH_SECONDS)), _text(now)),
            )
            grant = self._grant(int(cursor.lastrowid or 0))
            connection.execute(
                "INSERT INTO oauth_refresh (hash, grant_id, generation) VALUES (?, ?, 1)",
                (_hash(self._refresh_value(grant)), grant.id),
            )
            return self._pair(grant, now)

    def refresh(self, refresh_token: str) -> TokenPair | None:
        """Return a new access token and the refresh token's present value; None is invalid_grant."""
        now = self._clock.now()
        with self._store.transaction() as connection:
            row = connection.execute(
                "SELECT grant_id, generation FROM oauth_refresh WHERE hash = ?", (_hash(refresh_token),)
            ).fetchone()
            if row is None:
                return None
            grant = self._grant(row[0])
            if not self._honours(grant, generation=row[1], now=now):
                return None
            rotates = now - grant.rotated_at >= ROTATES_AFTER
            connection.execute(
                "UPDATE oauth_grant SET expires_at = ?, generation = generation + ?, rotated_at = ?"
                " WHERE id = ?",
                (
                    _text(now + timedelta(seconds=REFRESH_SECONDS)),
                    int(rotates),
                    _text(now if rotates else grant.rotated_at),
                    grant.id,
                ),
            )
            grant = self._grant(grant.id)
            if rotates:
                connection.execute(
                    "INSERT INTO oauth_refresh (hash, grant_id, generation) VALUES (?, ?, ?)",
                    (_hash(self._refresh_value(grant)), grant.id, grant.generation),
                )
            return self._pair(grant, now)

    def revoke(self, token: str) -> bool:
        """End the whole grant that a refresh or access token belongs to; False when it is unknown."""
        with self._store.transaction() as connection:
            row = connection.execute(
                "SELECT grant_id FROM oauth_refresh WHERE hash = :hash"
                " UNION SELECT grant_id FROM oauth_access WHERE hash = :hash",
                {"hash": _hash(token)},
            ).fetchone()
            if row is None:
                return False
            connection.execute("UPDATE oauth_grant SET revoked = 1 WHERE id = ?", (row[0],))
            return True

    def disconnect(self, realm_id: str) -> int:
        """End every grant of a company, as when a person disconnects the app in QuickBooks; say how many."""
        with self._store.transaction() as connection:
            done = connection.execute(
                "UPDATE oauth_grant SET revoked = 1 WHERE realm = ? AND revoked = 0", (realm_id,)
            )
            return done.rowcount

    def end_access(self, realm_id: str) -> int:
        """End a company's access tokens before their hour is over; refreshing still works."""
        with self._store.transaction() as connection:
            done = connection.execute(
                "UPDATE oauth_access SET expires_at = ? WHERE expires_at > ?"
                " AND grant_id IN (SELECT id FROM oauth_grant WHERE realm = ?)",
                (_text(self._clock.now()), _text(self._clock.now()), realm_id),
            )
            return done.rowcount

    def bearer(self, access_token: str) -> Bearer:
        """Say which company an access token opens at this instant."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT realm, oauth_access.expires_at, revoked, scope FROM oauth_access"
                " JOIN oauth_grant ON oauth_grant.id = grant_id WHERE hash = ?",
                (_hash(access_token),),
            ).fetchone()
        if row is None:
            return Bearer(None, f"Invalid token: {access_token}")
        if row[2]:
            return Bearer(None, f"Token revoked: {access_token}")
        if _instant(row[1]) <= self._clock.now():
            return Bearer(None, f"Token expired: {access_token}")
        return Bearer(row[0], "", row[3])

    def _honours(self, grant: _Grant, *, generation: int, now: datetime) -> bool:
        """Judge a refresh token's value: the present one, or the one before it for a day."""
        hard_end = grant.authorized_at + timedelta(seconds=HARD_SECONDS)
        if grant.revoked or grant.expires_at <= now or hard_end <= now:
            return False
        if generation == grant.generation:
            return True
        return generation == grant.generation - 1 and now < grant.rotated_at + OLD_VALUE_GRACE

    def _pair(self, grant: _Grant, now: datetime) -> TokenPair:
        # The recorded access tokens are encrypted JWTs of this beginning, about a thousand characters long.
        access = f"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..{secrets.token_urlsafe(180)}"
        with self._store.transaction() as connection:
            day_ago = _text(now - timedelta(days=1))
            connection.execute("DELETE FROM oauth_access WHERE expires_at < ?", (day_ago,))
            connection.execute("DELETE FROM oauth_code WHERE expires_at < ?", (day_ago,))
            connection.execute(
                "INSERT INTO oauth_access (hash, grant_id, expires_at) VALUES (?, ?, ?)",
                (_hash(access), grant.id, _text(now + timedelta(seconds=ACCESS_SECONDS))),
            )
        hard_end = grant.authorized_at + timedelta(seconds=HARD_SECONDS)
        return TokenPair(
            access_token=access,
            refresh_token=self._refresh_value(grant),
            realm_id=grant.realm,
            hard_seconds=int((hard_end - now).total_seconds()),
            scope=grant.scope,
            authorized_at=grant.authorized_at,
            issued_at=now,
        )

    def _refresh_value(self, grant: _Grant) -> str:
        """Return the grant's refresh token of its present generation, in Intuit's newer shape."""
        told = f"{grant.id}:{grant.generation}:{_text(grant.rotated_at)}"
        mac = hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()
        return f"RT1-{grant.generation}-H0-{int(grant.rotated_at.timestamp())}{mac[:40]}"

    def _grant(self, grant_id: int) -> _Grant:
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT id, realm, scope, authorized_at, expires_at, generation, rotated_at, revoked"
                " FROM oauth_grant WHERE id = ?",
                (grant_id,),
            ).fetchone()
        return _Grant(
            id=row[0],
            realm=row[1],
            scope=row[2],
            authorized_at=_instant(row[3]),
            expires_at=_instant(row[4]),
            generation=row[5],
            rotated_at=_instant(row[6]),
            revoked=bool(row[7]),
        )


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
