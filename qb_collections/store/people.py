"""Practices, users and their roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from qb_collections.store.tables.people import practice


def first_practice(conn: Connection, at: datetime) -> int:
    """The installation's first practice, made when there is none."""
    found = conn.execute(select(practice.c.id).order_by(practice.c.id).limit(1)).scalar_one_or_none()
    if found is not None:
        return int(found)
    inserted = conn.execute(practice.insert().values(name="My practice", created_at=at)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])
