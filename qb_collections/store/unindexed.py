"""A column by which rows are sorted or grouped, but not found.

SQLite has no statistics here and takes an index that gives the order for a good one, even where it must
then walk through everything that the company has.  A plus sign before the column tells it not to
(sqlite.org/queryplanner-ng.html, "Disqualify terms by prepending unary +").  PostgreSQL knows better.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

T = TypeVar("T")


class _Unindexed(FunctionElement[Any]):
    inherit_cache = True


def unindexed(column: ColumnElement[T]) -> ColumnElement[T]:
    """The same value, for ORDER BY and GROUP BY."""
    made: ColumnElement[T] = _Unindexed(column)
    return made


@compiles(_Unindexed)
def _as_it_is(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(_Unindexed, "sqlite")
def _with_a_plus(element: _Unindexed, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"
