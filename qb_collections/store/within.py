"""One of many values: a list of ids that is bound as one value, however long it is.

With `in_` SQLAlchemy writes a mark for each of a thousand ids and SQLite reads a statement of ten
thousand letters; here the statement stays the same, and is put together and understood once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import BindParameter, ColumnElement, Integer, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


def within(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column of texts has one of the values; no row where there are none."""
    if isinstance(values, BindParameter):
        return within_named(column, values.key)
    return column.bool_op("IN")(_Values(bindparam(None, [*values], type_=_Listed)))


def within_named(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """The same for a statement that is built once: the values come with each execution."""
    return column.bool_op("IN")(_Values(bindparam(name, type_=_Listed)))


def numbers_named(column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """The same for a column of whole numbers."""
    return column.bool_op("IN")(_Values(bindparam(name, type_=_ListedNumbers)))


class _Listed(TypeDecorator[Any]):
    """A list of texts: an array on PostgreSQL, a JSON document on SQLite."""

    impl = String
    cache_ok = True
    of: type[TypeEngine[Any]] = String

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        listed = [*(value or ())]
        return listed if dialect.name == "postgresql" else msgspec.json.encode(listed).decode()


class _ListedNumbers(_Listed):
    cache_ok = True
    of = Integer


class _Values(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Values)
def _of_an_array(element: _Values, compiler: Any, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"


@compiles(_Values, "sqlite")
def _of_a_document(element: _Values, compiler: Any, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"
