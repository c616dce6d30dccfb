"""What the system gives by chance (names, keys, nonces), drawn from a seed: a night can be repeated."""

from __future__ import annotations

import os
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random


@contextmanager
def seeded(name: str) -> Iterator[None]:
    """What `secrets`, `os.urandom` and `uuid4` give inside follows from the name alone."""
    random = Random(name)

    def some_bytes(count: int | None = None) -> bytes:
        return random.randbytes(32 if count is None else count)

    before = os.urandom, secrets.token_bytes, secrets.token_hex, secrets.token_urlsafe, uuid.uuid4
    os.urandom = secrets.token_bytes = some_bytes  # type: ignore[assignment]
    secrets.token_hex = lambda count=None: some_bytes(count).hex()
    secrets.token_urlsafe = lambda count=None: urlsafe_b64encode(some_bytes(count)).rstrip(b"=").decode()
    uuid.uuid4 = lambda: uuid.UUID(bytes=some_bytes(16), version=4)
    try:
        yield
    finally:
        os.urandom, secrets.token_bytes, secrets.token_hex, secrets.token_urlsafe, uuid.uuid4 = before
