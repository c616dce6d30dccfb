"""The sealed connection of a company to QuickBooks."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from qb_collections.store.metadata import company_id, count, instant, metadata, words

connection = Table(
    "connection",
    metadata,
    company_id(primary_key=True),
    words("realm_sealed"),
    Column("realm_hash", String(64), nullable=False, unique=True),  # keyed: the realm cannot be tried out
    words("access_sealed", nullable=True),
    words("refresh_sealed", nullable=True),
    words("credentials_sealed", nullable=True),  # an emulator's client id, secret and verifier
    instant("access_expires_at"),
    instant("refresh_expires_at"),
    instant("hard_expires_at"),
    count("generation", default=0),  # rises with every stored pair of tokens
    instant("connected_at", nullable=False),
    instant("refreshed_at"),
    instant("destroyed_at"),
)
