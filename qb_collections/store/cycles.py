"""Cycles: from the first contact or overdue day until nothing overdue is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from qb_collections.core.case import Cycle
from qb_collections.store.once import once
from qb_collections.store.tables.decisions import cycle
from qb_collections.store.upsert import upsert
from qb_collections.store.within import within

Key = tuple[str, str]  # customer id, currency
_KEY = ("company_id", "customer_id", "currency", "number")


def save(conn: Connection, company_id: int, customer_id: str, currency: str, value: Cycle) -> None:
    """Store the running cycle; one that ran before it ends on the day it started."""
    save_all(conn, company_id, [(customer_id, currency, value)], on=value.started_on)


def end(conn: Connection, company_id: int, customer_id: str, currency: str, on: date) -> None:
    """Nothing overdue is left; harmless when no cycle runs."""
    save_all(conn, company_id, [(customer_id, currency, None)], on=on)


def save_all(
    conn: Connection, company_id: int, rows: Iterable[tuple[str, str, Cycle | None]], *, on: date
) -> None:
    """(customer, currency, running cycle or None); what no longer runs ends on that day."""
    wanted = {(customer_id, currency): value for customer_id, currency, value in rows}
    if not wanted:
        return
    ids = [customer_id for customer_id, _ in wanted]
    over = []
    for row in _running_now(conn, company_id=company_id, customer_ids=ids):
        if (row.customer_id, row.currency) not in wanted:
            continue
        value = wanted[row.customer_id, row.currency]
        if value is None or value.number != row.number:
            over.append(row.id)
    if over:
        conn.execute(
            update(cycle).where(cycle.c.company_id == company_id, cycle.c.id.in_(over)).values(ended_on=on)
        )
    values = [
        _row(company_id, customer_id, currency, value)
        for (customer_id, currency), value in wanted.items()
        if value is not None
    ]
    upsert(conn, cycle, values, key=_KEY)


@once
def _running_now(company_id: int, customer_ids: Sequence[str]) -> Select[Any]:
    return select(cycle.c.id, cycle.c.customer_id, cycle.c.currency, cycle.c.number).where(
        cycle.c.company_id == company_id,
        cycle.c.ended_on.is_(None),
        within(cycle.c.customer_id, customer_ids),
    )


def current(conn: Connection, company_id: int, customer_id: str, currency: str) -> Cycle | None:
    found, _ = running(conn, company_id, [(customer_id, currency)])
    return found.get((customer_id, currency))


def running(
    conn: Connection, company_id: int, keys: Sequence[Key]
) -> tuple[dict[Key, Cycle], dict[Key, int]]:
    """The running cycles, and the number that each customer's next cycle would have, in one statement."""
    asked = frozenset(keys)
    found, next_numbers = {}, {}
    for row in _latest(conn, company_id=company_id, customer_ids=[key[0] for key in keys]).all():
        key = row.customer_id, row.currency
        if key not in asked:
            continue
        next_numbers[key] = row.number + 1
        if row.ended_on is None:
            found[key] = _cycle(row)
    return found, next_numbers


@once
def _latest(company_id: int, customer_ids: Sequence[str]) -> Select[Any]:
    latest = (
        select(cycle.c.customer_id, cycle.c.currency, func.max(cycle.c.number).label("number"))
        .where(cycle.c.company_id == company_id, within(cycle.c.customer_id, customer_ids))
        .group_by(cycle.c.customer_id, cycle.c.currency)
        .subquery()
    )
    return (
        select(cycle)
        .join(
            latest,
            (latest.c.customer_id == cycle.c.customer_id)
            & (latest.c.currency == cycle.c.currency)
            & (latest.c.number == cycle.c.number),
        )
        .where(cycle.c.company_id == company_id)
    )


def ended_since(conn: Connection, company_id: int, since: date) -> list[tuple[Key, int]]:
    """(customer and currency, number) of the cycles that ended on that day or later and had a contact."""
    rows = _ended(conn, company_id=company_id, since=since)
    return [((row.customer_id, row.currency), row.number) for row in rows]


@once
def _ended(company_id: int, since: date) -> Select[Any]:
    return (
        select(cycle.c.customer_id, cycle.c.currency, cycle.c.number)
        .where(cycle.c.company_id == company_id, cycle.c.ended_on >= since, cycle.c.contacts > 0)
        .order_by(cycle.c.id)
    )


def _row(company_id: int, customer_id: str, currency: str, value: Cycle) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "customer_id": customer_id,
        "currency": currency,
        "number": value.number,
        "started_on": value.started_on,
        "stage": value.stage,
        "contacts": value.contacts,
        "policy_version": value.policy_version,
        "missed_call_on": value.missed_call_on,
        "ended_on": None,
    }


def _cycle(row: Row[Any]) -> Cycle:
    return Cycle(row.number, row.started_on, row.stage, row.contacts, row.policy_version, row.missed_call_on)


def running_under(
    conn: Connection, company_id: int, policy_versions: Sequence[int], *, limit: int
) -> tuple[int, list[Key]]:
    """How many running cycles keep the steps of these versions, and whose they are, by customer."""
    if not policy_versions:
        return 0, []
    rows = conn.execute(
        select(cycle.c.customer_id, cycle.c.currency, func.count().over().label("found"))
        .where(
            cycle.c.company_id == company_id,
            cycle.c.ended_on.is_(None),
            cycle.c.policy_version.in_(policy_versions),
        )
        .order_by(cycle.c.customer_id, cycle.c.currency)
        .limit(limit)
    ).all()
    return (rows[0].found if rows else 0), [(row.customer_id, row.currency) for row in rows]
