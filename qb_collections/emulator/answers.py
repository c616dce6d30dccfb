"""What the front sends back: a status, headers and bytes, before WSGI sees them."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import responses
from typing import Any

from qb_collections.emulator.gateway import HTML, JSON
from qb_collections.emulator.wire import encode

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `headers` are those beyond the content type.

    With `drip_seconds` the body goes out in small pieces over that much real time.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Headers = ()
    drip_seconds: float = 0.0

    @property
    def status_line(self) -> str:
        return f"{self.status} {responses.get(self.status, 'Unknown')}"


def json_reply(value: Any, status: int = 200, headers: Headers = ()) -> Reply:
    """Encode a value; Decimals become numbers, dates and instants ISO text."""
    return Reply(status, encode(value), headers=headers)


def refusal(sentence: str, status: int = 400) -> Reply:
    """A control call that makes no sense gets a sentence."""
    return json_reply({"error": sentence}, status)


def html_reply(body: str, status: int = 200) -> Reply:
    page = body.encode()
    return Reply(
        status, page, HTML, (("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),)
    )


def redirect(to: str) -> Reply:
    return Reply(302, b"", HTML, (("Location", to),))
