"""Who is billed with whom, inside a statement: sites with their parent, of one currency.

The same rule as for cases: a customer belongs to whoever its bills go to, where both have one currency.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Select, and_, func, literal, select

from qb_collections.store.tables.mirror import mirror_customer

DEEPEST = 5  # QuickBooks nests customers five levels deep


def members_of(heads: Select[Any]) -> CTE:
    """(company_id, head, id, currency) of everybody billed with the heads, each of these with itself.

    heads selects company_id and customer_id.  UNION, so that a circle of parents ends.
    """
    asked = heads.subquery()
    themselves = (
        select(
            mirror_customer.c.company_id,
            mirror_customer.c.id.label("head"),
            mirror_customer.c.id.label("id"),
            mirror_customer.c.currency,
        )
        .join(
            asked,
            and_(
                asked.c.company_id == mirror_customer.c.company_id,
                asked.c.customer_id == mirror_customer.c.id,
            ),
        )
        .cte(recursive=True)
    )
    below = mirror_customer.alias()
    return themselves.union(
        select(themselves.c.company_id, themselves.c.head, below.c.id, below.c.currency).where(
            below.c.company_id == themselves.c.company_id,
            below.c.parent_id == themselves.c.id,
            below.c.bill_with_parent,
            below.c.currency == themselves.c.currency,
        )
    )


def heads_of(customers: Select[Any]) -> CTE:
    """(company_id, of_id, head): for each customer whose case it belongs to.

    customers selects company_id and customer_id.
    """
    asked = customers.subquery()
    start = (
        select(
            mirror_customer.c.company_id,
            mirror_customer.c.id.label("of_id"),
            mirror_customer.c.id.label("id"),
            mirror_customer.c.currency,
            mirror_customer.c.bill_with_parent,
            mirror_customer.c.parent_id,
            literal(0).label("level"),
        )
        .join(
            asked,
            and_(
                asked.c.company_id == mirror_customer.c.company_id,
                asked.c.customer_id == mirror_customer.c.id,
            ),
        )
        .cte(recursive=True)
    )
    parent = mirror_customer.alias()
    above = start.union(
        select(
            start.c.company_id,
            start.c.of_id,
            parent.c.id,
            parent.c.currency,
            parent.c.bill_with_parent,
            parent.c.parent_id,
            start.c.level + 1,
        ).where(
            parent.c.company_id == start.c.company_id,
            parent.c.id == start.c.parent_id,
            start.c.bill_with_parent,
            parent.c.currency == start.c.currency,
            start.c.level < DEEPEST,
        )
    )
    in_turn = (
        select(
            above.c.company_id,
            above.c.of_id,
            above.c.id,
            func.row_number()
            .over(partition_by=(above.c.company_id, above.c.of_id), order_by=above.c.level.desc())
            .label("turn"),
        )
    ).subquery()
    return (
        select(in_turn.c.company_id, in_turn.c.of_id, in_turn.c.id.label("head"))
        .where(in_turn.c.turn == 1)
        .cte()
    )
