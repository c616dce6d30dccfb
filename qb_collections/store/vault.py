"""Sealing of tokens, realm ids and what QuickBooks pushed: AES-256-GCM with key ids.

A sealed text is v1.<key id>.<base64 of nonce and ciphertext>.  The associated data names the
place it belongs to, so a row's ciphertext opens nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """The text was changed, belongs to another place, or its key is not in the key file.  Says no more."""


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.id.isalnum():
            raise ValueError(f"a key id is made of letters and digits, not {self.id!r}")
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"key {self.id} must have {KEY_BYTES} bytes, it has {len(self.secret)}")


class Vault:
    """Seals with the first key, opens with any of them."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._primary = keys[0]
        self._keys = {key.id: key for key in keys}
        if len(self._keys) != len(keys):
            raise ValueError("two keys have the same id")

    @property
    def primary(self) -> str:
        """The id of the key that seals."""
        return self._primary.id

    def seal(self, text: str, place: str) -> str:
        return self.seal_bytes(text.encode(), place)

    def open(self, sealed: str, place: str) -> str:
        """Raises CannotOpen."""
        return self.open_bytes(sealed, place).decode()

    def seal_bytes(self, data: bytes, place: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        ciphertext = AESGCM(self._primary.secret).encrypt(nonce, data, place.encode())
        return f"v1.{self._primary.id}.{urlsafe_b64encode(nonce + ciphertext).decode()}"

    def open_bytes(self, sealed: str, place: str) -> bytes:
        """Raises CannotOpen."""
        version, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        key = self._keys.get(key_id)
        if version != "v1" or key is None:
            raise CannotOpen("sealed by a key that is not here")
        try:
            raw = urlsafe_b64decode(body.encode("ascii"))
            if urlsafe_b64encode(raw).decode() != body:  # the decoder skips what it does not know
                raise CannotOpen("changed")
            return AESGCM(key.secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
        except (InvalidTag, NotBase64, ValueError):
            raise CannotOpen("changed, or sealed for another place") from None

    def is_current(self, sealed: str) -> bool:
        """Whether the primary key sealed it."""
        return sealed.startswith(f"v1.{self._primary.id}.")

    def keyed_hash(self, text: str, purpose: str) -> str:
        """A hash for look-up that nobody can try out without the key."""
        return _keyed_hash(self._primary, text, purpose)

    def keyed_hashes(self, text: str, purpose: str) -> list[str]:
        """The hash under every key: what a row may carry while keys are being rotated."""
        return [_keyed_hash(key, text, purpose) for key in self._keys.values()]


def _keyed_hash(key: Key, text: str, purpose: str) -> str:
    derived = hmac.digest(key.secret, f"qb_collections {purpose}".encode(), hashlib.sha256)
    return hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
