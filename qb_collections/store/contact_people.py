"""People at a customer whom the company named: who is written to for which steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from qb_collections.core.case import Person
from qb_collections.store.once import once
from qb_collections.store.tables.customer_file import WRITTEN_TO, contact_person
from qb_collections.store.within import within

__all__ = ["WRITTEN_TO", "Named", "add", "by_customer", "get", "of_customer", "remove", "write_to"]


@dataclass(frozen=True, slots=True)
class Named:
    """One of them as a page shows it."""

    id: int
    customer_id: str
    person: Person
    added_by: str
    added_at: datetime


def add(conn: Connection, company_id: int, customer_id: str, person: Person, *, by: str, at: datetime) -> int:
    inserted = conn.execute(
        contact_person.insert().values(
            company_id=company_id,
            customer_id=customer_id,
            name=person.name,
            role=person.role,
            email=person.email,
            phone=person.phone,
            written_to=person.written_to,
            added_by=by,
            added_at=at,
        )
    ).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def remove(conn: Connection, company_id: int, person_id: int, at: datetime) -> bool:
    """Nobody is written to there any more; False when that was said already."""
    return _change(conn, company_id, person_id, removed_at=at)


def write_to(conn: Connection, company_id: int, person_id: int, written_to: str) -> bool:
    """Which steps they are written to for; False: there is no such person any more."""
    return _change(conn, company_id, person_id, written_to=written_to)


def _change(conn: Connection, company_id: int, person_id: int, **values: Any) -> bool:
    done = conn.execute(
        update(contact_person)
        .where(
            contact_person.c.company_id == company_id,
            contact_person.c.id == person_id,
            contact_person.c.removed_at.is_(None),
        )
        .values(values)
    )
    return done.rowcount == 1


def get(conn: Connection, company_id: int, person_id: int) -> Named | None:
    """None: there is no such person, or they were taken off the list."""
    query = select(contact_person).where(
        contact_person.c.company_id == company_id,
        contact_person.c.id == person_id,
        contact_person.c.removed_at.is_(None),
    )
    row = conn.execute(query).one_or_none()
    return _named(row) if row else None


def of_customer(conn: Connection, company_id: int, customer_id: str) -> list[Named]:
    """The one added first stands first."""
    return [_named(row) for row in _of_customer(conn, company_id=company_id, customer_id=customer_id)]


@once
def _of_customer(company_id: int, customer_id: str) -> Select[Any]:
    return (
        select(contact_person)
        .where(
            contact_person.c.company_id == company_id,
            contact_person.c.customer_id == customer_id,
            contact_person.c.removed_at.is_(None),
        )
        .order_by(contact_person.c.id)
    )


def by_customer(
    conn: Connection, company_id: int, customer_ids: Iterable[str]
) -> dict[str, tuple[Person, ...]]:
    """For decisions; customers without anybody are left out."""
    found: dict[str, tuple[Person, ...]] = {}
    for row in _still_there(conn, company_id=company_id, customer_ids=[*customer_ids]):
        found[row.customer_id] = (*found.get(row.customer_id, ()), _person(row))
    return found


@once
def _still_there(company_id: int, customer_ids: Iterable[str]) -> Select[Any]:
    return (
        select(contact_person)
        .where(
            contact_person.c.company_id == company_id,
            within(contact_person.c.customer_id, customer_ids),
            contact_person.c.removed_at.is_(None),
        )
        .order_by(contact_person.c.id)
    )


def _named(row: Row[Any]) -> Named:
    return Named(row.id, row.customer_id, _person(row), row.added_by, row.added_at)


def _person(row: Row[Any]) -> Person:
    return Person(row.name, row.role, row.email, row.phone, row.written_to)
