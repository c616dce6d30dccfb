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


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a developer portal would show for the one app this emulator knows."""

    client_id: str
    client_secret: str
    webhook_verifier_token: str
    token_key: str  # refresh tokens are derived from it, so that the store holds none in the clear


def load_credentials(store: Store, *, verifier: str | None = None) -> Credentials:
    """Return the store's keys, making them on the first start; a given verifier replaces the stored one."""
    store.script(_SCHEMA)
    fresh = {
        "client_id": "AB" + secrets.token_hex(24),
        "client_secret": secrets.token_urlsafe(30),
        "webhook_verifier_token": str(uuid.uuid4()),
        "token_key": secrets.token_hex(32),
    }
    with store.transaction() as connection:
        for name, value in fresh.items():
            connection.execute("INSERT OR IGNORE INTO front_setting VALUES (?, ?)", (name, value))
        if verifier is not None:
            connection.execute(
                "UPDATE front_setting SET value = ? WHERE name = 'webhook_verifier_token'", (verifier,)
            )
        rows = connection.execute("SELECT name, value FROM front_setting").fetchall()
    found = {str(name): str(value) for name, value in rows}
    return Credentials(**{name: found[name] for name in fresh})
