"""A statement that is put together once; what differs from one execution to the next is bound by name.

SQLAlchemy takes four times as long to put a small select together, and to see that it knows it already,
as SQLite takes to answer it.  So a query that runs for every company or customer is written as a
function of what differs:

    @once
    def _of_company(company_id: int) -> Select[Any]:
        return select(company).where(company.c.id == company_id)

    row = _of_company(conn, company_id=7).one_or_none()

The function sees bound parameters, never values: it must not look at them, nor at anything else that
changes.  A list of texts goes through within().
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, bindparam


class Once:
    """Executes what it was built from, with values for each of its parameters."""

    def __init__(self, build: Callable[..., Executable]) -> None:
        # In an UPDATE the names of the columns are taken, so ours end in an underscore.
        self._names = {name: f"{name}_" for name in inspect.signature(build).parameters}
        self._build = build
        self._statement: Executable | None = None
        update_wrapper(self, build)

    def __call__(self, conn: Connection, **values: Any) -> CursorResult[Any]:
        """Raises TypeError where a value is missing or nobody asked for it."""
        if values.keys() != self._names.keys():
            raise TypeError(f"this statement takes {', '.join(self._names)}")
        if self._statement is None:
            self._statement = self._build(**{name: bindparam(bound) for name, bound in self._names.items()})
        return conn.execute(self._statement, {self._names[name]: value for name, value in values.items()})


def once(build: Callable[..., Executable]) -> Once:
    return Once(build)
