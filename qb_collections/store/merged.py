"""Customers whom the books made one: what stands for the one that is gone stands for the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, and_, or_, select, update

from qb_collections.store.tables.customer_file import contact_person, document_on_file, internal_note
from qb_collections.store.tables.dealing import answer, call_attempt, reply
from qb_collections.store.tables.decisions import hold
from qb_collections.store.tables.mirror import look, mirror_invoice
from qb_collections.store.tables.plans import installment, plan, plan_original
from qb_collections.store.tables.tasks import task
from qb_collections.store.tables.wording import customer_language


def hand_on_holds(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Holds that nobody lifted follow the customer's documents."""
    conn.execute(
        update(hold)
        .where(hold.c.company_id == company_id, hold.c.customer_id == gone, hold.c.lifted_at.is_(None))
        .values(customer_id=into)
    )


def hand_on_plans(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Every plan, ended ones too: its documents in the books are the survivor's now."""
    conn.execute(
        update(plan)
        .where(plan.c.company_id == company_id, plan.c.customer_id == gone)
        .values(customer_id=into)
    )


def holds_follow_invoices(conn: Connection, company_id: int, former_ids: Iterable[str]) -> None:
    """What stands about one invoice is said of whoever has the invoice now."""
    owner = (
        select(mirror_invoice.c.customer_id)
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.id == hold.c.invoice_id)
        .scalar_subquery()
    )
    conn.execute(
        update(hold)
        .where(hold.c.company_id == company_id, hold.c.customer_id.in_(former_ids))
        .where(hold.c.lifted_at.is_(None), hold.c.invoice_id.is_not(None), owner.is_not(None))
        .values(customer_id=owner)
    )


def planned_elsewhere(
    conn: Connection, company_id: int, former_ids: Iterable[str], running: Iterable[str]
) -> Iterator[tuple[str, str, int]]:
    """Open invoices on a running plan of one of these customers that are another's now.

    (whose the invoice is, the invoice, the plan's number); running: the states of such a plan.
    """
    on_it = or_(
        mirror_invoice.c.id.in_(
            select(plan_original.c.invoice_id).where(
                plan_original.c.company_id == company_id, plan_original.c.plan_id == plan.c.id
            )
        ),
        mirror_invoice.c.id.in_(
            select(installment.c.invoice_id).where(
                installment.c.company_id == company_id, installment.c.plan_id == plan.c.id
            )
        ),
    )
    another = and_(
        mirror_invoice.c.company_id == company_id, mirror_invoice.c.customer_id != plan.c.customer_id, on_it
    )
    query = (
        select(mirror_invoice.c.customer_id, mirror_invoice.c.id, plan.c.number)
        .select_from(plan.join(mirror_invoice, another))
        .where(plan.c.company_id == company_id, plan.c.customer_id.in_(former_ids), plan.c.state.in_(running))
        .order_by(plan.c.id, mirror_invoice.c.id)
    )
    for row in conn.execute(query):
        yield row.customer_id, row.id, row.number


def hand_on_importance(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Whom a person had people speak to first stays so under the other name."""
    was = select(look.c.currency).where(
        look.c.company_id == company_id, look.c.customer_id == gone, look.c.important
    )
    conn.execute(
        update(look)
        .where(look.c.company_id == company_id, look.c.customer_id == into, look.c.currency.in_(was))
        .values(important=True)
    )


def hand_on_dealings(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Calls, replies, people, notes and documents are of the one who is left, as is what is owed them."""
    for table in (call_attempt, reply, contact_person, internal_note, document_on_file):
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


def hand_on_tasks(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Whatever still waits for a person is about the one who is left."""
    conn.execute(
        update(task)
        .where(task.c.company_id == company_id, task.c.customer_id == gone, task.c.state == "open")
        .values(customer_id=into)
    )


def hand_on_language(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """The language that was chosen for the one, unless another was chosen for the other."""
    here = customer_language.c.company_id == company_id
    chosen = select(customer_language.c.customer_id).where(here, customer_language.c.customer_id == into)
    if conn.execute(chosen).first() is None:
        conn.execute(
            update(customer_language)
            .where(here, customer_language.c.customer_id == gone)
            .values(customer_id=into)
        )
