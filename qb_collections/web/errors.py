"""Pages for what went wrong: a sentence, what to do, and a number that finds the line in the log."""

from __future__ import annotations

import secrets
import traceback

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

_log = structlog.get_logger("web")

SENTENCES = {
    400: ("That request can't be read", "Go back and try again."),
    403: ("You may not do this", "Your role does not include it. An owner of the practice can change that."),
    404: (
        "There is nothing here",
        "The address may be mistyped, or it belongs to a company you have no access to.",
    ),
    405: ("That is not possible here", "This address does not take that kind of request."),
    413: ("That is too large", "Nothing was stored. A form here takes up to 1 MiB."),
    500: (
        "Something went wrong on our side",
        "Nothing more was done. It is in the log under the number below.",
    ),
}


def install(app: Flask) -> None:
    app.before_request(_begin)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OverflowError, _names_nothing)
    app.register_error_handler(InternalServerError, _failed)


def _begin() -> None:
    g.correlation_id = secrets.token_hex(4)
    structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)


def _stale(error: HTTPException) -> ResponseReturnValue:
    sentences = ("This page was open for too long", "Nothing was done. Load the page again and repeat it.")
    return _page(403, *sentences)


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    code = error.code or 500
    page = _page(code, *SENTENCES.get(code, (error.name, "Go back and try again.")))
    return page[0], page[1], [(name, value) for name, value in error.get_headers() if name == "Allow"]


def _names_nothing(_: OverflowError) -> ResponseReturnValue:
    """A number longer than the database counts, in an address: there is no such thing."""
    return _page(404, *SENTENCES[404])


def _failed(error: InternalServerError) -> ResponseReturnValue:
    """Kind and place of the failure go to the log; its text may hold something from the books."""
    g.failed = True  # the page asks the database nothing more
    original = error.original_exception or error
    frames = traceback.extract_tb(original.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
    _log.error("page failed", kind=type(original).__name__, at=place, route=str(request.url_rule))
    return _page(500, *SENTENCES[500])


def _page(code: int, title: str, sentence: str) -> tuple[str, int]:
    number = g.get("correlation_id") or secrets.token_hex(4)
    return render_template("web/error.html", code=code, title=title, sentence=sentence, number=number), code
