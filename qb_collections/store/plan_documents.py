"""A plan's originals and installments with what the mirror says is still owed on them; one statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Date,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    null,
    select,
    union_all,
)

from qb_collections.store.tables.mirror import mirror_invoice
from qb_collections.store.tables.plans import installment, plan_original
from qb_collections.store.types import MoneyUnits


@cache
def _query() -> Select[Any]:
    """Built once: its parts cost more to put together than the rows to read."""
    plan_ids: BindParameter[Sequence[int]] = bindparam("plan_ids", expanding=True)
    originals = select(
        plan_original.c.plan_id,
        null().cast(Integer).label("number"),
        plan_original.c.invoice_id,
        null().cast(Date).label("due_on"),
        plan_original.c.amount,
        null().cast(String).label("state"),
        null().cast(MoneyUnits).label("balance"),
    ).where(plan_original.c.company_id == bindparam("company_id"), plan_original.c.plan_id.in_(plan_ids))
    own_invoice = (mirror_invoice.c.company_id == installment.c.company_id) & (
        mirror_invoice.c.id == installment.c.invoice_id
    )
    installments = (
        select(
            installment.c.plan_id,
            installment.c.number,
            installment.c.invoice_id,
            installment.c.due_on,
            installment.c.amount,
            installment.c.state,
            mirror_invoice.c.balance,
        )
        .select_from(installment.outerjoin(mirror_invoice, own_invoice))
        .where(installment.c.company_id == bindparam("company_id"), installment.c.plan_id.in_(plan_ids))
    )
    both = union_all(originals, installments).subquery()
    return select(both).order_by(both.c.plan_id, both.c.number, both.c.invoice_id)


def of(conn: Connection, company_id: int, plan_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Originals (number None) and installments with what the mirror says is still owed on them."""
    found: dict[int, list[Row[Any]]] = {}
    for row in conn.execute(_query(), {"company_id": company_id, "plan_ids": [*plan_ids]}):
        found.setdefault(row.plan_id, []).append(row)
    return found
