"""The verifier tokens that count: the operator's own, and those of connected emulators."""

from __future__ import annotations

import threading

from sqlalchemy import Engine

from qb_collections.clock import Clock, RealClock
from qb_collections.store import connections
from qb_collections.store.engine import reading
from qb_collections.store.vault import Vault

KEPT_SECONDS = 10  # an emulator connected just now is known by then; nobody can make us open seals at will


class Verifiers:
    """Call it for the tokens of this moment; an empty answer means that none is configured."""

    def __init__(
        self, engine: Engine, vault: Vault, own: str | None = None, clock: Clock | None = None
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._own = own
        self._clock = clock or RealClock()
        self._lock = threading.Lock()
        self._known: tuple[str, ...] = ()
        self._read_at: float | None = None

    def __call__(self) -> tuple[str, ...]:
        with self._lock:
            now = self._clock.monotonic()
            if self._read_at is None or now - self._read_at >= KEPT_SECONDS:
                self._known, self._read_at = self._read(), now
            return self._known

    def at_hand(self) -> tuple[str, ...]:
        """The same without asking the database: none when they were read too long ago.  Waits for nobody."""
        read_at = self._read_at
        fresh = read_at is not None and self._clock.monotonic() - read_at < KEPT_SECONDS
        return self._known if fresh else ()

    def _read(self) -> tuple[str, ...]:
        with reading(self._engine) as conn:
            sealed = connections.all_credentials(conn, self._vault)
        emulators = {keys["verifier"] for _, keys in sealed if keys.get("verifier")}
        return (*([self._own] if self._own else []), *sorted(emulators))
