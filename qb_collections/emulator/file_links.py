"""Addresses under which an uploaded file can be fetched for a while without a token.

QuickBooks hands out a signed TempDownloadUri that is good for about fifteen minutes (API reference of
Attachable).  The engine stores the place alone; here it gets this server's address, an end and a signature.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

from qb_collections.emulator.calls import Call
from qb_collections.emulator.rest import Answer

GOOD_SECONDS = 900
_MARK = b'"TempDownloadUri":"/v3/'
_PLACE = re.compile(rb'("TempDownloadUri":")(/v3/company/\d+/download/\d+/content)(?=")')
_ASKS_ADDRESS = re.compile(r"^download/\d+$")
_CONTENT = re.compile(r"^download/\d+/content$")


class FileLinks:
    """Signs places and checks what comes back."""

    def __init__(self, key: str) -> None:
        self._key = f"files {key}".encode()

    def told(self, call: Call, answer: Answer, base_url: str, now: datetime) -> bytes:
        """Return an answer's body with every place of a file made whole: in records, and as plain text."""
        if _MARK in answer.body:
            return _PLACE.sub(
                lambda found: found[1] + self._whole(found[2].decode(), base_url, now), answer.body
            )
        if _ASKS_ADDRESS.match(call.resource) and answer.status == 200:
            return self._whole(f"{call.path}/content", base_url, now)
        return answer.body

    def opens(self, call: Call, now: datetime) -> bool:
        """Say whether a call for a file's content carries a signature that is still good."""
        ends = call.params.get("ends", "")
        if call.method != "GET" or not _CONTENT.match(call.resource) or not ends.isdigit():
            return False
        signed = hmac.compare_digest(self._signature(call.path, ends), call.params.get("signature", ""))
        return signed and now.timestamp() < int(ends)

    def _whole(self, place: str, base_url: str, now: datetime) -> bytes:
        ends = str(int(now.timestamp()) + GOOD_SECONDS)
        return f"{base_url}{place}?ends={ends}&signature={self._signature(place, ends)}".encode()

    def _signature(self, place: str, ends: str) -> str:
        return hmac.new(self._key, f"{place}:{ends}".encode(), hashlib.sha256).hexdigest()
