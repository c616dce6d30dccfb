"""Important customers: a person says whose firm steps wait for a yes."""

from __future__ import annotations

from qb_collections.core.policy import Policy
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable


def mark(context: Context, company: Company, customer: str, important: bool, *, by: str) -> str | Refusal:
    """Mark the customer (a name or QuickBooks id), or take the mark away; the next look is today.

    One who is billed with a parent is marked there: messages go to whoever pays.
    """
    now = context.clock.now()
    today = company.today(now)
    with durable(context.engine) as conn:
        found = finding.customer(conn, company, customer)
        if isinstance(found, Refusal):
            return found
        key = cases.key_of(conn, company.id, found.id) or (found.id, found.currency)
        name = mirror.customers(conn, company.id, [key[0]])[key[0]].name
        look = cases.look_of(conn, company.id, *key)
        if (look is not None and look.important) is important:
            return f"{name} {'is marked as important' if important else 'is no important customer'} already."
        cases.set_important(conn, company.id, *key, important)
        cases.touch(conn, company.id, [key[0]], today)
        act = "marked important" if important else "no longer important"
        audit.append(conn, company.id, by, act, f"customer {key[0]}", {"currency": key[1]}, now)
        policy = Rulebook(conn, company, today).policy
    if not important:
        return (
            f"{name} is treated like everybody else again; only the steps you approve for all wait for you."
        )
    return f"{name} is marked as important. {meaning(policy)}"


def meaning(policy: Policy) -> str:
    """What the mark changes, under this policy."""
    stage = policy.stage(policy.approvals.important_from)
    if stage is None:
        return (
            f'The policy names no step from which you approve ("important_from" is '
            f'"{policy.approvals.important_from}", which its ladder does not have), so nothing changes yet.'
        )
    return f"From the {stage.name} on, nothing goes to them before you have approved it."
