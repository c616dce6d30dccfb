"""Payment plans, their installments, and the proofs that the books did not change."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

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

PLAN_FORMS = ("overlay", "installment_invoices")
PLAN_STATES = ("building", "active", "broken", "cancelled", "paid")
INSTALLMENT_STATES = ("planned", "open", "paid", "void")
PROOF_KINDS = ("before", "after")

plan = Table(
    "plan",
    metadata,
    identifier(),
    company_id(),
    count("number"),  # never reused; the label is PP and this number
    Column("customer_id", String(40), nullable=False),
    currency(),
    choice("form", PLAN_FORMS),
    choice("state", PLAN_STATES),
    units("principal"),
    day("agreed_on", nullable=False),  # the plan day: every document's date
    Column("memo_id", String(40), nullable=True),
    Column("allocation_id", String(40), nullable=True),  # the zero payment that applies the memo
    document("details", nullable=False),
    words("reason", nullable=True),  # why it was cancelled or broken
    words("created_by"),
    instant("created_at", nullable=False),
    instant("ended_at"),
    UniqueConstraint("company_id", "number", name="uq_plan_number"),
    Index("ix_plan_customer", "company_id", "customer_id"),
)

plan_original = Table(
    "plan_original",
    metadata,
    company_id(primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("invoice_id", String(40), primary_key=True),
    units("amount"),
)

installment = Table(
    "installment",
    metadata,
    company_id(primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("number", count("number").type, primary_key=True, autoincrement=False),
    day("due_on", nullable=False),
    units("amount"),
    choice("state", INSTALLMENT_STATES),
    Column("invoice_id", String(40), nullable=True),  # of the installment's own invoice
)

proof = Table(
    "proof",
    metadata,
    identifier(),
    company_id(),
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    choice("kind", PROOF_KINDS),
    document("figures", nullable=False),
    flag("holds"),
    words("sentence", nullable=True),
    instant("read_at", nullable=False),
    Index("ix_proof_plan", "company_id", "plan_id"),
)
