"""Delivered contacts.  They are written once and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, func, or_, select, update

from qb_collections.core.case import Contact, ContactKind, Cycle
from qb_collections.core.decision import Channel
from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.decisions import contact
from qb_collections.store.tables.mirror import look
from qb_collections.store.unindexed import unindexed
from qb_collections.store.within import numbers_named, within

Key = tuple[str, str]  # customer id, currency


@dataclass(frozen=True, slots=True)
class StoredContact:
    id: int
    customer_id: str
    currency: str
    contact: Contact
    at: datetime
    channel: Channel | None
    intent_id: int | None
    text: str | None
    recipient: str | None


def record(
    conn: Connection,
    company_id: int,
    customer_id: str,
    currency: str,
    value: Contact,
    *,
    at: datetime,
    channel: Channel | None,
    intent_id: int | None = None,
    text: str | None = None,
    recipient: str | None = None,
) -> int:
    """Store one delivered contact and return its id.  A reminder or call ends the customer's backlog.

    The database refuses a second contact of one intent, and one number twice in a cycle.
    """
    inserted = conn.execute(
        contact.insert().values(
            company_id=company_id,
            customer_id=customer_id,
            currency=currency,
            contacted_on=value.on,
            at=at,
            kind=value.kind,
            channel=channel,
            stage=value.stage,
            cycle=value.cycle,
            number=value.number,
            invoice_ids=list(value.invoice_ids),
            act_by_on=value.act_by_on,
            reply_by_on=value.reply_by_on,
            backlog=value.backlog,
            intent_id=intent_id,
            text=text,
            recipient=recipient.lower() if recipient else None,
        )
    ).inserted_primary_key
    assert inserted is not None
    if value.kind in (ContactKind.REMINDER, ContactKind.CALL):
        conn.execute(
            update(look)
            .where(
                look.c.company_id == company_id,
                look.c.customer_id == customer_id,
                look.c.currency == currency,
            )
            .values(is_backlog=False)
        )
    return int(inserted[0])


def of_customer(
    conn: Connection, company_id: int, customer_id: str, currency: str | None = None
) -> list[StoredContact]:
    """Everything that was ever said to the customer, oldest first."""
    query = (
        select(contact)
        .where(contact.c.company_id == company_id, contact.c.customer_id == customer_id)
        .order_by(unindexed(contact.c.contacted_on), contact.c.id)
    )
    if currency is not None:
        query = query.where(contact.c.currency == currency)
    return [stored(row) for row in conn.execute(query)]


def of_intent(conn: Connection, company_id: int, intent_id: int) -> StoredContact | None:
    query = select(contact).where(contact.c.company_id == company_id, contact.c.intent_id == intent_id)
    row = conn.execute(query).one_or_none()
    return stored(row) if row else None


def recent(conn: Connection, company_id: int, *, since: date, limit: int = 1000) -> list[StoredContact]:
    """The company's contacts from that day on, the latest first."""
    query = (
        select(contact)
        .where(contact.c.company_id == company_id, contact.c.contacted_on >= since)
        .order_by(contact.c.contacted_on.desc(), contact.c.id.desc())
        .limit(limit)
    )
    return [stored(row) for row in conn.execute(query)]


def counts_by_day(conn: Connection, company_id: int, *, since: date) -> dict[date, int]:
    """How many reminders and calls were delivered on each day that had any."""
    query = (
        select(contact.c.contacted_on, func.count().label("contacts"))
        .where(
            contact.c.company_id == company_id,
            contact.c.contacted_on >= since,
            contact.c.kind.in_((ContactKind.REMINDER, ContactKind.CALL)),
        )
        .group_by(contact.c.contacted_on)
        .order_by(contact.c.contacted_on)
    )
    return {row.contacted_on: row.contacts for row in conn.execute(query)}


def for_cases(
    conn: Connection, company_id: int, keys: Sequence[Key], since: date, cycles: Mapping[Key, Cycle]
) -> dict[Key, list[Contact]]:
    """Contacts from that day on and all of the running cycles, oldest first."""
    numbers = sorted({one.number for one in cycles.values()})
    customer_ids = [customer_id for customer_id, _ in keys]
    rows = _since_or_of_cycles(
        conn, company_id=company_id, customer_ids=customer_ids, since=since, numbers=numbers
    )
    found: dict[Key, list[Contact]] = {key: [] for key in keys}
    for row in rows.all():
        key = row.customer_id, row.currency
        running = cycles.get(key)
        if key in found and (row.contacted_on >= since or (running and row.cycle == running.number)):
            found[key].append(_contact(row))
    return {key: said for key, said in found.items() if said}


@once
def _since_or_of_cycles(
    company_id: int, customer_ids: Sequence[str], since: date, numbers: BindParameter[Sequence[int]]
) -> Select[Any]:
    return (
        select(contact)
        .where(
            contact.c.company_id == company_id,
            within(contact.c.customer_id, customer_ids),
            or_(contact.c.contacted_on >= since, numbers_named(contact.c.cycle, numbers.key)),
        )
        .order_by(unindexed(contact.c.contacted_on), contact.c.id)
    )


def at_addresses(
    conn: Connection, company_id: int, addresses: Collection[str], since: date
) -> list[tuple[str, date]]:
    """(address, day) of what the practice's other companies said to these addresses since that day."""
    if not addresses:
        return []
    ids = _sisters(conn, company_id=company_id).scalars().all()
    if not ids:
        return []
    query = (
        select(contact.c.recipient, contact.c.contacted_on)
        .where(
            contact.c.company_id.in_(ids),
            within(contact.c.recipient, {one.lower() for one in addresses}),
            contact.c.contacted_on >= since,
            contact.c.kind.in_((ContactKind.REMINDER, ContactKind.CALL, ContactKind.NOTICE)),
        )
        .distinct()
    )
    return [(row.recipient, row.contacted_on) for row in conn.execute(query)]


@once
def _sisters(company_id: int) -> Select[Any]:
    practice = select(company.c.practice_id).where(company.c.id == company_id).scalar_subquery()
    return select(company.c.id).where(company.c.practice_id == practice, company.c.id != company_id)


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        on=row.contacted_on,
        kind=ContactKind(row.kind),
        stage=row.stage,
        cycle=row.cycle,
        number=row.number,
        invoice_ids=tuple(row.invoice_ids),
        act_by_on=row.act_by_on,
        reply_by_on=row.reply_by_on,
        backlog=row.backlog,
    )


def stored(row: Row[Any]) -> StoredContact:
    channel = Channel(row.channel) if row.channel else None
    return StoredContact(
        row.id,
        row.customer_id,
        row.currency,
        _contact(row),
        row.at,
        channel,
        row.intent_id,
        row.text,
        row.recipient,
    )
