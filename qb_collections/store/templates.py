"""Versions of a company's own templates.  A version is never changed; the last of a template holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from qb_collections.store.once import once
from qb_collections.store.tables.wording import template_version


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """text is None where a person went back to the template that ships."""

    name: str
    language: str
    number: int
    text: str | None
    author: str
    note: str
    created_at: datetime


def in_force(conn: Connection, company_id: int) -> list[TemplateVersion]:
    """The last version of every template that the company ever changed, by name and language."""
    return [_version(row) for row in _last_of_each(conn, company_id=company_id)]


@once
def _last_of_each(company_id: int) -> Select[Any]:
    table = template_version
    last = (
        select(table.c.name, table.c.language, func.max(table.c.number))
        .where(table.c.company_id == company_id)
        .group_by(table.c.name, table.c.language)
    )
    return (
        select(table)
        .where(
            table.c.company_id == company_id, tuple_(table.c.name, table.c.language, table.c.number).in_(last)
        )
        .order_by(table.c.name, table.c.language)
    )


def versions(conn: Connection, company_id: int, name: str, language: str) -> list[TemplateVersion]:
    """Every version of one template, the first one first."""
    table = template_version
    rows = conn.execute(
        select(table)
        .where(table.c.company_id == company_id, table.c.name == name, table.c.language == language)
        .order_by(table.c.number)
    )
    return [_version(row) for row in rows]


def add(
    conn: Connection,
    company_id: int,
    name: str,
    language: str,
    text: str | None,
    *,
    author: str,
    note: str,
    at: datetime,
) -> TemplateVersion:
    """The next version; it holds from now on."""
    earlier = versions(conn, company_id, name, language)
    added = TemplateVersion(name, language, len(earlier) + 1, text, author, note, at)
    conn.execute(
        template_version.insert().values(
            company_id=company_id,
            name=name,
            language=language,
            number=added.number,
            text=text,
            author=author,
            note=note,
            created_at=at,
        )
    )
    return added


def _version(row: Row[Any]) -> TemplateVersion:
    return TemplateVersion(row.name, row.language, row.number, row.text, row.author, row.note, row.created_at)
