"""What people made of drafts before they left: other words, or not this time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from qb_collections.store.tables.decisions import decision, draft_change
from qb_collections.store.upsert import upsert

Key = tuple[str, str]  # customer id, currency


@dataclass(frozen=True, slots=True)
class DraftChange:
    """It holds as long as facts and words are those that the person saw."""

    facts_hash: str
    of_text: str | None
    subject: str | None
    text: str | None  # None: the words stay ours
    edited_by: str | None
    skipped_by: str | None


def of_run(conn: Connection, company_id: int, run_id: int) -> dict[Key, DraftChange]:
    """The changes to a run's drafts, by customer and currency."""
    query = (
        select(decision.c.customer_id, decision.c.currency, draft_change)
        .join(decision, decision.c.id == draft_change.c.decision_id)
        .where(
            draft_change.c.company_id == company_id,
            decision.c.company_id == company_id,
            decision.c.run_id == run_id,
        )
    )
    return {
        (row.customer_id, row.currency): DraftChange(
            row.facts_hash, row.of_text, row.subject, row.text, row.edited_by, row.skipped_by
        )
        for row in conn.execute(query)
    }


def edit(
    conn: Connection,
    company_id: int,
    decision_id: int,
    *,
    facts_hash: str,
    of_text: str,
    subject: str,
    text: str,
    by: str,
    at: datetime,
) -> None:
    """A person's words take the place of ours."""
    values = {"of_text": of_text, "subject": subject, "text": text, "edited_by": by, "edited_at": at}
    _put(conn, company_id, decision_id, facts_hash, values | {"skipped_by": None, "skipped_at": None})


def skip(
    conn: Connection, company_id: int, decision_id: int, *, facts_hash: str, by: str, at: datetime
) -> None:
    """Not this time."""
    _put(conn, company_id, decision_id, facts_hash, {"skipped_by": by, "skipped_at": at})


def _put(
    conn: Connection, company_id: int, decision_id: int, facts_hash: str, values: dict[str, Any]
) -> None:
    row = {"company_id": company_id, "decision_id": decision_id, "facts_hash": facts_hash} | values
    upsert(conn, draft_change, [row], key=("company_id", "decision_id"))
