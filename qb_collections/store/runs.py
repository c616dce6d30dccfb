"""Runs: one company, one date, a preview or a night."""

from __future__ import annotations

import builtins
import datetime as dt
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from qb_collections.store.decisions import (
    Difference,
    DraftRow,
    add_differences,
    approve_draft,
    differences,
    drafts,
    edit_draft,
    latest_findings,
    of_run,
    outcome_counts,
    outcomes,
    record,
)
from qb_collections.store.tables.decisions import run

__all__ = [
    "Difference",
    "DraftRow",
    "Run",
    "add_differences",
    "approve_draft",
    "close",
    "differences",
    "drafts",
    "edit_draft",
    "end",
    "get",
    "latest",
    "latest_findings",
    "list",
    "of_run",
    "open_run",
    "outcome_counts",
    "outcomes",
    "preview_of",
    "record",
    "release",
    "unended",
]


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    company_id: int
    kind: str  # preview, night
    on: dt.date  # in the company's calendar
    state: str  # deciding, held, waiting (for a person), released, ended
    heading: str | None  # the sentence of the company gate that holds it, or of the brake
    started_at: datetime
    ended_at: datetime | None
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def date(self) -> dt.date:
        return self.on


def open_run(conn: Connection, company_id: int, kind: str, on: dt.date, at: datetime) -> Run:
    """Begin a run.  A night that exists for the date is that night again; a preview is always new."""
    if kind == "night":
        query = (
            select(run)
            .where(run.c.company_id == company_id, run.c.kind == kind, run.c.run_on == on)
            .order_by(run.c.id.desc())
            .limit(1)
        )
        row = conn.execute(query).one_or_none()
        if row is not None:
            return run_of(row)
    inserted = conn.execute(
        run.insert().values(
            company_id=company_id, kind=kind, run_on=on, state="deciding", counts={}, started_at=at
        )
    ).inserted_primary_key
    assert inserted is not None
    return get(conn, company_id, inserted[0])


def close(
    conn: Connection,
    company_id: int,
    run_id: int,
    *,
    state: str,
    heading: str | None = None,
    counts: dict[str, Any] | None = None,
    at: datetime,
) -> None:
    """Deciding is over: the run is held, waits for a person, is released, or has ended."""
    values: dict[str, Any] = {"state": state, "heading": heading}
    if counts is not None:
        values["counts"] = counts
    if state == "ended":
        values["ended_at"] = at
    _change(conn, company_id, run_id, values)


def release(conn: Connection, company_id: int, run_id: int) -> None:
    """A person, or the mode, lets the run's contacts leave."""
    _change(conn, company_id, run_id, {"state": "released", "heading": None})


def end(conn: Connection, company_id: int, run_id: int, *, at: datetime) -> None:
    """The next night began: what was not delivered ends with the run."""
    _change(conn, company_id, run_id, {"state": "ended", "ended_at": at})


def get(conn: Connection, company_id: int, run_id: int) -> Run:
    """Raises LookupError when the company has no such run."""
    row = conn.execute(select(run).where(run.c.company_id == company_id, run.c.id == run_id)).one_or_none()
    if row is None:
        raise LookupError(f"there is no run {run_id}")
    return run_of(row)


def latest(conn: Connection, company_id: int, kind: str | None = None) -> Run | None:
    found = list(conn, company_id, kind=kind, limit=1)
    return found[0] if found else None


def list(
    conn: Connection, company_id: int, *, kind: str | None = None, limit: int = 50
) -> builtins.list[Run]:
    """The company's runs, the latest first."""
    query = select(run).where(run.c.company_id == company_id).order_by(run.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(run.c.kind == kind)
    return [run_of(row) for row in conn.execute(query)]


def preview_of(conn: Connection, company_id: int, on: dt.date) -> Run | None:
    """The latest preview made for this date."""
    query = (
        select(run)
        .where(run.c.company_id == company_id, run.c.kind == "preview", run.c.run_on == on)
        .order_by(run.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return run_of(row) if row else None


def unended(conn: Connection, company_id: int, *, before: dt.date) -> builtins.list[Run]:
    """Nights of earlier dates that have not ended, oldest first."""
    query = (
        select(run)
        .where(
            run.c.company_id == company_id,
            run.c.kind == "night",
            run.c.state != "ended",
            run.c.run_on < before,
        )
        .order_by(run.c.id)
    )
    return [run_of(row) for row in conn.execute(query)]


def _change(conn: Connection, company_id: int, run_id: int, values: dict[str, Any]) -> None:
    done = conn.execute(update(run).where(run.c.company_id == company_id, run.c.id == run_id).values(values))
    assert done.rowcount == 1, f"company {company_id} has no run {run_id}"


def run_of(row: Row[Any]) -> Run:
    return Run(
        row.id,
        row.company_id,
        row.kind,
        row.run_on,
        row.state,
        row.heading,
        row.started_at,
        row.ended_at,
        row.counts,
    )
