"""The rules a company contacts its customers by: numbered texts that are never changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, String, Table

from qb_collections.store.metadata import choice, company_id, instant, metadata, words

SCOPES = ("customer", "group")

policy_version = Table(
    "policy_version",
    metadata,
    company_id(primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    words("text"),
    words("author"),
    words("note"),
    instant("created_at", nullable=False),
)

# Which version holds now.
policy = Table(
    "policy",
    metadata,
    company_id(primary_key=True),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(
        ["company_id", "version"],
        ["policy_version.company_id", "policy_version.version"],
        name="fk_policy_version",
    ),
)

# Versions of a policy that is kept beside the company's own, for groups and customers; the last one holds.
policy_named = Table(
    "policy_named",
    metadata,
    company_id(primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(60), nullable=False),
    ForeignKeyConstraint(
        ["company_id", "version"],
        ["policy_version.company_id", "policy_version.version"],
        name="fk_policy_named_version",
    ),
    Index("ix_policy_named_name", "company_id", "name", "version"),
)

# Who is treated by which of them.  Whoever has no row here has the company's own.
policy_assignment = Table(
    "policy_assignment",
    metadata,
    company_id(),
    choice("scope", SCOPES),
    Column("target", String(60), nullable=False),  # the customer's id, or the group's name
    Column("name", String(60), nullable=False),
    words("author"),
    words("note"),
    instant("assigned_at", nullable=False),
    PrimaryKeyConstraint("company_id", "scope", "target", name="pk_policy_assignment"),
)

# The owner's own lists of customers.  A customer is on one list at most.
customer_group = Table(
    "customer_group",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),
    Column("name", String(60), nullable=False),
    words("author"),
    instant("added_at", nullable=False),
    Index("ix_customer_group_name", "company_id", "name"),
)
