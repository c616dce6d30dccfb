"""The first list: whose row a person has seen, and who waits while it is tried with one customer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core import first_look as core
from qb_collections.core.case import Case
from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Decision, Finding
from qb_collections.core.first_look import FirstLook, Review
from qb_collections.core.silence import CONTACTS, silenced
from qb_collections.store import first_look
from qb_collections.store.companies import Company

Key = tuple[str, str]  # customer, currency
GATE = "trial"
NOT_SEEN = (
    "Waiting for you: nobody has looked at this customer on the first list yet. Look at the row, approve "
    "the message, or say to go on with all."
)


def on_trial(look: FirstLook | None, decision: Decision) -> Decision:
    """The decision, or a silence while it is tried with another customer; the look comes when that ends."""
    if decision.outcome not in CONTACTS:
        return decision
    because = core.on_trial(look, decision.customer_id, decision.currency)
    return decision if because is None else silenced(decision, GATE, because, None)


def tried(look: FirstLook | None, cases: Sequence[Case]) -> Sequence[Case]:
    """Over whom old debts are spread: the one on trial begins at once, and takes nobody's day."""
    if look is None or look.review is not Review.ONE:
        return cases
    return [case for case in cases if (case.customer.id, case.currency) == (look.customer_id, look.currency)]


def begins(look: FirstLook | None) -> bool:
    """Whether contacting begins for everybody: a trial leaves the gentle start for the day it ends."""
    return look is None or look.review is not Review.ONE


def unseen_keys(
    conn: Connection, company: Company, look: FirstLook | None, keys: Collection[Key]
) -> frozenset[Key]:
    """Who of these waits because nobody has seen their row.  Where every message waits, nobody does more."""
    if look is None or look.review is not Review.OPEN or company.mode is not Mode.AUTOMATIC:
        return frozenset()
    return frozenset(keys) - first_look.seen(conn, company.id).keys()


def unseen(conn: Connection, company: Company, look: FirstLook | None, decision: Decision) -> Finding | None:
    """Why this contact waits although the company sends by itself; None when it does not."""
    key = (decision.customer_id, decision.currency)
    return Finding("first list", NOT_SEEN, True) if unseen_keys(conn, company, look, [key]) else None


def agreed(conn: Connection, company: Company, keys: Iterable[Key], *, by: str, at: datetime) -> None:
    """Whose message a person agreed to, their row was seen."""
    look = first_look.of(conn, company.id)
    if look is not None and look.review is Review.OPEN:
        first_look.see(conn, company.id, sorted(set(keys)), by=by, at=at)
