"""Who is treated by which policy: the company's own, that of a group of customers, or a customer's own.

The most specific holds.  Groups are the owner's own lists; a customer is on one list at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core.policy_text import nearest
from qb_collections.services import policies, policy_groups, presets
from qb_collections.services.context import Context
from qb_collections.services.policies import NOTE_MAX
from qb_collections.services.policy_groups import Group
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, mirror
from qb_collections.store import policies as stored
from qb_collections.store import policy_assignments as rows
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.policies import StoredPolicy
from qb_collections.store.policy_assignments import Assignment, Scope


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
            tuple(policy_groups.of_name(conn, company, name) for name in names),
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
        found = policy_groups.customers_named(conn, company, [customer])
        return (
            found
            if isinstance(found, Refusal)
            else _Whom("customer", found[0].id, found[0].name, (found[0].id,))
        )
    assert group is not None
    name = policy_groups.known(conn, company, group)
    if name is None:
        return policy_groups.no_such(conn, company, group)
    ids = tuple(one for one, of in rows.groups(conn, company.id).items() if of == name)
    return _Whom("group", name, name, ids)


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
