"""A company's own words and looks: versions of its templates, its logo, the language of a customer."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, PrimaryKeyConstraint, String, Table

from qb_collections.store.metadata import choice, company_id, instant, metadata, words

LOGO_TYPES = ("image/png", "image/jpeg")

# The last version of a template holds.  Without a text it says that the one that ships holds again.
template_version = Table(
    "template_version",
    metadata,
    company_id(),
    Column("name", String(60), nullable=False),
    Column("language", String(8), nullable=False),
    Column("number", Integer, CheckConstraint("number >= 1", name="number_from_one"), nullable=False),
    words("text", nullable=True),
    words("author"),
    words("note"),
    instant("created_at", nullable=False),
    PrimaryKeyConstraint("company_id", "name", "language", "number", name="pk_template_version"),
)

company_look = Table(
    "company_look",
    metadata,
    company_id(primary_key=True),
    Column("logo", LargeBinary, nullable=False),
    choice("logo_type", LOGO_TYPES),
    words("author"),
    instant("changed_at", nullable=False),
)

# Whoever has no row here is written to in the company's language.
customer_language = Table(
    "customer_language",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),
    Column("language", String(8), nullable=False),
    words("author"),
    instant("chosen_at", nullable=False),
)
