"""Who is billed together: a customer belongs to the parent who pays, where both have one currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CTE, Connection, Select, exists, select

from qb_collections.core.books import Customer
from qb_collections.store import mirror, mirror_rows
from qb_collections.store.once import once
from qb_collections.store.tables.mirror import mirror_customer
from qb_collections.store.within import within

Key = tuple[str, str]  # customer id, currency


def family(conn: Connection, company_id: int, customer_id: str) -> dict[Key, list[Customer]]:
    """Everybody whose case is that customer's, itself first, by the case's key: for one page, then `load`.

    Nothing when the mirror does not know the customer, or bills it with a parent.
    """
    return {
        (some[0].id, some[0].currency): some for some in _by_head(conn, company_id, [customer_id]).values()
    }


def key_of(conn: Connection, company_id: int, customer_id: str) -> Key | None:
    """The key of the case that a customer belongs to; None: the mirror does not know the customer."""
    found = billed_with(conn, company_id, [customer_id]).get(customer_id)
    return (found.id, found.currency) if found else None


def billed_with(conn: Connection, company_id: int, ids: Sequence[str]) -> dict[str, Customer]:
    """For each of these customers whose case it belongs to: its own, or that of who is billed for it."""
    found = mirror.customers(conn, company_id, ids)
    parents = dict(found)
    # QuickBooks nests customers five levels deep.
    for _ in range(5):
        missing = {
            one.parent_id
            for one in parents.values()
            if one.bill_with_parent and one.parent_id and one.parent_id not in parents
        }
        more = mirror.customers(conn, company_id, missing) if missing else {}
        if not more:
            break
        parents |= more
    return {customer_id: _head(one, parents) for customer_id, one in found.items()}


def heads_of(customers: Mapping[str, Customer]) -> dict[str, Customer]:
    """The same for every customer that there is, without asking again."""
    return {customer_id: _head(one, customers) for customer_id, one in customers.items()}


def _head(one: Customer, parents: Mapping[str, Customer]) -> Customer:
    seen = {one.id}
    while one.bill_with_parent and one.parent_id is not None:
        parent = parents.get(one.parent_id)
        if parent is None or parent.currency != one.currency or parent.id in seen:
            break
        one = parent
        seen.add(one.id)
    return one


def of_keys(conn: Connection, company_id: int, keys: Sequence[Key]) -> dict[Key, list[Customer]]:
    """Each head of a case with everybody billed with it, the head first, by key in the order asked."""
    if not keys:
        return {}
    families = _by_head(conn, company_id, [customer_id for customer_id, _ in keys])
    result = {}
    for customer_id, currency in keys:
        family = families.get(customer_id)
        if family is None or family[0].currency != currency:
            continue
        result[customer_id, currency] = family
    return result


def _by_head(conn: Connection, company_id: int, ids: Sequence[str]) -> dict[str, list[Customer]]:
    families: dict[str, list[Customer]] = defaultdict(list)
    for row in _below_heads(conn, company_id=company_id, ids=ids).all():
        families[row[-1]].append(mirror_rows.raw_customer(row[:-1]))
    for head, some in families.items():
        if len(some) > 1:
            some.sort(key=lambda one: (one.id != head, one.id))
    return families


@once
def _below_heads(company_id: int, ids: Sequence[str]) -> Select[Any]:
    members = _members(company_id, ids)
    return (
        select(*mirror_rows.RAW_CUSTOMER, members.c.head)
        .join(members, members.c.id == mirror_customer.c.id)
        .where(mirror_customer.c.company_id == company_id)
    )


def _members(company_id: int, ids: Sequence[str]) -> CTE:
    """(head, id) of everybody below the heads.  UNION, so that a circle of parents ends."""
    above = mirror_customer.alias("above")
    has_head = exists().where(
        above.c.company_id == company_id,
        above.c.id == mirror_customer.c.parent_id,
        above.c.id != mirror_customer.c.id,
        above.c.currency == mirror_customer.c.currency,
    )
    heads = (
        select(
            mirror_customer.c.id.label("head"), mirror_customer.c.id.label("id"), mirror_customer.c.currency
        )
        .where(
            mirror_customer.c.company_id == company_id,
            # A customer has one currency: whether it is the key's is seen when the rows are here.
            within(mirror_customer.c.id, ids),
            ~(mirror_customer.c.bill_with_parent & has_head),
        )
        .cte("members", recursive=True)
    )
    below = mirror_customer.alias("below")
    return heads.union(
        select(heads.c.head, below.c.id, below.c.currency).where(
            below.c.company_id == company_id,
            below.c.parent_id == heads.c.id,
            below.c.bill_with_parent,
            below.c.currency == heads.c.currency,
        )
    )
