"""Logs: one JSON object a line on stderr, for the operator and for Intuit's support.

A line has the time (UTC), level, event, the company's alias, request id and
intuit_tid.  Nothing from the books and no token ever reaches it: services log
counts and ids of our own, and what looks like a secret is dropped here once more.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TextIO

import structlog

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

# At DEBUG these write tokens, or addresses with people's e-mail in them, into the log.
LOUD = ("requests_oauthlib", "oauthlib", "urllib3", "requests", "intuitlib", "alembic", "apscheduler")

FRAMES = 12
_SECRET_NAME = re.compile(r"token|secret|authorization|password|cookie|realm|api_key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(?i)(bearer|basic)\s+\S+|[A-Za-z0-9_\-+=]{60,}")


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Set up logging for this process; a second call replaces the first."""
    target = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            name_the_exception,
            drop_secrets,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Bridge)]:
        root.removeHandler(old)
    root.addHandler(_Bridge())
    root.setLevel(LEVELS[level])
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def about(company_alias: str) -> AbstractContextManager[Any]:
    """Name the company on every line that is written inside."""
    return structlog.contextvars.bound_contextvars(company=company_alias)


def drop_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what is named like a secret, and cut out of texts what looks like one."""
    for name, value in list(event.items()):
        if _SECRET_NAME.search(name):
            del event[name]
        elif isinstance(value, str):
            event[name] = _SECRET_VALUE.sub("…", value)
    return event


def name_the_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and where it came from; never its text, which may quote the books."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["error"] = type(error).__name__
        event["where"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        for name in ("status", "code", "intuit_tid"):
            if getattr(error, name, None) is not None:
                event.setdefault(name, getattr(error, name))
    return event


class _Bridge(logging.Handler):
    """Libraries' own messages through the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
