"""What is wrong with the installation, and what to do about it.  Reads only."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path

import requests
from sqlalchemy import Connection

from qb_collections.config import Settings
from qb_collections.core.company_gates import Link
from qb_collections.core.intents import State as Effect
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.intuit import API_ROOTS
from qb_collections.services import keep_alive
from qb_collections.services import policies as policy_service
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.store import audit, companies, connections, cursors, intents, leases, policies, schema
from qb_collections.store.companies import Company
from qb_collections.store.engine import open_engine, reading
from qb_collections.store.key_file import BadKeyFile, KeyFile
from qb_collections.store.vault import CannotOpen

DISK_WARN_BYTES, DISK_BAD_BYTES = 1_000_000_000, 100_000_000
SKEW_WARN, SKEW_BAD = timedelta(seconds=30), timedelta(minutes=5)
# Unused for about 100 days a permission runs out (Intuit, "OAuth 2.0", refresh tokens).
TOKEN_WARN = timedelta(days=30)
NOT_REFRESHED_WARN = timedelta(days=8)  # weekly is the promise
NOT_SYNCED_WARN = timedelta(days=2)
TIMEOUT_SECONDS = (3.05, 5.0)
IS_CURRENT = "is of this version"
SQLITE_FILE = "sqlite:///"  # what an address of SQLAlchemy begins with when a path follows


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.  remedy: what to do, where something is to be done."""

    level: Level
    about: str
    found: str
    remedy: str | None = None


def installation(settings: Settings) -> list[Line]:
    """What can be told before the database is opened.  A bad line: do not open it."""
    return [
        _settings(settings),
        _folder(settings),
        _key_file(settings),
        _database(settings),
        *_disk(settings),
    ]


def running(context: Context) -> list[Line]:
    """Clock, connections, leases, effects and audit chains of an installation that can be opened."""
    with reading(context.engine) as conn:
        every = companies.all(conn)
        everything = companies.global_stop(conn)
    lines: list[Line] = []
    if everything is not None:
        since = f"{everything.at:%d %B %Y %H:%M} UTC"
        lines.append(
            Line(Level.WARN, "stop", f"everything is stopped by {everything.by} since {since}", "stop --lift")
        )
    if any(one.environment != "emulator" and one.state is Link.CONNECTED for one in every):
        lines.append(_clock(context))
    if not every:
        lines.append(Line(Level.OK, "companies", "none is connected yet", "connect"))
    for company in every:
        lines += _company(context, company)
    with reading(context.engine) as conn:
        lines.append(_chain(conn, None, "installation"))
    return lines


def of_company(context: Context, company: Company) -> list[Line]:
    """The same for one company: its connection, reading, policy, writes, audit and what messages need."""
    return _company(context, company)


def _settings(settings: Settings) -> Line:
    keys = (
        "with keys from Intuit" if settings.intuit_client_id else "without keys from Intuit (emulator only)"
    )
    return Line(Level.OK, "settings", f"good, {keys}; {settings.base_url}")


def _folder(settings: Settings) -> Line:
    folder = settings.data_dir
    if not folder.exists():
        return Line(Level.OK, "data folder", f"{folder} is made at the first start")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Line(Level.BAD, "data folder", f"{folder} cannot be written", "give it to this account")
    return Line(Level.OK, "data folder", str(folder))


def _key_file(settings: Settings) -> Line:
    path = settings.key_path
    if not path.exists():
        if _state(settings) is schema.State.EMPTY:
            return Line(Level.OK, "key file", f"{path} is made at the first start")
        return Line(Level.BAD, "key file", f"{path} is missing", "put your copy of it back")
    try:
        KeyFile(path).load()
    except BadKeyFile as bad:
        return Line(Level.BAD, "key file", str(bad), f"chmod 600 {path}, or put your copy of it back")
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        found = f"{path} can be read by others (mode {mode:o})"
        return Line(Level.WARN, "key file", found, f"chmod 600 {path}")
    return Line(Level.OK, "key file", f"{path}, readable by its owner only")


