"""Several reads as one statement: what a page needs, asked of the database at once.

A page reads twenty small things that do not depend on each other.  Each of them stays a function of its
own module that takes a connection; here they are run side by side: whatever they want to read next goes to
the database as one statement, and each goes on with its rows.  A function that reads twice, the second
time by what the first told, takes two such rounds.

How: a function is stopped at its first question that has no answer yet, and is called again once the
answer is there.  So it must only read, and ask the same again when it is called again; a generator must be
read to its end inside the function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection, Engine, NullPool, Result, SelectBase, create_engine
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from qb_collections.store import json_text

ROUNDS_MAX = 20
T = TypeVar("T")
Read = Callable[[Connection], T]
Rows = list[list[Any]]  # as the driver would give them


@dataclass(frozen=True, slots=True)
class Question:
    """A statement as the driver would be given it."""

    sql: str
    values: tuple[Any, ...]
    columns: int


def is_joined(conn: Connection) -> bool:
    """Whether this read runs beside others, and what it asks goes to the database with theirs."""
    return isinstance(conn, _Asking)


def joined(conn: Connection, *reads: Read[Any]) -> tuple[Any, ...]:
    """Beside other reads of a page as `together`; by itself one after the other, which takes less time."""
    return together(conn, *reads) if is_joined(conn) else tuple(read(conn) for read in reads)


def together(conn: Connection, *reads: Read[Any]) -> tuple[Any, ...]:
    """What the reads answer, in their order.

    On PostgreSQL each is asked by itself: what a driver makes of a value inside of a document is not what
    it makes of a column.
    """
    if isinstance(conn, _Asking):
        return _in_rounds(conn.ask, conn.wire, reads)
    if conn.dialect.name != "sqlite":
        return tuple(read(conn) for read in reads)
    with _nowhere().connect() as known:
        return _in_rounds(lambda wanted: _asked(conn, wanted), known, reads)


class _Unanswered(BaseException):
    """Not an error: what a read wants to know before it can go on."""

    def __init__(self, wanted: Sequence[Question]) -> None:
        self.wanted = wanted


class _Asking:
    """In the place of a connection: it knows the answers of the rounds so far."""

    def __init__(self, wire: Connection) -> None:
        self.wire = wire
        self.dialect = wire.dialect
        self.answers: list[Any] = []  # as they came; then, once a read has seen them, as it did
        self._next = 0

    def again(self) -> _Asking:
        self._next = 0
        return self

    def ask(self, wanted: Sequence[Question]) -> list[Rows]:
        if self._next == len(self.answers):
            raise _Unanswered(wanted)
        self._next += 1
        return cast("list[Rows]", self.answers[self._next - 1])

    def execute(self, wanted: SelectBase, values: dict[str, Any] | None = None) -> Result[Any]:
        if self._next == len(self.answers):
            raise _Unanswered([_question(self.wire, wanted, values)])
        place, self._next = self._next, self._next + 1
        seen = self.answers[place]
        if not isinstance(seen, _Seen):
            seen = self.answers[place] = _seen(self.wire, wanted, values, seen[0])
        return IteratorResult(SimpleResultMetaData(seen.names), iter(seen.rows))


@dataclass(frozen=True, slots=True)
class _Seen:
    names: list[str]
    rows: Sequence[Any]


def _in_rounds(
    ask: Callable[[Sequence[Question]], list[Rows]], wire: Connection, reads: Sequence[Read[Any]]
) -> tuple[Any, ...]:
    asking = [_Asking(wire) for _ in reads]
    answers: dict[int, Any] = {}
    for _ in range(ROUNDS_MAX):
        stopped: list[tuple[int, Sequence[Question]]] = []
        for place, read in enumerate(reads):
            if place in answers:
                continue
            try:
                answers[place] = read(cast(Connection, asking[place].again()))
            except _Unanswered as question:
                stopped.append((place, question.wanted))
        if not stopped:
            return tuple(answers[place] for place in range(len(reads)))
        found = iter(ask([one for _, wanted in stopped for one in wanted]))
        for place, wanted in stopped:
            asking[place].answers.append([next(found) for _ in wanted])
    raise AssertionError(f"a read asked more than {ROUNDS_MAX} times")


def _asked(conn: Connection, wanted: Sequence[Question]) -> list[Rows]:
    """The rows of each question, from one statement: a column for each, its rows as a JSON document.

    SQLite keeps the order of an inner query for an aggregate that is not count, min or max.  Numbers,
    texts and nothing come through JSON as they are; we keep neither floats nor bytes in what pages read.
    """
    parts, documents = [], []
    values: list[Any] = []
    for place, one in enumerate(wanted):
        names = ", ".join(f"c{number}" for number in range(one.columns))
        parts.append(f"q{place}({names}) AS ({one.sql})")
        documents.append(f"(SELECT json_group_array(json_array({names})) FROM q{place})")
        values += one.values
    sql = f"WITH {', '.join(parts)} SELECT {', '.join(documents)}"
    row = conn.exec_driver_sql(sql, tuple(values)).one()
    return [msgspec.json.decode(text) for text in row]


class _Wire:
    """A driver's connection that leads nowhere: it notes what it is asked, and answers what it was told.

    SQLAlchemy puts a statement together, and makes of rows what it always does; only the way to the
    database is ours.
    """

    def __init__(self) -> None:
        self.asked: tuple[str, tuple[Any, ...]] = ("", ())
        self.told: Rows = []
        self.columns = 0  # 0: nothing is known yet

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def create_function(self, *_: Any, **__: Any) -> None:
        """SQLAlchemy gives every connection a function for regular expressions."""

    def commit(self) -> None:
        """Nothing is ever written."""

    rollback = close = commit


class _Cursor:
    arraysize = 1
    rowcount = -1
    lastrowid = None

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._rows = iter([tuple(row) for row in wire.told])
        self.description = tuple((f"c{number}",) + (None,) * 6 for number in range(wire.columns)) or None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        self._wire.asked = sql, tuple(values)

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def close(self) -> None:
        """There is nothing to give back."""


@cache
def _nowhere() -> Engine:
    return create_engine(
        "sqlite://",
        creator=_Wire,
        poolclass=NullPool,
        json_serializer=json_text.dumps,
        json_deserializer=json_text.loads,
        skip_autocommit_rollback=False,
        _initialize=False,
    )


def _question(wire: Connection, wanted: SelectBase, values: dict[str, Any] | None) -> Question:
    driver = cast(_Wire, wire.connection.dbapi_connection)
    driver.columns, driver.told = 0, []
    wire.execute(wanted, values or {})
    sql, bound = driver.asked
    return Question(sql, bound, _count(sql, wanted))


_counts: dict[str, int] = {}


def _count(sql: str, wanted: SelectBase) -> int:
    """How many columns it answers; by its text, because asking SQLAlchemy takes a while."""
    found = _counts.get(sql)
    if found is None:
        if len(_counts) > 2000:  # texts differ by a handful of shapes; never by the values in them
            _counts.clear()
        found = _counts[sql] = len(wanted.selected_columns)
    return found


def _seen(wire: Connection, wanted: SelectBase, values: dict[str, Any] | None, rows: Rows) -> _Seen:
    """The rows as SQLAlchemy makes them of what a driver gives."""
    driver = cast(_Wire, wire.connection.dbapi_connection)
    driver.told = rows
    driver.columns = len(rows[0]) if rows else _count(driver.asked[0], wanted) or 1
    if not rows:
        return _Seen([column.key or "" for column in wanted.selected_columns], ())
    result = wire.execute(wanted, values or {})
    return _Seen(list(result.keys()), result.all())
