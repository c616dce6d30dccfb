"""Connections and transactions.  Every transaction of the service passes through _transaction.

On SQLite (WAL) there are two kinds of writer: durable, whose commit is on the disk when it returns, with
all that was committed before it; and derived, for what QuickBooks can give again or a run that has not
ended decides again.  Writers begin IMMEDIATE, so two of them wait for each other at the start and never in
the middle.  Transactions do not nest.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, func, make_url, select
from sqlalchemy.exc import OperationalError

from qb_collections.store import json_text

BUSY_TIMEOUT_SECONDS = 10


class Mode(StrEnum):
    DURABLE = "durable"
    DERIVED = "derived"
    READING = "reading"


class Moment(StrEnum):
    BEFORE_BEGIN = "before_begin"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"


Interposer = Callable[[Moment, Mode], None]

_WANTED = "qb_collections.wanted"  # noted at a connection: the mode its next transaction is to have
_WRITERS = 7_118_003  # the name of PostgreSQL's lock: any number, the same for all of us

_interposers: WeakKeyDictionary[Engine, Interposer] = WeakKeyDictionary()
_guards: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
_inside = threading.local()


def trouble(error: BaseException) -> str | None:
    """The database's own words when it cannot be used now (busy, full, away); None for any other error."""
    if not isinstance(error, OperationalError):
        return None
    return str(error.orig).strip().partition("\n")[0]


def open_engine(url: str) -> Engine:
    """Open a database by its SQLAlchemy address.  Makes no connection yet; `sqlite://` lives in memory."""
    address = make_url(url)
    options: dict[str, Any] = {"json_serializer": json_text.dumps, "json_deserializer": json_text.loads}
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, **options)

    in_memory = address.database in (None, "", ":memory:")
    if in_memory:
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    else:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        options |= {"pool_size": 8, "max_overflow": 24}
    engine = create_engine(address, **options)
    if in_memory:  # one connection for all threads: they take turns
        _guards[engine] = threading.Lock()
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def durable(engine: Engine) -> AbstractContextManager[Connection]:
    """A writing transaction that is on the disk when it has committed."""
    return _transaction(engine, Mode.DURABLE)


def derived(engine: Engine) -> AbstractContextManager[Connection]:
    """A writing transaction that a power cut may take back until a durable one follows it: for what can be
    read or decided again.
    """
    return _transaction(engine, Mode.DERIVED)


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """One consistent view.  A write in it is refused."""
    return _transaction(engine, Mode.READING)


def interpose(engine: Engine, interposer: Interposer | None) -> None:
    """Let something watch, or break, every transaction of this engine: a simulator's crash point."""
    if interposer is None:
        _interposers.pop(engine, None)
    else:
        _interposers[engine] = interposer


@contextmanager
def _transaction(engine: Engine, mode: Mode) -> Iterator[Connection]:
    interposer = _interposers.get(engine)
    with _alone(engine, mode), engine.connect() as conn:
        if engine.dialect.name == "postgresql":
            conn.execution_options(**_postgres_options(mode))
        if interposer:
            interposer(Moment.BEFORE_BEGIN, mode)
        conn.info[_WANTED] = mode
        with conn.begin():
            _one_writer(conn, mode)
            yield conn
            if interposer:
                interposer(Moment.BEFORE_COMMIT, mode)
        if interposer:
            interposer(Moment.AFTER_COMMIT, mode)


@contextmanager
def _alone(engine: Engine, mode: Mode) -> Iterator[None]:
    """Threads share a memory database one after the other; a thread never waits for itself."""
    guard = _guards.get(engine)
    if guard is None and mode is Mode.READING:
        yield
        return
    inside: set[int] = _inside.__dict__.setdefault("engines", set())
    assert id(engine) not in inside, "transactions do not nest"
    inside.add(id(engine))
    try:
        with guard or nullcontext():
            yield
    finally:
        inside.discard(id(engine))


def _postgres_options(mode: Mode) -> dict[str, Any]:
    if mode is Mode.READING:
        return {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return {"postgresql_readonly": False}


def _one_writer(conn: Connection, mode: Mode) -> None:
    """Writers take turns on PostgreSQL too, as BEGIN IMMEDIATE makes them on SQLite."""
    if conn.dialect.name == "postgresql" and mode is not Mode.READING:
        conn.execute(select(func.pg_advisory_xact_lock(_WRITERS)))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    # A page is written whole: a night's rows fill large ones, and each takes a call of the system.
    # It is what a new file has; one that was made with smaller pages keeps them.
    cursor.execute("PRAGMA page_size = 8192")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute("PRAGMA cache_size = -8000")  # 8 MB: what one page of a large company reads
    # 32 MB of such pages: a night's writes are taken over into the database once, not while chunks wait.
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    """Begin on the driver's own connection: three statements through SQLAlchemy cost more than most reads.

    A connection keeps what it was last told.  Inside a transaction SQLite ignores a change of synchronous,
    so that comes before BEGIN; a transaction that only reads has nothing to put on the disk.
    """
    # One that did not pass through _transaction, as a migration's, is durable.
    mode = conn.info.pop(_WANTED, Mode.DURABLE)
    bare, told = conn.connection.driver_connection, conn.connection.info
    assert bare is not None
    wanted = {"query_only": "ON" if mode is Mode.READING else "OFF"}
    if mode is not Mode.READING:
        wanted["synchronous"] = "NORMAL" if mode is Mode.DERIVED else "FULL"
    begin = "BEGIN" if mode is Mode.READING else "BEGIN IMMEDIATE"
    try:
        for name, value in wanted.items():
            if told.get(name) != value:
                bare.execute(f"PRAGMA {name} = {value}")
                told[name] = value
        bare.execute(begin)
    except sqlite3.OperationalError as error:
        raise OperationalError(begin, None, error) from error
