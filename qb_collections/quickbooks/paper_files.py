"""The file behind an attachment, fetched once from the address that QuickBooks gives out for a while.

The address needs no token and is good for about fifteen minutes (API reference of Attachable), so it is asked
for anew each time and kept nowhere.  It comes from outside: only Intuit's own stores are gone to.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from qb_collections.quickbooks.errors import NotFound, QuickBooksError, Unreachable, Unreadable

FILE_BYTES_MAX = 20 * 1024 * 1024
CONNECT_SECONDS, READ_SECONDS = 3.05, 30.0
CHUNK_BYTES = 65_536
# TempDownloadUri leads to Intuit's own storage: https://intuit-qbo-prod-….s3.amazonaws.com/… (API reference).
STORES = (".intuit.com", ".amazonaws.com")


@dataclass(frozen=True, slots=True)
class Paper:
    """One file as it hangs in QuickBooks."""

    name: str
    content: bytes


class NoFile(QuickBooksError):
    """What hangs there is a note, or its file was removed."""

    meaning = "There is no file behind it"


def is_store(address: str, api_url: str) -> bool:
    """Whether a file may be fetched from there: Intuit's storage, or the emulator that the company is on."""
    try:
        told, ours = urlsplit(address), urlsplit(api_url)
        same = (told.scheme, told.hostname, told.port) == (ours.scheme, ours.hostname, ours.port)
        plain = told.username is None and told.port in (None, 443)
    except ValueError:
        return False
    return same or (told.scheme == "https" and plain and (told.hostname or "").endswith(STORES))


def fetch(http: requests.Session, address: str, api_url: str) -> bytes:
    """The bytes behind the address, in one request without our token.

    Raises NotFound, Unreachable, or Unreadable: too large, led on elsewhere, or no store of Intuit's.
    """
    if not is_store(address, api_url):
        raise Unreadable(detail="a file's address outside Intuit's storage")
    try:
        with http.get(
            address,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code in (403, 404, 410):
                raise NotFound("The file is not there any more", status=response.status_code)
            if response.status_code != 200:
                raise Unreadable(detail="a file's address answered otherwise", status=response.status_code)
            parts, size = [], 0
            for part in response.iter_content(CHUNK_BYTES):
                size += len(part)
                if size > FILE_BYTES_MAX:
                    raise Unreadable("The file is larger than 20 MB", detail="file too large")
                parts.append(part)
    except requests.RequestException as error:
        raise Unreachable("The file could not be fetched", detail=type(error).__name__) from None
    return b"".join(parts)
