"""Groups: the owner's own lists of customers that are treated alike.  A customer is on one list at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.policies import NAME_MAX
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, mirror
from qb_collections.store import policy_assignments as rows
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable


@dataclass(frozen=True, slots=True)
class Group:
    """One of the owner's lists of customers."""

    name: str
    policy: str | None  # None: the company's own
    customers: tuple[str, ...]  # names, sorted


def add(
    context: Context, company: Company, group: str, customers: Sequence[str], *, author: str
) -> Group | Refusal:
    """Put customers on a group's list, which begins with its first one.  Who is on another list moves."""
    name = " ".join(group.split())
    if not name or len(name) > NAME_MAX or not name.isprintable():
        return Refusal(f"A group's name has 1 to {NAME_MAX} letters on one line, as in Schools.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        name = known(conn, company, name) or name
        found = customers_named(conn, company, customers)
        if isinstance(found, Refusal):
            return found
        rows.join(conn, company.id, name, [one.id for one in found], author, now)
        _changed(conn, company, name, [one.id for one in found], "customers added", author, now)
        return of_name(conn, company, name)


def remove(
    context: Context, company: Company, group: str, customers: Sequence[str], *, author: str
) -> Group | Refusal:
    """Take customers off a group's list.  A group without customers is no more, but keeps its policy."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        name = known(conn, company, group)
        if name is None:
            return no_such(conn, company, group)
        found = customers_named(conn, company, customers)
        if isinstance(found, Refusal):
            return found
        members = rows.groups(conn, company.id)
        outside = next((one for one in found if members.get(one.id) != name), None)
        if outside is not None:
            return Refusal(f"{outside.name} is not in the group {name}. Nothing was changed.")
        rows.leave(conn, company.id, name, [one.id for one in found])
        _changed(conn, company, name, [one.id for one in found], "customers removed", author, now)
        return of_name(conn, company, name)


def customers_named(conn: Connection, company: Company, names: Sequence[str]) -> list[Customer] | Refusal:
    """Each of them with a case of its own: what is billed with another follows that one's policy."""
    if not names:
        return Refusal("Name at least one customer.")
    found = []
    for name in names:
        one = finding.customer(conn, company, name)
        if isinstance(one, Refusal):
            return one
        found.append(one)
    heads = cases.billed_with(conn, company.id, [one.id for one in found])
    for one in found:
        head = heads.get(one.id, one)
        if head.id != one.id:
            return Refusal(
                f"{one.name} is billed with {head.name}, and treated as {head.name} is. Name that one."
            )
    return found


def known(conn: Connection, company: Company, name: str) -> str | None:
    """The group's name as it is written, capitals or not; None when there is no such group."""
    wanted = " ".join(name.split()).casefold()
    return next((one for one in names(conn, company) if one.casefold() == wanted), None)


def names(conn: Connection, company: Company) -> list[str]:
    """Every group that has customers or a policy."""
    given = {one.target for one in rows.assignments(conn, company.id) if one.scope == "group"}
    return sorted({*rows.groups(conn, company.id).values(), *given})


def no_such(conn: Connection, company: Company, name: str) -> Refusal:
    """Names the nearest ones."""
    every = names(conn, company)
    if not every:
        return Refusal(
            f'{company.name} has no group "{name[:60]}", and no other yet.',
            "Begin one with: qb-collections policy group NAME --add CUSTOMER",
        )
    return Refusal(f'{company.name} has no group "{name[:60]}".{finding.nearest(name, every)}')


def of_name(conn: Connection, company: Company, name: str) -> Group:
    ids = [one for one, of in rows.groups(conn, company.id).items() if of == name]
    people = mirror.customers(conn, company.id, ids)
    given = next(
        (
            one.name
            for one in rows.assignments(conn, company.id)
            if (one.scope, one.target) == ("group", name)
        ),
        None,
    )
    listed = [people[one].name if one in people else one for one in ids]
    return Group(name, given, tuple(sorted(listed, key=str.casefold)))


def _changed(
    conn: Connection,
    company: Company,
    group: str,
    ids: Sequence[str],
    action: str,
    author: str,
    now: datetime,
) -> None:
    cases.touch(conn, company.id, ids, company.today(now))
    audit.append(conn, company.id, author, action, f"group {group}", {"customers": list(ids)}, now)
