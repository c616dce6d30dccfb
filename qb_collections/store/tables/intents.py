"""The write protocol: one intent per effect, one attempt per HTTP request."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from qb_collections.core.intents import Approval, IntentKind, State
from qb_collections.store.metadata import (
    choice,
    company_id,
    count,
    document,
    identifier,
    instant,
    metadata,
    words,
)

intent = Table(
    "intent",
    metadata,
    identifier(),
    company_id(),
    Column("key", String(200), nullable=False),
    choice("kind", IntentKind),
    choice("state", State),
    choice("approval", Approval),
    instant("due_at", nullable=False),
    document("plan", nullable=False),
    Column("run_id", ForeignKey("run.id"), nullable=True),
    Column("decision_id", ForeignKey("decision.id"), nullable=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=True),
    Column("saga", String(60), nullable=True),
    count("round", default=0),
    document("body"),
    Column("body_hash", String(64), nullable=True),
    document("before"),
    document("after"),
    document("inverse"),
    words("reason", nullable=True),
    Column("external_id", String(40), nullable=True),
    words("approved_by", nullable=True),
    instant("approved_at"),
    instant("settled_at"),
    CheckConstraint("state <> 'sending' OR body_hash IS NOT NULL", name="sent_with_a_body"),
    UniqueConstraint("company_id", "key", name="uq_intent_key"),
    Index("ix_intent_due", "company_id", "state", "due_at", "id"),
    Index("ix_intent_run", "company_id", "run_id"),
    Index("ix_intent_plan", "company_id", "plan_id"),
    Index(
        "ix_intent_waiting",  # for a person's yes
        "company_id",
        "run_id",
        sqlite_where=text("approval = 'needed' AND state IN ('planned', 'ready')"),
        postgresql_where=text("approval = 'needed' AND state IN ('planned', 'ready')"),
    ),
)

intent_dependency = Table(
    "intent_dependency",
    metadata,
    company_id(primary_key=True),
    Column("intent_id", ForeignKey("intent.id"), primary_key=True),
    Column("depends_on_id", ForeignKey("intent.id"), primary_key=True),
    CheckConstraint("intent_id <> depends_on_id", name="not_itself"),
    Index("ix_intent_dependency_on", "company_id", "depends_on_id"),
)

attempt = Table(
    "attempt",
    metadata,
    identifier(),
    company_id(),
    Column("request_id", String(50), nullable=False),  # QuickBooks allows 50 characters in requestid
    count("round"),
    count("fence"),
    count("sends", default=1),  # a resend repeats the request id, so it is the same attempt
    instant("sent_at", nullable=False),
    instant("answered_at"),
    Column("status", Integer, nullable=True),
    words("intuit_tid", nullable=True),
    words("error", nullable=True),
    UniqueConstraint("company_id", "request_id", name="uq_attempt_request"),
)

attempt_member = Table(
    "attempt_member",
    metadata,
    company_id(primary_key=True),
    Column("attempt_id", ForeignKey("attempt.id"), primary_key=True),
    Column(
        "position",
        Integer,
        CheckConstraint("position BETWEEN 0 AND 29", name="position_in_batch"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("intent_id", ForeignKey("intent.id"), nullable=False),
    UniqueConstraint("attempt_id", "intent_id", name="uq_attempt_member_intent"),
    Index("ix_attempt_member_intent", "company_id", "intent_id"),
)
