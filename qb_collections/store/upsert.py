"""Insert or update, insert or leave alone: one spelling for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def upsert(conn: Connection, table: Table, rows: Rows, *, key: Sequence[str]) -> None:
    """Insert the rows; where the key is there already, take over every other column that the rows name."""
    if not rows:
        return
    statement = _insert(conn, table)
    taken = {name: statement.excluded[name] for name in rows[0] if name not in key}
    if taken:
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=taken)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(key))
    conn.execute(statement, list(rows))


def insert_missing(conn: Connection, table: Table, rows: Rows, *, key: Sequence[str]) -> None:
    """Insert the rows whose key is not there yet; leave the others as they are."""
    if rows:
        conn.execute(_insert(conn, table).on_conflict_do_nothing(index_elements=list(key)), list(rows))


def _insert(conn: Connection, table: Table) -> Any:
    if conn.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