def _database(settings: Settings) -> Line:
    match _state(settings):
        case schema.State.NEWER:
            found = "was written by a newer version of this program; nothing was touched"
            return Line(Level.BAD, "database", found, "upgrade the program, or restore an older backup")
        case schema.State.BEHIND:
            return Line(Level.WARN, "database", "is of an older version", "backup, then db upgrade")
        case schema.State.EMPTY:
            return Line(Level.OK, "database", "there is none yet; it is made at the first start")
        case schema.State.CURRENT:
            return Line(Level.OK, "database", IS_CURRENT)


def _state(settings: Settings) -> schema.State:
    if not _has_database(settings):
        return schema.State.EMPTY
    engine = open_engine(settings.engine_url)
    try:
        return schema.state(engine)
    finally:
        engine.dispose()


def _has_database(settings: Settings) -> bool:
    """False only for a file that is not there: to open it would make its folder."""
    url = settings.engine_url
    return not url.startswith(SQLITE_FILE) or Path(url.removeprefix(SQLITE_FILE)).exists()


def _disk(settings: Settings) -> list[Line]:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    level = Level.BAD if free < DISK_BAD_BYTES else Level.WARN if free < DISK_WARN_BYTES else Level.OK
    remedy = None if level is Level.OK else "make room: without it nothing can be stored, so nothing is sent"
    return [Line(level, "disk", f"{free // 1_000_000:,} MB are free", remedy)]


def _clock(context: Context) -> Line:
    """Our clock against the Date that Intuit answers with."""
    address = API_ROOTS[context.settings.intuit_environment]
    try:
        answer = context.intuit.http.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return Line(Level.WARN, "clock", "QuickBooks cannot be reached, so it was not compared", "try again")
    skew = abs(context.clock.now() - theirs)
    level = Level.BAD if skew > SKEW_BAD else Level.WARN if skew > SKEW_WARN else Level.OK
    remedy = None if level is Level.OK else "set this machine's clock, best by NTP"
    return Line(level, "clock", f"differs from QuickBooks' by {skew.total_seconds():.0f} seconds", remedy)


def _company(context: Context, company: Company) -> list[Line]:
    lines = [_link(company)]
    now: datetime | None = context.clock.now()
    if company.emulator_url is not None:
        try:
            now = on_company_time(context, company).clock.now()
            lines.append(
                Line(Level.OK, company.name, f"its emulator answers; there it is {now:%d %B %Y %H:%M} UTC")
            )
        except QuickBooksError:
            now = None
            found = f"its emulator at {company.emulator_url} does not answer"
            lines.append(
                Line(Level.WARN, company.name, found, "emulator serve, at the same port and with its --data")
            )
    if now is not None and company.state is Link.CONNECTED:
        lines.append(_tokens(context, company, now))
    with reading(context.engine) as conn:
        if now is not None:
            lines.append(_synced(conn, company, now))
        lines += [_policy(conn, company), _lease(conn, company, context.holder), *_effects(conn, company)]
        lines.append(_chain(conn, company.id, company.name))
    lines += _wanting(company)
    return lines


def _link(company: Company) -> Line:
    mode = f"{company.mode.value} mode"
    match company.state:
        case Link.RECONNECT:
            found = "QuickBooks no longer accepts our permission; nothing leaves"
            return Line(Level.BAD, company.name, found, "connect it again: qb-collections connect")
        case Link.DISCONNECTED:
            return Line(Level.WARN, company.name, "disconnected; its records are kept", "connect, to go on")
        case Link.CONNECTED if company.stopped_by is not None:
            return Line(
                Level.WARN, company.name, f"connected, {mode}; stopped by {company.stopped_by}", "stop --lift"
            )
        case _:
            return Line(Level.OK, company.name, f"connected, {mode}")


