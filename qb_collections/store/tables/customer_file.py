"""What the company itself knows of a customer: its people, notes for colleagues, documents on file."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from qb_collections.store.metadata import (
    choice,
    company_id,
    document,
    flag,
    identifier,
    instant,
    metadata,
    units,
    words,
)

# Which steps somebody is written to for: every one, the firm ones, or none without a person sending it.
WRITTEN_TO = ("every", "firm", "none")
DOCUMENT_KINDS = ("contract", "order", "delivery", "engagement", "other")

contact_person = Table(
    "contact_person",
    metadata,
    identifier(),
    company_id(),
    Column("customer_id", String(40), nullable=False),
    words("name"),
    words("role"),  # in the company's own words: accounts payable, the owner
    Column("email", String(254), nullable=True),
    words("phone", nullable=True),
    choice("written_to", WRITTEN_TO),
    words("added_by"),
    instant("added_at", nullable=False),
    instant("removed_at"),
    Index("ix_contact_person_customer", "company_id", "customer_id"),
)

# For colleagues only: never in a text to anybody else.  Nothing in it is ever changed.
internal_note = Table(
    "internal_note",
    metadata,
    identifier(),
    company_id(),
    Column("customer_id", String(40), nullable=False),
    words("text"),
    words("written_by"),
    instant("written_at", nullable=False),
    Index("ix_internal_note_customer", "company_id", "customer_id", "id"),
)

# Attachments as QuickBooks listed them last; what kind each is, a person says.
document_on_file = Table(
    "document_on_file",
    metadata,
    company_id(primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("customer_id", String(40), nullable=False),
    Column("invoice_id", String(40), nullable=True),  # None: it hangs on the customer
    words("name"),
    choice("kind", DOCUMENT_KINDS, nullable=True),  # None: nobody has said
    words("said_by", nullable=True),
    instant("attached_at"),
    Index("ix_document_on_file_customer", "company_id", "customer_id"),
)

documents_read = Table(
    "documents_read",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),
    instant("read_at", nullable=False),
    flag("whole"),  # False: QuickBooks has more than were read
)

# An invoice's lines and memo, which the mirror does not keep: as read for a page, with the token they had.
invoice_read = Table(
    "invoice_read",
    metadata,
    company_id(primary_key=True),
    Column("invoice_id", String(40), primary_key=True),
    words("sync_token"),
    document("lines", nullable=False),
    words("memo"),
    words("message"),
    units("tax"),
    instant("read_at", nullable=False),
)
