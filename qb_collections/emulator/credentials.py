"""The development keys of one emulator: made once with `secrets`, kept in its store.

They open nothing but made-up companies on a loopback address, so they are published
there (see control.py).
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from qb_collections.emulator.store import Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS front_setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
"""


class Settings:
    """Single values that the front keeps in the store."""

    def __init__(self, store: Store) -> None:
        store.script(_SCHEMA)
        self._store = store

    def get(self, name: str) -> str | None:
        with self._store.reading() as connection:
            row = connection.execute("SELECT value FROM front_setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, name: str, value: str) -> None:
        with self._store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO front_setting VALUES (?, ?)", (name, value))

    def get_or_make(self, name: str, fresh: str) -> str:
        """Return the stored value; the first time, store and return the fresh one."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO front_setting VALUES (?, ?)", (name, fresh))
            return self.get(name) or fresh


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a developer portal would show for the one app this emulator knows."""

    client_id: str
    client_secret: str
    webhook_verifier_token: str
    token_key: str  # refresh tokens are derived from it, so that the store holds none in the clear


def load_credentials(settings: Settings, *, verifier: str | None = None) -> Credentials:
    """Return the store's keys, making them on the first start; a given verifier replaces the stored one."""
    if verifier is not None:
        settings.put("webhook_verifier_token", verifier)
    return Credentials(
        client_id=settings.get_or_make("client_id", "AB" + secrets.token_hex(24)),
        client_secret=settings.get_or_make("client_secret", secrets.token_urlsafe(30)),
        webhook_verifier_token=settings.get_or_make("webhook_verifier_token", str(uuid.uuid4())),
        token_key=settings.get_or_make("token_key", secrets.token_hex(32)),
    )
