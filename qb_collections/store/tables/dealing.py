"""What passes between people: calls that were made, replies that came, answers that are owed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from qb_collections.store.metadata import (
    choice,
    company_id,
    currency,
    day,
    document,
    flag,
    identifier,
    instant,
    metadata,
    units,
    words,
)

REPLY_KINDS = ("paid", "question", "dispute", "wrong_person", "stop", "promise", "other")
ANSWER_KINDS = (
    "thank_you",
    "promise_noted",
    "dispute_received",
    "dispute_answered",
    "plan_offer",
    "installment_before",
    "installment_missed",
)
ANSWER_STATES = ("wanted", "given", "dropped")

# Every time somebody rang, reached or not.  One in which somebody was spoken to is a contact too.
call_attempt = Table(
    "call_attempt",
    metadata,
    identifier(),
    company_id(),
    Column("customer_id", String(40), nullable=False),
    currency(),
    Column("task_id", ForeignKey("task.id"), nullable=True),
    day("called_on", nullable=False),
    instant("at", nullable=False),
    words("outcome"),
    flag("spoken"),
    flag("voicemail"),
    words("said", nullable=True),  # an internal note: what they said, in the caller's words
    words("follows"),  # what was said to follow from it
    words("called_by"),
    Index("ix_call_attempt_customer", "company_id", "customer_id", "called_on"),
)

reply = Table(
    "reply",
    metadata,
    identifier(),
    company_id(),
    Column("customer_id", String(40), nullable=False),
    currency(),
    choice("kind", REPLY_KINDS),
    Column("invoice_id", String(40), nullable=True),
    words("said"),
    day("promised_on"),
    units("amount", nullable=True),
    document("hold_ids", nullable=False),  # what it made us mark; dealing with it lifts the open reply
    words("recorded_by"),
    day("recorded_on", nullable=False),
    instant("at", nullable=False),
    words("done_by", nullable=True),
    words("done_because", nullable=True),
    instant("done_at"),
    Index("ix_reply_customer", "company_id", "customer_id", "id"),
)

# What we owe them as an answer.  The key makes each one single: it is given once, or dropped for a reason.
answer = Table(
    "answer",
    metadata,
    identifier(),
    company_id(),
    Column("key", String(200), nullable=False),
    choice("kind", ANSWER_KINDS),
    Column("customer_id", String(40), nullable=False),
    currency(),
    document("about", nullable=False),  # the hold, plan or payments that it speaks of
    words("reason"),
    choice("state", ANSWER_STATES),
    words("because", nullable=True),  # why it was dropped
    words("wanted_by"),
    day("wanted_on", nullable=False),
    instant("wanted_at", nullable=False),
    instant("settled_at"),
    UniqueConstraint("company_id", "key", name="uq_answer_key"),
    Index("ix_answer_state", "company_id", "state", "id"),
    Index("ix_answer_customer", "company_id", "customer_id", "id"),
)