def _tokens(context: Context, company: Company, now: datetime) -> Line:
    about = f"{company.name}: permission"
    try:
        tokens = context.tokens.load(company.id)
    except CannotOpen:
        found = "its keys cannot be opened with this key file"
        return Line(Level.BAD, about, found, "put the right key file back, or connect again")
    if tokens is None:
        return Line(Level.BAD, about, "there are no keys for it", "connect it again: qb-collections connect")
    ends_at = min(at for at in (tokens.refresh_expires_at, tokens.hard_expires_at) if at is not None)
    days = (ends_at - now).days
    if ends_at <= now:
        return Line(
            Level.BAD, about, f"it ran out on {ends_at:%d %B %Y}", "connect it again: qb-collections connect"
        )
    ending = keep_alive.reconnect_by(context, company, now)
    if ending is not None:
        return Line(Level.WARN, about, ending.sentence, "connect it again: qb-collections connect")
    with reading(context.engine) as conn:
        overdue = company.id in connections.refresh_due(conn, now - NOT_REFRESHED_WARN)
    if overdue:
        found = f"not renewed for more than {NOT_REFRESHED_WARN.days} days; it runs out in {days} days"
        return Line(Level.WARN, about, found, "keep `serve` running, or run a sync now")
    level = Level.WARN if ends_at - now < TOKEN_WARN else Level.OK
    return Line(level, about, f"good for {days} days more", "run a sync now" if level is Level.WARN else None)


def _synced(conn: Connection, company: Company, now: datetime) -> Line:
    cursor = cursors.cursor(conn, company.id)
    about = f"{company.name}: reading"
    if cursor is None or cursor.first_synced_at is None:
        return Line(Level.WARN, about, "the books have not been read whole yet", "sync")
    late = now - cursor.synced_at > NOT_SYNCED_WARN and company.state is Link.CONNECTED
    found = f"read last on {cursor.synced_at:%d %B %Y at %H:%M} UTC"
    return Line(
        Level.WARN if late else Level.OK, about, found, "sync, or keep `serve` running" if late else None
    )


def _policy(conn: Connection, company: Company) -> Line:
    about = f"{company.name}: policy"
    try:
        found = policies.current(conn, company.id)
    except LookupError:
        return Line(Level.BAD, about, "there is none, so nothing is sent", "policy set FILE")
    problems = policy_service.check(found.text).problems
    if problems:
        return Line(Level.BAD, about, f"version {found.version}: {problems[0]}", "policy set FILE")
    return Line(Level.OK, about, f"version {found.version} of {found.created_at:%d %B %Y}, by {found.author}")


def _lease(conn: Connection, company: Company, us: str) -> Line:
    holder = leases.holder_of(conn, company.id)
    about = f"{company.name}: at work"
    if holder is None or holder == us:
        return Line(Level.OK, about, "nobody is working for it now")
    return Line(
        Level.OK, about, f"{leases.describe(holder)} works for it, or did last and ended without a word"
    )


def _effects(conn: Connection, company: Company) -> list[Line]:
    unclear = intents.list(conn, company.id, states=(Effect.UNKNOWN, Effect.PARKED))
    about = f"{company.name}: writes"
    parked = sum(one.state is Effect.PARKED for one in unclear)
    lines = []
    if parked:
        found = f"{parked} that QuickBooks neither confirms nor denies wait for a person"
        lines.append(Line(Level.WARN, about, found, "task list"))
    if len(unclear) > parked:
        found = (
            f"{len(unclear) - parked} of which the answer was lost are looked up before they are sent again"
        )
        lines.append(Line(Level.WARN, about, found, "night, or wait for `serve`"))
    return lines or [Line(Level.OK, about, "every one is confirmed or refused; none is in doubt")]


def _wanting(company: Company) -> list[Line]:
    """What messages need and nobody has said."""
    wanted = {
        "a name": company.contact_name,
        "a telephone number": company.contact_phone,
        "how to pay": company.payment_instructions,
    }
    missing = [what for what, value in wanted.items() if not value]
    lines = []
    if missing:
        found = f"messages do not say {' or '.join(missing)}"
        lines.append(Line(Level.WARN, f"{company.name}: messages", found, "company contact"))
    if company.notes_stopped is not None:
        lines.append(
            Line(
                Level.BAD,
                f"{company.name}: notes",
                company.notes_stopped,
                "run verify, and look at that invoice",
            )
        )
    return lines


def _chain(conn: Connection, company_id: int | None, name: str) -> Line:
    report = audit.verify_chain(conn, company_id)
    if report.problem is not None:
        found = f"it was changed: {report.problem}"
        return Line(
            Level.BAD, f"{name}: audit", found, "restore a backup, and ask who could write the database"
        )
    return Line(Level.OK, f"{name}: audit", f"whole, {report.entries} entries")
