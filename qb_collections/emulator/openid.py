"""OpenID Connect as Intuit speaks it: the ID token, the key it is signed with, and the person who signed in.

Claims are the recorded ones: `aud` is a list, `realmid` names the company, the header carries `kid`
(mocks of Intuit's own JavaScript client).  The issuer is Intuit's constant also here, because that client
compares it with a literal, while the Python client compares it with the discovery document.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from qb_collections.emulator.credentials import Settings

ISSUER = "https://oauth.platform.intuit.com/op/v1"
ID_TOKEN_SECONDS = 3600
SUBJECT = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.com/emulated-owner"))
_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class SignIn:
    """One consent with the `openid` scope; `realm_id` is "" where no company was connected."""

    client_id: str
    realm_id: str
    signed_in_at: datetime


class IdTokens:
    """Signs ID tokens with one RSA key, made when it is first needed and kept in the store."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key: rsa.RSAPrivateKey | None = None

    def issue(self, sign_in: SignIn, now: datetime) -> str:
        """Return a signed ID token, good for an hour from now."""
        claims: dict[str, Any] = {
            "sub": SUBJECT,
            "aud": [sign_in.client_id],
            "auth_time": int(sign_in.signed_in_at.timestamp()),
            "iss": ISSUER,
            "exp": int(now.timestamp()) + ID_TOKEN_SECONDS,
            "iat": int(now.timestamp()),
        }
        if sign_in.realm_id:
            claims["realmid"] = sign_in.realm_id
        key = self._signing_key()
        signed = f"{_part({'kid': _kid(key), 'alg': 'RS256'})}.{_part(claims)}"
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"

    def key_set(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key Set."""
        key = self._signing_key()
        numbers = key.public_key().public_numbers()
        told = {
            "kty": "RSA",
            "e": _base64(_bytes(numbers.e)),
            "use": "sig",
            "kid": _kid(key),
            "alg": "RS256",
            "n": _base64(_bytes(numbers.n)),
        }
        return {"keys": [told]}

    def _signing_key(self) -> rsa.RSAPrivateKey:
        if self._key is None:
            stored = self._settings.get("id_token_key")
            if stored is None:
                fresh = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
                stored = self._settings.get_or_make("id_token_key", _pem(fresh))
            loaded = serialization.load_pem_private_key(stored.encode(), password=None)
            assert isinstance(loaded, rsa.RSAPrivateKey)
            self._key = loaded
        return self._key


def person(scopes: Collection[str]) -> dict[str, Any]:
    """Return the made-up person who consents here, in Intuit's camel case, as far as the scopes go."""
    told: dict[str, Any] = {"sub": SUBJECT}
    if "email" in scopes:
        told |= {"email": "owner@example.com", "emailVerified": True}
    if "profile" in scopes:
        told |= {"givenName": "Emulated", "familyName": "Owner"}
    if "phone" in scopes:
        told |= {"phoneNumber": "+1 5555550100", "phoneNumberVerified": False}
    if "address" in scopes:
        told["address"] = {
            "streetAddress": "1 Example Street",
            "locality": "Bayshore",
            "region": "CA",
            "postalCode": "94326",
            "country": "US",
        }
    return told


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _kid(key: rsa.RSAPrivateKey) -> str:
    """Name the key after its modulus: another key has another name."""
    return hashlib.sha256(_bytes(key.public_key().public_numbers().n)).hexdigest()[:32]


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
