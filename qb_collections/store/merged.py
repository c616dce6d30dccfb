"""Customers whom the books made one: what stands for the one that is gone stands for the other."""

from __future__ import annotations

from sqlalchemy import Connection, update

from qb_collections.store.tables.customer_file import contact_person, internal_note
from qb_collections.store.tables.dealing import answer, call_attempt, reply
from qb_collections.store.tables.decisions import hold


def hand_on_holds(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Holds that nobody lifted follow the customer's documents."""
    conn.execute(
        update(hold)
        .where(hold.c.company_id == company_id, hold.c.customer_id == gone, hold.c.lifted_at.is_(None))
        .values(customer_id=into)
    )


def hand_on_dealings(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Calls, replies, people and notes are of the one who is left, and what is owed as an answer too."""
    for table in (call_attempt, reply, contact_person, internal_note):
        conn.execute(
            update(table)
            .where(table.c.company_id == company_id, table.c.customer_id == gone)
            .values(customer_id=into)
        )
    conn.execute(
        update(answer)
        .where(answer.c.company_id == company_id, answer.c.customer_id == gone, answer.c.state == "wanted")
        .values(customer_id=into)
    )
