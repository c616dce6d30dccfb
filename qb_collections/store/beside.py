"""Questions that go to the database as one statement, put together once for the life of the process.

Like `together`, for reads that are always the same: nothing is built when a page is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, select
from sqlalchemy.engine import Dialect

Rows = list[tuple[Any, ...]]


class Beside:
    """builds: each makes one question, whose values are bound by name; names are shared by all of them."""

    def __init__(self, *builds: Callable[[], Select[Any]]) -> None:
        self._builds = builds
        self._asked: tuple[Select[Any], ...] = ()
        self._statement: Select[Any] | None = None

    def __call__(self, conn: Connection, **values: Any) -> list[Rows]:
        """The rows of each, in their order.  On PostgreSQL each is asked by itself."""
        if self._statement is None:
            self._asked = tuple(build() for build in self._builds)
            self._statement = select(*(_document(one) for one in self._asked))
        if conn.dialect.name != "sqlite":
            return [[tuple(row) for row in conn.execute(one, values)] for one in self._asked]
        row = conn.execute(self._statement, values).one()
        return [_decoded(conn.dialect, one, text) for one, text in zip(self._asked, row, strict=True)]


def _document(one: Select[Any]) -> Any:
    """Its rows as a JSON document; SQLite keeps the order of an inner query for this aggregate."""
    inner = one.subquery()
    rows = func.json_group_array(func.json_array(*inner.c))
    return select(rows).select_from(inner).scalar_subquery()


def _decoded(dialect: Dialect, asked: Select[Any], text: str) -> Rows:
    """The document's rows as the driver and the columns' types would have given them."""
    rows = msgspec.json.decode(text)
    made = [
        (place, process)
        for place, column in enumerate(asked.selected_columns)
        if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    for row in rows:
        for place, process in made:
            row[place] = process(row[place])
    return [tuple(row) for row in rows]
