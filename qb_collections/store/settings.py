"""What holds for the whole installation, by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from qb_collections.store.tables.companies import setting
from qb_collections.store.upsert import upsert


def get(conn: Connection, name: str) -> Any | None:
    return conn.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one_or_none()


def put(conn: Connection, name: str, value: Any | None, at: datetime) -> None:
    """Set it; None takes it away."""
    if value is None:
        conn.execute(delete(setting).where(setting.c.name == name))
    else:
        upsert(conn, setting, [{"name": name, "value": value, "updated_at": at}], key=["name"])
