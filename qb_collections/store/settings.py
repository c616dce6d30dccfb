"""What holds for the whole installation, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from qb_collections.store.once import once
from qb_collections.store.tables.companies import setting
from qb_collections.store.upsert import upsert


def get(conn: Connection, name: str) -> Any | None:
    """None: not set."""
    return _named(conn, name=name).scalar_one_or_none()


@once
def _named(name: str) -> Select[Any]:
    return select(setting.c.value).where(setting.c.name == name)


def put(conn: Connection, name: str, value: Any, at: datetime) -> None:
    upsert(conn, setting, [{"name": name, "value": value, "updated_at": at}], key=["name"])


def drop(conn: Connection, name: str) -> None:
    conn.execute(delete(setting).where(setting.c.name == name))
