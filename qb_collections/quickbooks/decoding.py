"""Bytes of an answer as typed rows, and rows as values; anything else is Unreadable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
import requests

from qb_collections.quickbooks import answers, rows
from qb_collections.quickbooks.errors import Unreadable

R = TypeVar("R", rows.Page, rows.Captures, rows.Batch)

_decoders: dict[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (rows.Page, rows.Captures, rows.Batch)
}


def decode(response: requests.Response, kind: type[R]) -> R:
    """Raises Unreadable, or the error of a fault in the answer."""
    with readable(response):
        value: R = _decoders[kind].decode(response.content)
    if is_told(value.Fault) or is_told(value.fault):
        answers.document(response)  # raises
    return value


def is_told(fault: msgspec.Raw) -> bool:
    """Whether there is a fault: not left out, and not null."""
    return bytes(fault) not in (b"", b"null")


def convert(value: object, kind: type[rows.FullInvoiceRow]) -> rows.FullInvoiceRow:
    """One record out of an answer that the library has parsed.  Raises Unreadable."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Unreadable(detail=_where(error)) from None


@contextmanager
def readable(response: requests.Response) -> Iterator[None]:
    """Whatever cannot be read inside is Unreadable, with what arrived instead and never its content."""
    try:
        yield
    except msgspec.ValidationError as error:
        found = answers.unreadable(response)
        raise Unreadable(
            detail=f"{found.detail}; {_where(error)}", status=found.status, intuit_tid=found.intuit_tid
        ) from None
    except (ValueError, ArithmeticError, RecursionError):
        raise answers.unreadable(response) from None


@contextmanager
def sensible() -> Iterator[None]:
    """A row that cannot be what it claims is Unreadable."""
    try:
        yield
    except (ValueError, ArithmeticError) as error:
        raise Unreadable(detail=str(error)[:200]) from None


def _where(error: msgspec.ValidationError) -> str:
    """msgspec names types and the place, never a value: Expected `str`, got `int` - at `$.Id`."""
    return str(error)[:200]
