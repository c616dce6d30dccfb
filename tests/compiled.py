"""Statements are compiled once per test process, however many databases its tests open.

SQLAlchemy keeps compiled statements per engine and dialect, and nearly every test opens an engine of its
own: a quarter of the time would go into compiling the same text again.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import URL, Engine, create_engine

STATEMENTS = 5000


def create(address: URL, **options: Any) -> Engine:
    """create_engine, for the store's engines: those on SQLite share their statements."""
    engine = create_engine(address, **options)
    if engine.dialect.name == "sqlite":
        first = _first(options["json_serializer"], options["json_deserializer"])
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


@cache
def _first(write: Any, read: Any) -> Engine:
    """The engine that lends the others its dialect, complete since it has connected, and its statements."""
    engine = create_engine(
        "sqlite://", json_serializer=write, json_deserializer=read, query_cache_size=STATEMENTS
    )
    engine.connect().close()
    return engine
