"""Who is treated by which policy: the company's own, that of a group of customers, or a customer's own.

The most specific holds.  Groups are the owner's own lists; a customer is on one list at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.core.policy_text import nearest
from qb_collections.services import finding, policies, presets
from qb_collections.services.context import Context
from qb_collections.services.policies import NAME_MAX, NOTE_MAX
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, mirror
from qb_collections.store import policies as stored
from qb_collections.store import policy_assignments as rows
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.policies import StoredPolicy
from qb_collections.store.policy_assignments import Assignment, Scope


@dataclass(frozen=True, slots=True)
class Group:
    """One of the owner's lists of customers."""

    name: str
    policy: str | None  # None: the company's own
    customers: tuple[str, ...]  # names, sorted


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer with a policy of its own."""

    customer: str
    policy: str
    note: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Which policies a company has, and who is treated by which."""

    own: StoredPolicy
    named: tuple[StoredPolicy, ...]
    groups: tuple[Group, ...]
    customers: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """What was done."""

    policy: StoredPolicy | None  # None: back to the company's own
    scope: Scope
    whom: str  # the customer's or the group's name
    customers: int  # how many it concerns


def assign(
    context: Context,
    company: Company,
    policy: str,
    *,
    customer: str | None = None,
    group: str | None = None,
    author: str,
    note: str = "",
) -> Assigned | Refusal:
    """Treat a customer, or a group of customers, by that policy from the next night on.

    policy is a name that this company keeps one under, or a policy that ships, which is then kept under
    its own name.  A running cycle keeps its steps; limits, hours and approvals hold at once.
    """
    if len(note) > NOTE_MAX:
        return Refusal(f"The note has {len(note)} characters; up to {NOTE_MAX} fit.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        whom = _whom(conn, company, customer, group)
        if isinstance(whom, Refusal):
            return whom
        kept = _kept(conn, company, policy, author, now)
        if isinstance(kept, Refusal):
            return kept
        assert kept.name is not None
        given = Assignment(whom.scope, whom.target, kept.name, author, note.strip(), now)
        rows.assign(conn, company.id, given)
        _record(
            conn, company, author, "policy assigned", whom, {"policy": kept.name, "note": given.note}, now
        )
    return Assigned(kept, whom.scope, whom.name, len(whom.ids))


def unassign(
    context: Context, company: Company, *, customer: str | None = None, group: str | None = None, author: str
) -> Assigned | Refusal:
    """Back to the next less specific policy: a customer's group's, else the company's own."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        whom = _whom(conn, company, customer, group)
        if isinstance(whom, Refusal):
            return whom
        if not rows.unassign(conn, company.id, whom.scope, whom.target):
            return Refusal(f"{whom.name} has no policy of its own. Nothing was changed.")
        _record(conn, company, author, "policy unassigned", whom, {}, now)
    return Assigned(None, whom.scope, whom.name, len(whom.ids))


def group_add(
    context: Context, company: Company, group: str, customers: Sequence[str], *, author: str
) -> Group | Refusal:
    """Put customers on a group's list, which begins with its first one.  Who is on another list moves."""
    name = " ".join(group.split())
    if not name or len(name) > NAME_MAX or not name.isprintable():
        return Refusal(f"A group's name has 1 to {NAME_MAX} letters on one line, as in Schools.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        name = _known_group(conn, company, name) or name
        found = _customers(conn, company, customers)
        if isinstance(found, Refusal):
            return found
        rows.join(conn, company.id, name, [one.id for one in found], author, now)
        _changed(conn, company, name, [one.id for one in found], "customers added", author, now)
        return _group(conn, company, name)


def group_remove(
    context: Context, company: Company, group: str, customers: Sequence[str], *, author: str
) -> Group | Refusal:
    """Take customers off a group's list.  A group without customers is no more, but keeps its policy."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        name = _known_group(conn, company, group)
        if name is None:
            return _no_group(conn, company, group)
        found = _customers(conn, company, customers)
        if isinstance(found, Refusal):
            return found
        members = rows.groups(conn, company.id)
        outside = next((one for one in found if members.get(one.id) != name), None)
        if outside is not None:
            return Refusal(f"{outside.name} is not in the group {name}. Nothing was changed.")
        rows.leave(conn, company.id, name, [one.id for one in found])
        _changed(conn, company, name, [one.id for one in found], "customers removed", author, now)
        return _group(conn, company, name)


def overview(context: Context, company: Company) -> Overview:
    with reading(context.engine) as conn:
        known = mirror.customers(conn, company.id)
        given = rows.assignments(conn, company.id)
        members = rows.groups(conn, company.id)
        names = sorted(set(members.values()) | {one.target for one in given if one.scope == "group"})
        of_customers = [
            Holder(known[one.target].name if one.target in known else one.target, one.name, one.note)
            for one in given
            if one.scope == "customer"
        ]
        return Overview(
            stored.current(conn, company.id),
            tuple(stored.named(conn, company.id).values()),
            tuple(_group(conn, company, name) for name in names),
            tuple(sorted(of_customers, key=lambda one: one.customer.casefold())),
        )


@dataclass(frozen=True, slots=True)
class _Whom:
    scope: Scope
    target: str
    name: str
    ids: tuple[str, ...]


def _whom(conn: Connection, company: Company, customer: str | None, group: str | None) -> _Whom | Refusal:
    if (customer is None) == (group is None):
        return Refusal("Say for whom: one customer, or one group of customers.")
    if customer is not None:
        found = _customers(conn, company, [customer])
        return (
            found
            if isinstance(found, Refusal)
            else _Whom("customer", found[0].id, found[0].name, (found[0].id,))
        )
    assert group is not None
    name = _known_group(conn, company, group)
    if name is None:
        return _no_group(conn, company, group)
    ids = tuple(one for one, of in rows.groups(conn, company.id).items() if of == name)
    return _Whom("group", name, name, ids)


def _customers(conn: Connection, company: Company, names: Sequence[str]) -> list[Customer] | Refusal:
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


def _kept(
    conn: Connection, company: Company, name: str, author: str, now: datetime
) -> StoredPolicy | Refusal:
    """The policy of that name; one that ships is kept under its own name from now on."""
    beside = stored.named(conn, company.id)
    known = {one.casefold(): one for one in beside}
    if name.strip().casefold() in known:
        return beside[known[name.strip().casefold()]]
    preset = presets.find(name)
    if isinstance(preset, Refusal):
        every = sorted({*beside, *(one.title for one in presets.every())})
        close = nearest(name.strip(), every)
        hint = f' Did you mean "{close}"?' if close else ""
        return Refusal(f'There is no policy "{name[:60]}".{hint} There are: {", ".join(every)}.')
    if preset.title in beside:
        return beside[preset.title]
    note = f"the policy that ships as {preset.title}"
    return policies.add(conn, company, preset.text, author=author, note=note, now=now, name=preset.title)


def _known_group(conn: Connection, company: Company, name: str) -> str | None:
    wanted = " ".join(name.split()).casefold()
    return next((one for one in _group_names(conn, company) if one.casefold() == wanted), None)


def _group_names(conn: Connection, company: Company) -> list[str]:
    given = {one.target for one in rows.assignments(conn, company.id) if one.scope == "group"}
    return sorted({*rows.groups(conn, company.id).values(), *given})


def _no_group(conn: Connection, company: Company, name: str) -> Refusal:
    names = _group_names(conn, company)
    if not names:
        return Refusal(
            f'{company.name} has no group "{name[:60]}", and no other yet. '
            "Begin one with: qb-collections policy group NAME --add CUSTOMER"
        )
    return Refusal(f'{company.name} has no group "{name[:60]}".{finding.nearest(name, names)}')


def _group(conn: Connection, company: Company, name: str) -> Group:
    ids = [one for one, of in rows.groups(conn, company.id).items() if of == name]
    known = mirror.customers(conn, company.id, ids)
    given = next(
        (
            one.name
            for one in rows.assignments(conn, company.id)
            if (one.scope, one.target) == ("group", name)
        ),
        None,
    )
    names = [known[one].name if one in known else one for one in ids]
    return Group(name, given, tuple(sorted(names, key=str.casefold)))


def _record(
    conn: Connection,
    company: Company,
    author: str,
    action: str,
    whom: _Whom,
    detail: dict[str, str],
    now: datetime,
) -> None:
    cases.touch(conn, company.id, whom.ids, company.today(now))
    audit.append(conn, company.id, author, action, f"{whom.scope} {whom.name}", detail, now)


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
