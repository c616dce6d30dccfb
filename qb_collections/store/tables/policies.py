"""The rules a company contacts its customers by: numbered texts that are never changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Integer, Table

from qb_collections.store.metadata import company_id, instant, metadata, words

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
