"""Whether a body was signed by Intuit, or by an emulator, with a verifier that we know."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

HEADER = "intuit-signature"
SIGNATURE_CHARACTERS_MAX = 200


def is_signed(body: bytes, signature: str | None, verifiers: Iterable[str]) -> bool:
    """Compare with the signature under each verifier, over the bytes exactly as they came.

    base64(HMAC-SHA256(verifier, body)), as Intuit's own SDKs compute it.  All
    verifiers are tried, so the time says nothing about which one fits.
    """
    if not signature or len(signature) > SIGNATURE_CHARACTERS_MAX:
        return False
    given = signature.encode("utf-8", "surrogateescape")
    fits = False
    for verifier in verifiers:
        expected = base64.b64encode(hmac.digest(verifier.encode(), body, hashlib.sha256))
        fits = hmac.compare_digest(expected, given) or fits
    return fits
