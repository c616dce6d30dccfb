"""What was decided, why, and what came of it: runs, decisions, findings, cycles, contacts, holds."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from qb_collections.core.case import DISPUTE_CODES, ContactKind, HoldKind
from qb_collections.core.decision import Channel, Outcome
from qb_collections.store.metadata import (
    choice,
    company_id,
    count,
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

RUN_KINDS = ("preview", "night")
RUN_STATES = ("deciding", "held", "waiting", "released", "ended")


def _customer_id() -> Column[str]:
    return Column("customer_id", String(40), nullable=False)


run = Table(
    "run",
    metadata,
    identifier(),
    company_id(),
    choice("kind", RUN_KINDS),
    day("run_on", nullable=False),
    choice("state", RUN_STATES),
    words("heading", nullable=True),
    document("counts", nullable=False),
    instant("started_at", nullable=False),
    instant("ended_at"),
    Index("ix_run_company", "company_id", "kind", "id"),
)

run_difference = Table(
    "run_difference",
    metadata,
    identifier(),
    company_id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    _customer_id(),
    currency(),
    words("was", nullable=True),
    words("now", nullable=True),
    UniqueConstraint("company_id", "run_id", "customer_id", "currency", name="uq_run_difference_customer"),
)

decision = Table(
    "decision",
    metadata,
    identifier(),
    company_id(),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    _customer_id(),
    currency(),
    choice("outcome", Outcome),
    words("gate"),
    words("reason"),
    day("review_on"),
    Column("stage", String(10), nullable=True),
    choice("channel", Channel, nullable=True),
    flag("approval"),
    count("cycle", nullable=True),
    count("number", nullable=True),
    units("amount", nullable=True),
    units("credits", nullable=True),
    document(
        "details", nullable=False
    ),  # invoices listed and only mentioned, dates set, backlog, kind of task
    document("trace", nullable=False),
    words("text", nullable=True),  # the rendered message
    words("edited_by", nullable=True),
    words("approved_by", nullable=True),  # of a draft; the night keeps it where nothing changed
    instant("approved_at"),
    Column("facts_hash", String(64), nullable=True),
    instant("decided_at", nullable=False),
    UniqueConstraint("company_id", "run_id", "customer_id", "currency", name="uq_decision_customer"),
    Index("ix_decision_customer", "company_id", "customer_id", "currency", "id"),
    Index(
        "ix_decision_counted",  # all that a run is counted and put in order by: its texts are not read for it
        "company_id",
        "run_id",
        "outcome",
        "gate",
        "channel",
        "approval",
        "approved_by",
        "customer_id",
        "currency",
        "amount",
    ),
)

# What a person made of a draft before it leaves: other words, or not this time.
draft_change = Table(
    "draft_change",
    metadata,
    company_id(primary_key=True),
    Column("decision_id", ForeignKey("decision.id"), primary_key=True),
    Column("facts_hash", String(64), nullable=False),  # of what the person saw
    words("of_text", nullable=True),  # the words the person saw
    words("subject", nullable=True),
    words("text", nullable=True),
    words("edited_by", nullable=True),
    instant("edited_at"),
    words("skipped_by", nullable=True),
    instant("skipped_at"),
)

finding = Table(
    "finding",
    metadata,
    company_id(primary_key=True),
    Column("decision_id", ForeignKey("decision.id"), primary_key=True),
    Column("invoice_id", String(40), primary_key=True),
    words("gate"),
    words("because"),
    flag("stops"),
    day("review_on"),
    sqlite_with_rowid=False,  # the key is the order in which they are read: nothing is stored twice
)

# What a person dealt with: the same thing is not asked again before that day.
looked_at = Table(
    "looked_at",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),
    Column("kind", String(40), primary_key=True),  # of the task
    Column("invoice_id", String(40), primary_key=True),  # empty: the customer
    day("until_on", nullable=False),
    words("seen_by"),
    instant("seen_at", nullable=False),
)

cycle = Table(
    "cycle",
    metadata,
    identifier(),
    company_id(),
    _customer_id(),
    currency(),
    count("number"),
    day("started_on", nullable=False),
    day("ended_on"),
    Column("stage", String(10), nullable=True),
    count("contacts", default=0),
    Column("policy_version", Integer, nullable=False),
    day("missed_call_on"),
    UniqueConstraint("company_id", "customer_id", "currency", "number", name="uq_cycle_number"),
    Index(
        "uq_cycle_running",
        "company_id",
        "customer_id",
        "currency",
        unique=True,
        sqlite_where=text("ended_on IS NULL"),
        postgresql_where=text("ended_on IS NULL"),
    ),
)

contact = Table(
    "contact",
    metadata,
    identifier(),
    company_id(),
    _customer_id(),
    currency(),
    day("contacted_on", nullable=False),
    instant("at", nullable=False),
    choice("kind", ContactKind),
    choice("channel", Channel, nullable=True),
    Column("stage", String(10), nullable=True),
    count("cycle", nullable=True),
    count("number", nullable=True),
    document("invoice_ids", nullable=False),
    day("act_by_on"),
    day("reply_by_on"),
    flag("backlog"),
    Column("intent_id", ForeignKey("intent.id"), nullable=True),
    words("text", nullable=True),
    words("recipient", nullable=True),  # in lower case, so that sister companies find it
    UniqueConstraint("company_id", "intent_id", name="uq_contact_intent"),
    # A reminder is identified by its number within the cycle.
    UniqueConstraint("company_id", "customer_id", "currency", "cycle", "number", name="uq_contact_number"),
    Index("ix_contact_said", "company_id", "customer_id", "currency", "contacted_on", "kind"),
    Index("ix_contact_day", "company_id", "contacted_on"),
    Index("ix_contact_recipient", "recipient", "contacted_on"),
)

hold = Table(
    "hold",
    metadata,
    identifier(),
    company_id(),
    _customer_id(),
    choice("kind", HoldKind),
    Column("invoice_id", String(40), nullable=True),
    words("reason"),
    words("placed_by"),
    day("placed_on", nullable=False),
    day("until_on"),
    units("amount", nullable=True),
    currency("amount_currency", nullable=True),
    words("owner", nullable=True),
    day("answer_by_on"),
    choice("code", DISPUTE_CODES, nullable=True),
    instant("lifted_at"),
    words("lifted_by", nullable=True),
    words("lifted_because", nullable=True),
    Index("ix_hold_customer", "company_id", "customer_id"),
    Index(
        "ix_hold_standing",
        "company_id",
        "kind",
        "customer_id",
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
)
