"""The brake: a night with many more contacts than usual waits for a person."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from qb_collections.core import admission
from qb_collections.core.policy import Brake
from qb_collections.store import runs
from qb_collections.store.companies import Company

USUAL_RUNS = 10  # how many earlier nights tell what is usual


def braked(conn: Connection, company: Company, on: date, contacts: int, brake: Brake) -> str | None:
    """The sentence that holds a night of so many contacts, or None."""
    earlier = runs.list(conn, company.id, kind="night", limit=USUAL_RUNS)
    usual = [int(run.counts.get("contacts", 0)) for run in earlier if run.on < on]
    return admission.brake(contacts, [count for count in usual if count], brake)
