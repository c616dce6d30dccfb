"""What waits for a person."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from qb_collections.store.metadata import (
    choice,
    company_id,
    currency,
    day,
    document,
    identifier,
    instant,
    metadata,
    words,
)

TASK_STATES = ("open", "done", "closed")

task = Table(
    "task",
    metadata,
    identifier(),
    company_id(),
    Column("key", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("customer_id", String(40), nullable=True),
    currency(nullable=True),
    words("title"),
    words("text", nullable=True),
    document("payload", nullable=False),
    Column("intent_id", ForeignKey("intent.id"), nullable=True),
    day("due_on"),
    choice("state", TASK_STATES),
    words("outcome", nullable=True),
    words("done_by", nullable=True),
    instant("done_at"),
    instant("opened_at", nullable=False),
    UniqueConstraint("company_id", "key", name="uq_task_key"),
    Index("ix_task_waiting", "company_id", "state", "due_on", "customer_id", "kind"),  # counted by it alone
)
