"""Insert or update, insert or leave alone: one spelling for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice, repeat
from operator import is_, itemgetter
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.schema import ScalarElementColumnDefault

MANY = 50  # rows from which on a statement is bound column by column
TOGETHER = 200  # rows of one statement on SQLite
Rows = Sequence[Mapping[str, Any]]


def upsert(conn: Connection, table: Table, rows: Rows, *, key: Sequence[str]) -> None:
    """Insert the rows; where the key is there already, take over every other column that the rows name.

    All rows name the same columns.
    """
    if rows:
        taken = tuple(name for name in rows[0] if name not in key)
        _execute(conn, table, tuple(key), taken, rows)


def insert_all(
    conn: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of these columns, in this order; one that is there already is our mistake."""
    _execute_all(conn, table, None, (), names, rows)


def upsert_all(
    conn: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    key: Sequence[str],
) -> None:
    """As upsert, for rows of these columns, in this order."""
    taken = tuple(name for name in names if name not in key)
    _execute_all(conn, table, tuple(key), taken, names, rows)


def _execute_all(
    conn: Connection,
    table: Table,
    key: tuple[str, ...] | None,
    taken: tuple[str, ...],
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    if not rows:
        return
    fast = _compiled(conn.dialect, table, key, taken, names) if conn.dialect.name == "sqlite" else None
    if fast is None or fast[2] != names:
        insert = table.insert() if key is None else statement_for(conn.dialect.name, table, key, taken)
        conn.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
        return
    sql, _, _, processors = fast
    columns = [_bound(column, bind) for column, bind in zip(zip(*rows, strict=True), processors, strict=True)]
    _write(conn, sql, columns, len(rows))


def insert_missing(conn: Connection, table: Table, rows: Rows, *, key: Sequence[str]) -> None:
    """Insert the rows whose key is not there yet; leave the others as they are."""
    if rows:
        _execute(conn, table, tuple(key), (), rows)


def _execute(
    conn: Connection, table: Table, key: tuple[str, ...], taken: tuple[str, ...], rows: Rows
) -> None:
    # A page of a thousand rows: half of its time would go into binding each row by itself.
    fast = None
    if conn.dialect.name == "sqlite" and len(rows) >= MANY:
        fast = _compiled(conn.dialect, table, key, taken, tuple(rows[0]))
    if fast is None:
        conn.execute(statement_for(conn.dialect.name, table, key, taken), list(rows))
        return
    sql, filled, names, processors = fast
    named = [name for name in names if name not in filled]
    given = dict(zip(named, zip(*map(_values(named), rows), strict=True), strict=True))
    columns = [
        repeat(filled[name], len(rows)) if name in filled else _bound(given[name], bind)
        for name, bind in zip(names, processors, strict=True)
    ]
    _write(conn, sql, columns, len(rows))


def _write(conn: Connection, sql: str, columns: Sequence[Iterable[Any]], count: int) -> None:
    """Execute the insert of one row for all of them, so many a statement: it takes a quarter less time."""
    rows = zip(*columns, strict=True)
    for _ in range(count // TOGETHER):
        values = tuple(chain.from_iterable(islice(rows, TOGETHER)))
        conn.exec_driver_sql(_several(sql, len(columns)), values)
    if rest := list(rows):
        conn.exec_driver_sql(sql, rest)


@lru_cache(maxsize=64)
def _several(sql: str, columns: int) -> str:
    """The insert of one row as one of several; SQLite takes 32,766 values in a statement."""
    row = f"({', '.join('?' * columns)})"
    before, values, after = sql.partition(f"VALUES {row}")
    assert values and columns * TOGETHER <= 32_766, sql
    return f"{before}VALUES {', '.join([row] * TOGETHER)}{after}"


def _values(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What a row has under these names, in their order."""
    if len(names) == 1:
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


def _bound(column: Sequence[Any], bind: Callable[[Any], Any] | None) -> Iterable[Any]:
    """The column as SQLite takes it; what is the same object in every row is worked out once."""
    if bind is None:
        return column
    first = column[0]
    if all(map(is_, column, repeat(first))):
        return repeat(bind(first), len(column))
    if type(first) is date:  # a night sets thousands of rows to a few days
        made = {day: bind(day) for day in {*column}}
        return [made[day] for day in column]
    return [*map(bind, column)]


@lru_cache(maxsize=64)
def _compiled(
    dialect: Dialect,
    table: Table,
    key: tuple[str, ...] | None,
    taken: tuple[str, ...],
    columns: tuple[str, ...],
) -> tuple[str, dict[str, Any], tuple[str, ...], tuple[Callable[[Any], Any] | None, ...]] | None:
    """The statement's text, what the table fills in where the rows are silent, the columns in the order of
    the statement's marks, and how each is made ready for SQLite.

    None: the table works out columns that the rows do not name, which only SQLAlchemy can.
    """
    insert = table.insert() if key is None else statement_for(dialect.name, table, key, taken)
    compiled = insert.compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or ())
    processors = tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    filled = {}
    for name, bind in zip(names, processors, strict=True):
        if name not in columns:
            default = table.c[name].default
            if not isinstance(default, ScalarElementColumnDefault):
                return None
            filled[name] = default.arg if bind is None else bind(default.arg)
    return str(compiled), filled, names, processors


@lru_cache(maxsize=256)
def statement_for(database: str, table: Table, key: tuple[str, ...], taken: tuple[str, ...]) -> Insert:
    """The insert for sqlite or postgresql; without columns to take over it leaves what is there."""
    if database == "postgresql":
        wanted = postgresql.insert(table)
        if not taken:
            return wanted.on_conflict_do_nothing(index_elements=list(key))
        values = {name: wanted.excluded[name] for name in taken}
        return wanted.on_conflict_do_update(index_elements=list(key), set_=values)
    here = sqlite.insert(table)
    if not taken:
        return here.on_conflict_do_nothing(index_elements=list(key))
    values = {name: here.excluded[name] for name in taken}
    return here.on_conflict_do_update(index_elements=list(key), set_=values)
