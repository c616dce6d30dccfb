"""Tokens, realm ids and an emulator's credentials: sealed at rest, opened only here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, Select, select, update

from qb_collections.clock import Clock
from qb_collections.core.company_gates import Link
from qb_collections.store import json_text
from qb_collections.store.engine import durable, reading
from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.connections import connection
from qb_collections.store.upsert import upsert
from qb_collections.store.vault import Vault

_PURPOSE = "realm"


@dataclass(frozen=True, slots=True)
class TokenRow:
    """Both tokens with absolute expiries.  generation rises with every pair that is stored."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None = None
    generation: int = 1


class StoredTokens(Protocol):
    """What can be stored: a TokenRow, or what an authorisation answered."""

    @property
    def access(self) -> str: ...
    @property
    def refresh(self) -> str: ...
    @property
    def access_expires_at(self) -> datetime: ...
    @property
    def refresh_expires_at(self) -> datetime: ...
    @property
    def hard_expires_at(self) -> datetime | None: ...
    @property
    def generation(self) -> int: ...


class SqlTokenStore:
    """Where tokens live between calls.  save is on the disk when it returns."""

    def __init__(self, engine: Engine, vault: Vault, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock

    def load(self, company_id: int) -> TokenRow | None:
        """None: the company is not connected.  Raises vault.CannotOpen."""
        with reading(self._engine) as conn:
            return tokens_of(conn, self._vault, company_id)

    def save(self, company_id: int, tokens: StoredTokens) -> None:
        """Take over a newer generation; an older one than what is stored changes nothing."""
        with durable(self._engine) as conn:
            save_tokens(conn, self._vault, company_id, tokens, self._clock.now())

    def mark_reconnect(self, company_id: int) -> None:
        """QuickBooks ended the permission for good: only a person can connect this company again."""
        with durable(self._engine) as conn:
            conn.execute(
                update(company)
                .where(company.c.id == company_id, company.c.state == Link.CONNECTED)
                .values(state=Link.RECONNECT)
            )

    def is_ended(self, company_id: int) -> bool:
        """Whether it was marked so and nobody has connected again."""
        with reading(self._engine) as conn:
            state = conn.execute(select(company.c.state).where(company.c.id == company_id)).scalar()
        return state == Link.RECONNECT


def connect(
    conn: Connection,
    vault: Vault,
    company_id: int,
    *,
    realm_id: str,
    tokens: StoredTokens,
    at: datetime,
    credentials: Mapping[str, str] | None = None,
) -> None:
    """Store a company's connection, first or again.

    The generation goes on from what is stored, so that a token of an earlier connection never wins.
    """
    last = conn.execute(
        select(connection.c.generation).where(connection.c.company_id == company_id)
    ).scalar_one_or_none()
    row = {
        "company_id": company_id,
        "realm_sealed": vault.seal(realm_id, _place(company_id, "realm")),
        "realm_hash": vault.keyed_hash(realm_id, _PURPOSE),
        "credentials_sealed": None
        if credentials is None
        else vault.seal(json_text.dumps(dict(credentials)), _place(company_id, "credentials")),
        "connected_at": at,
        "destroyed_at": None,
        **_token_values(vault, company_id, tokens, at),
        "generation": max((last or 0) + 1, tokens.generation),
    }
    upsert(conn, connection, [row], key=["company_id"])


def tokens_of(conn: Connection, vault: Vault, company_id: int) -> TokenRow | None:
    row = _row(conn, company_id)
    if row is None or row.refresh_sealed is None:
        return None
    return TokenRow(
        access=vault.open(row.access_sealed, _place(company_id, "access")),
        refresh=vault.open(row.refresh_sealed, _place(company_id, "refresh")),
        access_expires_at=row.access_expires_at,
        refresh_expires_at=row.refresh_expires_at,
        hard_expires_at=row.hard_expires_at,
        generation=row.generation,
    )


def save_tokens(conn: Connection, vault: Vault, company_id: int, tokens: StoredTokens, at: datetime) -> bool:
    """Take over a newer generation; False when what is stored is as new, or the company was disconnected."""
    done = conn.execute(
        update(connection)
        .where(
            connection.c.company_id == company_id,
            connection.c.generation < tokens.generation,
            connection.c.destroyed_at.is_(None),
        )
        .values(_token_values(vault, company_id, tokens, at))
    )
    return done.rowcount == 1


def realm_of(conn: Connection, vault: Vault, company_id: int) -> str | None:
    """QuickBooks' own id of the company; kept after a disconnect.  None: it was never connected."""
    row = _row(conn, company_id)
    return vault.open(row.realm_sealed, _place(company_id, "realm")) if row else None


def company_by_realm(conn: Connection, vault: Vault, realm_id: str) -> int | None:
    hashes = vault.keyed_hashes(realm_id, _PURPOSE)
    query = select(connection.c.company_id).where(connection.c.realm_hash.in_(hashes))
    return conn.execute(query).scalar_one_or_none()


def credentials_of(conn: Connection, vault: Vault, company_id: int) -> dict[str, str] | None:
    """What an emulator published (client_id, client_secret, verifier); None: the settings' own."""
    row = _row(conn, company_id)
    if row is None or row.credentials_sealed is None:
        return None
    opened: dict[str, str] = json_text.loads(
        vault.open(row.credentials_sealed, _place(company_id, "credentials"))
    )
    return opened


def all_credentials(conn: Connection, vault: Vault) -> list[tuple[int, dict[str, str]]]:
    """(company id, credentials) of every company that has its own: for checking webhook signatures."""
    rows = conn.execute(
        select(connection.c.company_id)
        .where(connection.c.credentials_sealed.is_not(None))
        .order_by(connection.c.company_id)
    ).scalars()
    found = [(company_id, credentials_of(conn, vault, company_id)) for company_id in rows.all()]
    return [(company_id, opened) for company_id, opened in found if opened is not None]


def refresh_due(conn: Connection, before: datetime) -> list[int]:
    """Connected companies whose tokens were last renewed before then."""
    return list(_renewed_before(conn, before=before).scalars())


@once
def _renewed_before(before: datetime) -> Select[Any]:
    return (
        select(connection.c.company_id)
        .join(company, company.c.id == connection.c.company_id)
        .where(
            company.c.state == Link.CONNECTED,
            connection.c.refresh_sealed.is_not(None),
            connection.c.refreshed_at < before,
        )
        .order_by(connection.c.refreshed_at)
    )


def refreshed_at(conn: Connection, company_id: int) -> datetime | None:
    """When the tokens were last renewed, on the clock that the company lives on."""
    query = select(connection.c.refreshed_at).where(connection.c.company_id == company_id)
    return conn.execute(query).scalar_one_or_none()


def hard_expires_at(conn: Connection, company_id: int) -> datetime | None:
    """When only a person can connect again; None: Intuit did not say, or there are no tokens."""
    query = select(connection.c.hard_expires_at).where(connection.c.company_id == company_id)
    return conn.execute(query).scalar_one_or_none()


def destroy(conn: Connection, company_id: int, at: datetime | None = None) -> None:
    """Destroy tokens and credentials.  The realm stays, sealed, so that the same company can come back."""
    conn.execute(
        update(connection)
        .where(connection.c.company_id == company_id)
        .values(
            access_sealed=None,
            refresh_sealed=None,
            credentials_sealed=None,
            access_expires_at=None,
            refresh_expires_at=None,
            hard_expires_at=None,
            destroyed_at=at,
        )
    )


def reseal(conn: Connection, vault: Vault) -> int:
    """Seal every connection with the vault's first key; return how many rows changed."""
    changed = 0
    for row in conn.execute(select(connection).order_by(connection.c.company_id)).all():
        values = {
            f"{name}_sealed": vault.seal(
                vault.open(sealed, _place(row.company_id, name)), _place(row.company_id, name)
            )
            for name in ("realm", "access", "refresh", "credentials")
            if (sealed := getattr(row, f"{name}_sealed")) is not None and not vault.is_current(sealed)
        }
        realm_id = vault.open(row.realm_sealed, _place(row.company_id, "realm"))
        if row.realm_hash != (wanted := vault.keyed_hash(realm_id, _PURPOSE)):
            values["realm_hash"] = wanted
        if values:
            conn.execute(update(connection).where(connection.c.company_id == row.company_id).values(values))
            changed += 1
    return changed


def _token_values(vault: Vault, company_id: int, tokens: StoredTokens, at: datetime) -> dict[str, Any]:
    return {
        "access_sealed": vault.seal(tokens.access, _place(company_id, "access")),
        "refresh_sealed": vault.seal(tokens.refresh, _place(company_id, "refresh")),
        "access_expires_at": tokens.access_expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "hard_expires_at": tokens.hard_expires_at,
        "generation": tokens.generation,
        "refreshed_at": at,
    }


def _row(conn: Connection, company_id: int) -> Row[Any] | None:
    return _of_company(conn, company_id=company_id).one_or_none()


@once
def _of_company(company_id: int) -> Select[Any]:
    return select(connection).where(connection.c.company_id == company_id)


def _place(company_id: int, name: str) -> str:
    return f"connection:{company_id}:{name}"
