"""Whole kinds of rows at once, for looking back: what the nights read customer by customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from qb_collections.core.books import CreditMemo, Invoice, Link, Payment
from qb_collections.core.case import CustomerKind, Cycle
from qb_collections.store import mirror_rows
from qb_collections.store.tables.audit import audit
from qb_collections.store.tables.decisions import cycle
from qb_collections.store.tables.mirror import (
    look,
    mirror_credit_memo,
    mirror_invoice,
    mirror_link,
    mirror_payment,
    recorded,
)


def invoices(conn: Connection, company_id: int) -> list[Invoice]:
    """Every invoice that the mirror has, with the time it was entered where that is known."""
    rows = conn.execute(_with_times(mirror_invoice, company_id, "Invoice")).mappings()
    return [replace(mirror_rows.invoice(row), created_at=row["entered_at"]) for row in rows]


def payments(conn: Connection, company_id: int) -> list[Payment]:
    rows = conn.execute(select(mirror_payment).where(mirror_payment.c.company_id == company_id)).mappings()
    return [mirror_rows.payment(row) for row in rows]


def links(conn: Connection, company_id: int) -> list[Link]:
    query = select(mirror_link).where(mirror_link.c.company_id == company_id)
    ordered = query.order_by(mirror_link.c.payment_id, mirror_link.c.position)
    return [mirror_rows.link(row) for row in conn.execute(ordered).mappings()]


def credit_memos(conn: Connection, company_id: int) -> list[CreditMemo]:
    rows = conn.execute(_with_times(mirror_credit_memo, company_id, "CreditMemo")).mappings()
    return [replace(mirror_rows.memo(row), created_at=row["entered_at"]) for row in rows]


def _with_times(table: Table, company_id: int, kind: str) -> Select[Any]:
    """Every document with the time at which it was entered into QuickBooks, where that is known."""
    at = recorded
    same = (at.c.company_id == table.c.company_id) & (at.c.kind == kind) & (at.c.id == table.c.id)
    query = select(table, at.c.created_at.label("entered_at")).outerjoin(at, same)
    return query.where(table.c.company_id == company_id)


def cycles(conn: Connection, company_id: int) -> dict[tuple[str, str], list[tuple[Cycle, date | None]]]:
    """Every cycle that there was, by customer and currency, with the day it ended."""
    found: dict[tuple[str, str], list[tuple[Cycle, date | None]]] = {}
    query = select(cycle).where(cycle.c.company_id == company_id).order_by(cycle.c.number)
    for row in conn.execute(query):
        value = Cycle(
            row.number, row.started_on, row.stage, row.contacts, row.policy_version, row.missed_call_on
        )
        found.setdefault((row.customer_id, row.currency), []).append((value, row.ended_on))
    return found


def looks(conn: Connection, company_id: int) -> dict[tuple[str, str], tuple[bool, CustomerKind | None]]:
    """By customer and currency: important to people or among the largest buyers, and who owes, if told."""
    query = select(look.c.customer_id, look.c.currency, look.c.important, look.c.buys_most, look.c.kind)
    return {
        (row.customer_id, row.currency): (
            row.important or row.buys_most,
            CustomerKind(row.kind) if row.kind else None,
        )
        for row in conn.execute(query.where(look.c.company_id == company_id))
    }


def holds_placed_at(conn: Connection, company_id: int) -> dict[int, datetime]:
    """When each hold was placed, from the audit: the hold itself keeps the day only."""
    query = select(audit.c.subject, audit.c.at).where(
        audit.c.company_id == company_id, audit.c.subject.like("hold %"), audit.c.action.like("hold placed%")
    )
    found: dict[int, datetime] = {}
    for row in conn.execute(query.order_by(audit.c.seq)):
        number = row.subject.removeprefix("hold ")
        if number.isdigit():
            found.setdefault(int(number), datetime.fromisoformat(row.at))
    return found
