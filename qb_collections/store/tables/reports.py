"""What is worked out ahead for the reports, and what stays of a company whose data were deleted."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from qb_collections.store.metadata import company_id, day, document, instant, metadata, words

# Everything here can be worked out again from the mirror; one row for each company.
report_figures = Table(
    "report_figures",
    metadata,
    company_id(primary_key=True),
    day("worked_out_on", nullable=False),  # the company's own day
    instant("made_at", nullable=False),
    instant("read_at", nullable=False),  # when the books were read that they rest on
    day("history_since"),
    document("figures", nullable=False),
)

# The company's row and its audit stay, for the chain of hashes; everything else of it is gone.
certificate = Table(
    "certificate",
    metadata,
    company_id(primary_key=True),
    Column("practice_id", ForeignKey("practice.id"), nullable=False),
    words("text"),  # canonical JSON
    Column("hash", String(64), nullable=False),  # of the text
    words("made_by"),
    instant("made_at", nullable=False),
)
