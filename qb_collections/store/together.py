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
from sqlalchemy import Connection, Engine, Executable, NullPool, Result, SelectBase, create_engine
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
        return conn.inside(reads)
    if conn.dialect.name != "sqlite":
        return tuple(read(conn) for read in reads)
    with _nowhere().connect() as known:
        rounds = _Rounds(_Words(known), len(reads))
        return rounds.played(reads, lambda wanted: _asked(conn, wanted))


class _Unanswered(BaseException):
    """Not an error: what a read wants to know before it can go on."""

    def __init__(self, wanted: Sequence[Question]) -> None:
        self.wanted = wanted


class _Asking:
    """In the place of a connection: it knows the answers of the rounds so far."""

    def __init__(self, words: _Words) -> None:
        self.dialect = words.wire.dialect
        self._words = words
        self._answers: list[Any] = []  # as they came; then, once the read has seen them, as it did
        self._next = 0
        self._inside: list[_Rounds] = []  # of the reads beside each other in this one, in their order
        self._next_inside = 0

    def again(self) -> _Asking:
        self._next = self._next_inside = 0
        return self

    def told(self, rows: list[Rows]) -> None:
        self._answers.append(rows)

    def ask(self, wanted: Sequence[Question]) -> list[Rows]:
        if self._next == len(self._answers):
            raise _Unanswered(wanted)
        self._next += 1
        return cast("list[Rows]", self._answers[self._next - 1])

    def execute(self, wanted: Executable, values: dict[str, Any] | None = None) -> Result[Any]:
        if self._next == len(self._answers):
            raise _Unanswered([self._words.question(wanted, values)])
        place, self._next = self._next, self._next + 1
        seen = self._answers[place]
        if not isinstance(seen, _Seen):
            seen = self._answers[place] = self._words.seen(wanted, values, seen[0])
        return IteratorResult(SimpleResultMetaData(seen.names), iter(seen.rows))

    def inside(self, reads: Sequence[Read[Any]]) -> tuple[Any, ...]:
        """Reads beside each other inside of this one; what they know already is not asked again."""
        if self._next_inside == len(self._inside):
            self._inside.append(_Rounds(self._words, len(reads)))
        rounds = self._inside[self._next_inside]
        self._next_inside += 1
        self._next += rounds.over
        return rounds.played(reads, self.ask)


class _Rounds:
    """How far some reads beside each other are."""

    def __init__(self, words: _Words, count: int) -> None:
        self.over = 0
        self._asking = [_Asking(words) for _ in range(count)]
        self._answers: dict[int, Any] = {}
        self._waiting: list[tuple[int, Sequence[Question]]] = []

    def played(
        self, reads: Sequence[Read[Any]], ask: Callable[[Sequence[Question]], list[Rows]]
    ) -> tuple[Any, ...]:
        while self.over < ROUNDS_MAX:
            self._waiting = self._waiting or self._stopped(reads)
            if not self._waiting:
                return tuple(self._answers[place] for place in range(len(reads)))
            found = iter(ask([one for _, wanted in self._waiting for one in wanted]))
            for place, wanted in self._waiting:
                self._asking[place].told([next(found) for _ in wanted])
            self._waiting = []
            self.over += 1
        raise AssertionError(f"a read asked more than {ROUNDS_MAX} times")

    def _stopped(self, reads: Sequence[Read[Any]]) -> list[tuple[int, Sequence[Question]]]:
        """Let each go on as far as it can; what they want to know now."""
        waiting = []
        for place, read in enumerate(reads):
            if place in self._answers:
                continue
            try:
                self._answers[place] = read(cast(Connection, self._asking[place].again()))
            except _Unanswered as question:
                waiting.append((place, question.wanted))
        return waiting


@dataclass(frozen=True, slots=True)
class _Seen:
    names: list[str]
    rows: Sequence[Any]


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


class _Words:
    """From what a read executes to a driver's question, and from a driver's rows to what it gets."""

    def __init__(self, wire: Connection) -> None:
        self.wire = wire
        self._driver = cast(_Wire, wire.connection.dbapi_connection)

    def question(self, wanted: Executable, values: dict[str, Any] | None) -> Question:
        self._driver.columns, self._driver.told = 0, []
        self.wire.execute(wanted, values or None)
        sql, bound = self._driver.asked
        return Question(sql, bound, _count(sql, wanted))

    def seen(self, wanted: Executable, values: dict[str, Any] | None, rows: Rows) -> _Seen:
        """The rows as SQLAlchemy makes them of what a driver gives."""
        if not rows:
            return _Seen([column.key or "" for column in cast(SelectBase, wanted).selected_columns], ())
        self._driver.columns, self._driver.told = len(rows[0]), rows
        result = self.wire.execute(wanted, values or None)
        return _Seen(list(result.keys()), result.all())


_counts: dict[str, int] = {}


def _count(sql: str, wanted: Executable) -> int:
    """How many columns it answers; by its text, because asking SQLAlchemy takes a while."""
    found = _counts.get(sql)
    if found is None:
        if len(_counts) > 2000:  # texts differ by a handful of shapes; never by the values in them
            _counts.clear()
        found = _counts[sql] = len(cast(SelectBase, wanted).selected_columns)
    return found
