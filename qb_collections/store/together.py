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
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import BindParameter, Connection, Result, SelectBase, bindparam, func, select
from sqlalchemy.engine import Dialect, IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql import visitors

ROUNDS_MAX = 20
Rows = list[tuple[Any, ...]]
T = TypeVar("T")
Read = Callable[[Connection], T]
Asked = SelectBase


def is_joined(conn: Connection) -> bool:
    """Whether this read runs beside others, and what it asks goes to the database with theirs."""
    return isinstance(conn, _Asking)


def together(conn: Connection, *reads: Read[Any]) -> tuple[Any, ...]:
    """What the reads answer, in their order.

    On PostgreSQL each is asked by itself: what a driver makes of a value inside of a document is not what
    it makes of a column.
    """
    if isinstance(conn, _Asking):
        return _in_rounds(conn.ask, conn.dialect, reads)
    if conn.dialect.name != "sqlite":
        return tuple(read(conn) for read in reads)

    def ask(wanted: Sequence[Asked]) -> list[Rows]:
        return _asked(conn, wanted)

    return _in_rounds(ask, conn.dialect, reads)


class _Unanswered(BaseException):
    """Not an error: what a read wants to know before it can go on."""

    def __init__(self, wanted: Sequence[Asked]) -> None:
        self.wanted = wanted


class _Asking:
    """In the place of a connection: it knows the answers of the rounds so far."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.answers: list[list[Rows]] = []
        self._next = 0

    def again(self) -> _Asking:
        self._next = 0
        return self

    def ask(self, wanted: Sequence[Asked]) -> list[Rows]:
        if self._next == len(self.answers):
            raise _Unanswered(wanted)
        self._next += 1
        return self.answers[self._next - 1]

    def execute(self, wanted: Asked, values: dict[str, Any] | None = None) -> Result[Any]:
        if values:
            wanted = _with_values(wanted, values)
        [rows] = self.ask([wanted])
        names = [column.key or f"_{place}" for place, column in enumerate(wanted.selected_columns)]
        return IteratorResult(SimpleResultMetaData(names), iter(rows))


def _with_values(wanted: Asked, values: dict[str, Any]) -> Asked:
    """The question with values of its own: another one beside it may use the same names for others."""

    def of(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.key in values:
            return bindparam(None, values[element.key], type_=element.type, expanding=element.expanding)
        return None

    return cast(Asked, visitors.replacement_traverse(wanted, {}, of))


def _in_rounds(
    ask: Callable[[Sequence[Asked]], list[Rows]], dialect: Dialect, reads: Sequence[Read[Any]]
) -> tuple[Any, ...]:
    asking = [_Asking(dialect) for _ in reads]
    answers: dict[int, Any] = {}
    for _ in range(ROUNDS_MAX):
        stopped: list[tuple[int, Sequence[Asked]]] = []
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


def _asked(conn: Connection, wanted: Sequence[Asked]) -> list[Rows]:
    """The rows of each question, from one statement: a column for each, its rows as a JSON document.

    SQLite keeps the order of an inner query for an aggregate that is not count, min or max.
    """
    documents = []
    for one in wanted:
        inner = one.subquery()
        rows = func.json_group_array(func.json_array(*inner.c))
        documents.append(select(rows).select_from(inner).scalar_subquery())
    row = conn.execute(select(*documents)).one()
    return [_decoded(conn.dialect, one, text) for one, text in zip(wanted, row, strict=True)]


def _decoded(dialect: Dialect, asked: Asked, text: str) -> Rows:
    """The document's rows as the driver and the columns' types would have given them."""
    rows = msgspec.json.decode(text)
    if not rows:
        return []
    made = [
        (place, process)
        for place, column in enumerate(asked.selected_columns)
        if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    for row in rows:
        for place, process in made:
            row[place] = process(row[place])
    return [tuple(row) for row in rows]
