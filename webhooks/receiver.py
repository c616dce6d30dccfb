"""One address, POST /webhooks: signature first, then the disk, then 200.

Intuit waits three seconds, holds later events back until an earlier one is taken, and
tries again for days.  So whatever is signed is answered 200 once it is stored, also when
it cannot be read or is about a company we do not know: it is kept aside when it is split.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from qb_collections.store.inbox import InboxBusy
from webhooks.signature import HEADER, is_signed

PATH = "/webhooks"
BODY_BYTES_MAX = 1_048_576  # 1 MiB
ALL_COMPANIES = 0  # nobody has looked yet which companies a body is about

_log = structlog.get_logger("webhooks")


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a status line, and one line of text."""

    status: str
    words: bytes


STORED = Answer("200 OK", b"stored\n")
NOT_SIGNED = Answer("401 Unauthorized", b"the signature is missing or wrong\n")
TOO_LARGE = Answer("413 Request Entity Too Large", b"larger than 1 MiB\n")
NO_VERIFIER = Answer("503 Service Unavailable", b"no verifier token is configured\n")
NOT_STORED = Answer("503 Service Unavailable", b"it could not be stored; please send it again\n")


def receiver(
    submit: Callable[[Sequence[bytes]], None],
    verifiers: Callable[[], Sequence[str]],
    wake: Callable[[str, int], None],
) -> Blueprint:
    """Build the blueprint.

    submit returns once the bodies are on the disk, and raises InboxBusy when
    that does not work; verifiers are the tokens of this moment; wake hints the
    runner, and losing the hint costs a minute.
    """
    bp = Blueprint("webhooks", __name__)

    @bp.post(PATH)
    def receive() -> Response:
        known = verifiers()
        if not known:
            return _said(NO_VERIFIER)
        try:
            body = _body()
        except RequestEntityTooLarge:
            return _said(TOO_LARGE)
        if not is_signed(body, request.headers.get(HEADER), known):
            _log.warning("webhook with a wrong or missing signature", bytes=len(body))
            return _said(NOT_SIGNED)
        try:
            submit([body])
        except InboxBusy:
            _log.error("webhook could not be stored", bytes=len(body))
            return _said(NOT_STORED)
        wake("inbox", ALL_COMPANIES)
        return _said(STORED)

    return bp


def _body() -> bytes:
    """The bytes exactly as they came; more than the limit is not read."""
    if (request.content_length or 0) > BODY_BYTES_MAX:
        raise RequestEntityTooLarge
    body = request.get_data(cache=False, parse_form_data=False)
    if len(body) > BODY_BYTES_MAX:
        raise RequestEntityTooLarge
    return body


def _said(answer: Answer) -> Response:
    return Response(answer.words, answer.status, content_type="text/plain; charset=utf-8")
