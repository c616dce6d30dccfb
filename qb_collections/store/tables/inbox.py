"""What QuickBooks pushed to us, sealed until it is worked on."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table

from qb_collections.store.metadata import choice, identifier, instant, metadata, words

INBOX_STATES = ("pending", "done", "quarantined")

# A body has no company until it is opened and split; an unknown company's part never has one.
inbox = Table(
    "inbox",
    metadata,
    identifier(),
    Column("company_id", ForeignKey("company.id"), nullable=True),
    Column("split_from", ForeignKey("inbox.id"), nullable=True),
    words("body_sealed"),
    choice("state", INBOX_STATES),
    words("reason", nullable=True),
    instant("received_at", nullable=False),
    instant("done_at"),
    Index("ix_inbox_state_company_id", "state", "company_id", "id"),
)
