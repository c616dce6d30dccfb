"""Read an answer: the status before the body, and every shape of fault that QuickBooks is known to send.

Shapes (recorded): {"Fault": {"Error": [...]}} from the service, {"fault": {"error": [...]}}
from the gateway, the same as XML although JSON was asked for, HTML or nothing from
the edge, and a Fault inside a 200.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import msgspec
import requests

from qb_collections.quickbooks.errors import (
    BY_CODE,
    FaultError,
    Forbidden,
    QuickBooksError,
    Refused,
    ServerTrouble,
    Throttled,
    Unauthorized,
    Unreadable,
)

FAULT_BYTES_MAX = 65_536
RETRY_AFTER_MAX_SECONDS = 86_400.0
_LONG_SECRET = re.compile(r"[A-Za-z0-9_\-.]{40,}")
_raw = msgspec.json.Decoder()


def tid(response: requests.Response) -> str | None:
    """Intuit's own number of the request; support asks for it."""
    found = response.headers.get("intuit_tid") or response.headers.get("Intuit-Tid")
    return str(found) if found else None


def refusal(response: requests.Response, now: datetime) -> QuickBooksError | None:
    """The typed error of a response whose status is not 200; None when the body may be read."""
    if response.status_code == 200:
        return None
    return error_of(
        response.status_code, fault_errors(response.content), tid(response), retry_after(response, now)
    )


def document(response: requests.Response) -> dict[str, Any]:
    """The JSON object of a 200.  Raises Unreadable, or the error of a Fault inside it."""
    number = tid(response)
    try:
        value = _raw.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unreadable(response) from None
    if not isinstance(value, dict):
        raise unreadable(response)
    fault = value.get("Fault", value.get("fault"))
    if fault is not None:
        raise error_of(200, tuple(_json_errors(fault)), number, None)
    return value


def without_fault(body: bytes) -> bytes:
    """The same answer without its empty Fault; nothing else is read, so no amount loses a digit."""
    parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: part for name, part in parts.items() if name != "Fault"})


def unreadable(response: requests.Response) -> Unreadable:
    """What arrived instead, without quoting it."""
    kind = response.headers.get("Content-Type") or "no content type"
    return Unreadable(
        detail=f"{len(response.content)} bytes of {kind}",
        status=response.status_code,
        intuit_tid=tid(response),
    )


def fault_errors(body: bytes) -> tuple[FaultError, ...]:
    """The errors in a fault's body, JSON in either casing or XML; none when it is something else."""
    body = body[:FAULT_BYTES_MAX].strip()
    if body.startswith(b"{"):
        try:
            value = _raw.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ()
        fault = value.get("Fault", value.get("fault"))
        return tuple(_json_errors(fault)) if fault is not None else ()
    if body.startswith(b"<") and b"<!" not in body:  # no document types, so no entities
        return tuple(_xml_errors(body))
    return ()


def item_error(fault: object, number: str | None) -> QuickBooksError:
    """The error of one item of a batch: its Fault as JSON or parsed."""
    if isinstance(fault, bytes):
        try:
            fault = _raw.decode(fault)
        except (msgspec.DecodeError, RecursionError):
            fault = None
    return error_of(200, tuple(_json_errors(fault)), number, None)


def error_of(
    status: int, errors: tuple[FaultError, ...], number: str | None, wait_seconds: float | None
) -> QuickBooksError:
    """The typed error: by the first code that we know, else by the status."""
    first = next((error for error in errors if error.code in BY_CODE), errors[0] if errors else None)
    kind = _by_status(status, first is not None)
    if first is not None and first.code in BY_CODE and status not in (401, 429):
        kind = BY_CODE[first.code]
    if first is not None and first.code == "120":
        kind = Forbidden
    if first is None:
        return kind(status=status, intuit_tid=number, retry_after=wait_seconds)
    # The gateway quotes the token that it did not like.
    secret = issubclass(kind, Unauthorized)
    said = "" if secret else _LONG_SECRET.sub("…", first.detail or first.message)
    kept = () if secret else errors
    return kind(
        detail=said, status=status, code=first.code, intuit_tid=number, retry_after=wait_seconds, errors=kept
    )


def retry_after(response: requests.Response, now: datetime) -> float | None:
    """Seconds to wait, from either form of the header; None when it is missing or makes no sense."""
    text = str(response.headers.get("Retry-After") or "").strip()
    if not text:
        return None
    if text.isdigit():
        return min(float(text[:9]), RETRY_AFTER_MAX_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max((until - now).total_seconds(), 0.0), RETRY_AFTER_MAX_SECONDS)


def _by_status(status: int, said_why: bool) -> type[QuickBooksError]:
    if status == 401:
        return Unauthorized
    if status == 403:
        return Forbidden
    if status == 429:
        return Throttled
    if status >= 500:
        return ServerTrouble
    # A redirect, or a refusal that is not QuickBooks' own: somebody else answered.
    return Refused if said_why else Unreadable


def _json_errors(fault: object) -> Iterator[FaultError]:
    if not isinstance(fault, Mapping):
        return
    errors = fault.get("Error", fault.get("error"))
    for error in errors if isinstance(errors, list) else [errors]:
        if isinstance(error, Mapping):
            yield FaultError(
                code=_text(error, "code"),
                message=_text(error, "Message", "message"),
                detail=_text(error, "Detail", "detail"),
                element=_text(error, "element"),
            )


def _text(value: Mapping[str, Any], *names: str) -> str:
    return next((str(value[name]) for name in names if value.get(name) is not None), "")


def _xml_errors(body: bytes) -> Iterator[FaultError]:
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return
    for element in root.iter():
        if _local(element.tag).lower() == "error":
            parts = {_local(child.tag).lower(): (child.text or "").strip() for child in element}
            yield FaultError(
                element.get("code", ""),
                parts.get("message", ""),
                parts.get("detail", ""),
                element.get("element", ""),
            )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
