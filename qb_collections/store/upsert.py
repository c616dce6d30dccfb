"""Insert or update, insert or leave alone: one spelling for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def upsert(conn: Connection, table: Table, rows: Rows, *, key: Sequence[str]) -> None:
    """Insert the rows; where the key is there already, take over every other column that the rows name.

    All rows name the same columns.
    """
    if rows:
        taken = [name for name in rows[0] if name not in key]
        conn.execute(statement_for(conn.dialect.name, table, key, taken), list(rows))


def insert_missing(conn: Connection, table: Table, rows: Rows, *, key: Sequence[str]) -> None:
    """Insert the rows whose key is not there yet; leave the others as they are."""
    if rows:
        conn.execute(statement_for(conn.dialect.name, table, key, ()), list(rows))


def statement_for(database: str, table: Table, key: Sequence[str], taken: Sequence[str]) -> Insert:
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
