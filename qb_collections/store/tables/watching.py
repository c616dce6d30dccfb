"""What watches over the reading of the books: tie-outs, history, words on a run, restored databases."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from qb_collections.store.metadata import (
    choice,
    company_id,
    count,
    day,
    document,
    identifier,
    instant,
    metadata,
    words,
)

TIE_OUT_STATES = ("equal", "explained", "unexplained")

# Receivables as QuickBooks reports them against our documents.
tie_out = Table(
    "tie_out",
    metadata,
    identifier(),
    company_id(),
    day("tied_on", nullable=False),
    instant("at", nullable=False),
    choice("state", TIE_OUT_STATES),
    words("sentence"),
    document("currencies", nullable=False),
    Index("ix_tie_out_company", "company_id", "id"),
)

# How far payment history has been read.
history = Table(
    "history",
    metadata,
    company_id(primary_key=True),
    day("since_on", nullable=False),  # from this day on it will be complete
    document("reached", nullable=False),  # per kind: where the next window begins
    count("done", default=0),  # rows read so far
    instant("started_at", nullable=False),
    instant("stopped_at"),  # a person let it rest
    instant("finished_at"),
)

# "My books are up to date": good for one run.
books_word = Table(
    "books_word",
    metadata,
    company_id(primary_key=True),
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True, autoincrement=False),
    words("said_by"),
    instant("said_at", nullable=False),
)

# A database older than the books: nothing leaves until a person has released it.
restored = Table(
    "restored",
    metadata,
    company_id(primary_key=True),
    instant("found_at", nullable=False),
    words("because"),
    document("found", nullable=False),  # what the books have and the database does not
    words("released_by", nullable=True),
    instant("released_at"),
)
