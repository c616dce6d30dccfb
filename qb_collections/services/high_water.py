"""How far the records of a company had come when something last went out, kept beside the database.

Whoever copies an older database back leaves this file as it is, so the records are seen to be older than what
was already sent, also where nothing of that stands in QuickBooks.  The file holds the numbers of an
effect and an attempt and a hash of their names, nothing of anybody's books.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import Connection

from qb_collections.services.context import Context
from qb_collections.store import restored
from qb_collections.store.companies import Company

FOLDER = "high-water"  # in the data folder, one small file a company

_log = structlog.get_logger("restored")


@dataclass(frozen=True, slots=True)
class HighWater:
    """The newest effect that was planned, and the newest attempt, when something last went out."""

    company: str  # when the company was connected first: another database's company is another
    effect: int
    name: str
    attempt: int = 0  # 0: none yet, or a mark of before attempts were kept
    request: str = ""


def keep(context: Context, conn: Connection, company: Company) -> None:
    """Before each thing goes out, and when a person says that these records count: how far they have come.

    An attempt counts too: between the plan of a night and its last message no effect is planned, and that is
    when backups are made.
    """
    newest, tried = restored.newest_effect(conn, company.id), restored.newest_attempt(conn, company.id)
    if newest is None:
        with suppress(OSError):
            _file(context, company).unlink(missing_ok=True)
        return
    attempt, request = (tried[0], _name(tried[1])) if tried else (0, "")
    mark = HighWater(company.created_at.isoformat(), newest[0], _name(newest[1]), attempt, request)
    if mark == _read(context, company):
        return
    file = _file(context, company)
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(msgspec.json.encode(mark))
        new.replace(file)
    except OSError as error:  # nothing but the noticing of an older database hangs on it
        _log.warning("the high-water mark was not kept", company=company.alias, kind=type(error).__name__)


def is_above(context: Context, conn: Connection, company: Company) -> bool:
    """Whether an effect was planned, or one went out, here once that these records do not know."""
    mark = _read(context, company)
    if mark is None:
        return False
    key = restored.effect(conn, company.id, mark.effect)
    if key is None or _name(key) != mark.name:
        return True
    request = restored.attempt_made(conn, company.id, mark.attempt) if mark.attempt else None
    return bool(mark.attempt) and (request is None or _name(request) != mark.request)


def _read(context: Context, company: Company) -> HighWater | None:
    """None: nothing ever went out, or what is there is another company's, or cannot be read."""
    with suppress(OSError, msgspec.MsgspecError):
        mark = msgspec.json.decode(_file(context, company).read_bytes(), type=HighWater)
        if mark.company == company.created_at.isoformat():
            return mark
    return None


def _file(context: Context, company: Company) -> Path:
    return context.settings.data_dir / FOLDER / f"{company.id}.json"


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
