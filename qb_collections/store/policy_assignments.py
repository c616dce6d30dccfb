"""Which policy a customer or a group of customers has, and who is in which group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, delete, select, update

from qb_collections.store.once import once
from qb_collections.store.tables.policies import customer_group, policy_assignment
from qb_collections.store.upsert import upsert

Scope = Literal["customer", "group"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of who is treated by which policy; what names no policy is the company's own."""

    scope: Scope
    target: str  # the customer's id, or the group's name
    name: str  # of the policy
    author: str
    note: str
    assigned_at: datetime


def assign(conn: Connection, company_id: int, given: Assignment) -> None:
    """Give a customer or a group that policy, in place of the one it had."""
    row = {
        "company_id": company_id,
        "scope": given.scope,
        "target": given.target,
        "name": given.name,
        "author": given.author,
        "note": given.note,
        "assigned_at": given.assigned_at,
    }
    upsert(conn, policy_assignment, [row], key=["company_id", "scope", "target"])


def unassign(conn: Connection, company_id: int, scope: Scope, target: str) -> bool:
    """Take a customer's or a group's policy away; whether there was one."""
    done = conn.execute(
        delete(policy_assignment).where(
            policy_assignment.c.company_id == company_id,
            policy_assignment.c.scope == scope,
            policy_assignment.c.target == target,
        )
    )
    return done.rowcount > 0


def assignments(conn: Connection, company_id: int) -> list[Assignment]:
    """Groups first, then customers, each by name."""
    return [
        Assignment(row.scope, row.target, row.name, row.author, row.note, row.assigned_at)
        for row in _of_company(conn, company_id=company_id)
    ]


@once
def _of_company(company_id: int) -> Select[Any]:
    return (
        select(policy_assignment)
        .where(policy_assignment.c.company_id == company_id)
        .order_by(policy_assignment.c.scope.desc(), policy_assignment.c.target)
    )


def join(
    conn: Connection, company_id: int, name: str, customer_ids: Iterable[str], author: str, at: datetime
) -> None:
    """Put customers on the group's list; whoever is on another list moves to this one."""
    rows = [
        {"company_id": company_id, "customer_id": one, "name": name, "author": author, "added_at": at}
        for one in customer_ids
    ]
    upsert(conn, customer_group, rows, key=["company_id", "customer_id"])


def leave(conn: Connection, company_id: int, name: str, customer_ids: Iterable[str]) -> None:
    """Take customers off the group's list."""
    for one in customer_ids:
        conn.execute(
            delete(customer_group).where(
                customer_group.c.company_id == company_id,
                customer_group.c.customer_id == one,
                customer_group.c.name == name,
            )
        )


def hand_on(conn: Connection, company_id: int, gone: str, into: str) -> None:
    """Two customers became one in the books: the survivor takes over what it does not have itself."""
    given = {one.target: one for one in assignments(conn, company_id) if one.scope == "customer"}
    members = groups(conn, company_id)
    if gone in given and into not in given:
        assign(conn, company_id, replace(given[gone], target=into))
    if gone in members and into not in members:
        row = customer_group.c
        conn.execute(
            update(customer_group)
            .where(row.company_id == company_id, row.customer_id == gone)
            .values(customer_id=into)
        )
    unassign(conn, company_id, "customer", gone)
    leave(conn, company_id, members.get(gone, ""), [gone])


def groups(conn: Connection, company_id: int) -> dict[str, str]:
    """The group of each customer that is in one."""
    query = select(customer_group.c.customer_id, customer_group.c.name).where(
        customer_group.c.company_id == company_id
    )
    return {row.customer_id: row.name for row in conn.execute(query)}


def by_customer(conn: Connection, company_id: int) -> dict[str, str]:
    """The name of the policy of each customer that has another than the company's own.

    A customer's own assignment goes before that of its group.
    """
    given = assignments(conn, company_id)
    if not given:
        return {}
    of_group = {one.target: one.name for one in given if one.scope == "group"}
    found = {
        customer: of_group[group] for customer, group in groups(conn, company_id).items() if group in of_group
    }
    return found | {one.target: one.name for one in given if one.scope == "customer"}
