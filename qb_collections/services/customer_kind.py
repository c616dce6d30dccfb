"""Who owes: a company, a sole trader or a private person.  It governs how often they may be contacted."""

from __future__ import annotations

from qb_collections.core.case import CustomerKind
from qb_collections.core.contact_limits import allowed_for
from qb_collections.core.policy import Policy
from qb_collections.core.wording import count_text, list_text
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable

AS_QUICKBOOKS = "as-quickbooks"
# What a person may say, in commands and on pages; the last leaves it to QuickBooks' company name.
CHOICES = {
    "company": CustomerKind.COMPANY,
    "sole-trader": CustomerKind.SOLE_TRADER,
    "private": CustomerKind.PRIVATE,
    AS_QUICKBOOKS: None,
}
WORDS = {
    CustomerKind.COMPANY: "a company",
    CustomerKind.SOLE_TRADER: "a sole trader",
    CustomerKind.PRIVATE: "a private person",
    CustomerKind.UNKNOWN: "not known, so treated as a private person",
}


def say(context: Context, company: Company, customer: str, choice: str, *, by: str) -> str | Refusal:
    """Say who the customer (a name or QuickBooks id) is, one of CHOICES; the next look is today.

    One who is billed with a parent is spoken of there: messages go to whoever pays.
    """
    if choice not in CHOICES:
        return Refusal(f"{choice[:20]!r} is no kind of customer; there are {list_text(list(CHOICES))}.")
    kind = CHOICES[choice]
    now = context.clock.now()
    today = company.today(now)
    with durable(context.engine) as conn:
        found = finding.customer(conn, company, customer)
        if isinstance(found, Refusal):
            return found
        key = cases.key_of(conn, company.id, found.id) or (found.id, found.currency)
        head = mirror.customers(conn, company.id, [key[0]])[key[0]]
        look = cases.look_of(conn, company.id, *key)
        same = (look.kind if look is not None else None) is kind
        if not same:
            cases.set_kind(conn, company.id, *key, kind)
            cases.touch(conn, company.id, [key[0]], today)
            names = {"currency": key[1], "kind": choice}
            audit.append(conn, company.id, by, "kind of customer said", f"customer {key[0]}", names, now)
        policy = Rulebook(conn, company, today).policy
    taken = kind or cases.kind_by_name(head)
    said = f"{head.name}: {WORDS[taken]}{' already' if same else ''}."
    if kind is None:
        told = "has a company name" if taken.is_company else "has no company name"
        said = f"{head.name}: as QuickBooks tells, which {told} for them; {WORDS[taken]}."
    return f"{said} {meaning(taken, policy)}"


def meaning(kind: CustomerKind, policy: Policy) -> str:
    """What the kind changes, under this policy: how often they may be contacted, and whether by phone."""
    limits = allowed_for(kind, policy)
    caps = list_text([f"{most} in {window} days" for window, most in limits.caps if window in (7, 30)])
    often = f"Contacts are at least {count_text(limits.gap_days, 'day')} apart, at most {caps}"
    if kind.is_company or policy.private_persons.calls:
        return f"{often}."
    return f"{often}, and nobody calls them."
