"""Who did what, in a chain of hashes that shows any later change."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from qb_collections.store.metadata import metadata, words

# Chain 0 is the installation's own: sign-ins, keys.  All parts of the hash are text or integers,
# so that not one byte can change unseen.
audit = Table(
    "audit",
    metadata,
    Column("chain", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("company_id", ForeignKey("company.id"), nullable=True),
    Column("at", String(27), nullable=False),
    words("actor"),
    words("action"),
    words("subject"),
    words("detail"),
    Column("hash", String(64), nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("chain", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
