"""What QuickBooks said last: only the fields that we use, and nothing that it cannot give again."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Column, ColumnElement, Index, String, Table, literal_column, text

from qb_collections.core.case import CustomerKind
from qb_collections.store.metadata import (
    choice,
    company_id,
    count,
    currency,
    day,
    document,
    flag,
    instant,
    metadata,
    units,
    words,
)
from qb_collections.store.types import MoneyUnits

# A literal, not a bound value: SQLite uses a partial index only for what it can read in the statement.
ZERO: ColumnElement[Decimal] = literal_column("0", MoneyUnits)

# The same for who has no e-mail address.
NO_EMAIL = "CAST(emails AS VARCHAR) = '[]'"


def _books_id() -> Column[str]:
    return Column("id", String(40), primary_key=True)


def _customer_id() -> Column[str]:
    return Column("customer_id", String(40), nullable=False)


mirror_customer = Table(
    "mirror_customer",
    metadata,
    company_id(primary_key=True),
    _books_id(),
    words("name"),
    currency(),
    units("balance", signed=True),
    flag("active"),
    words("first_name", nullable=True),
    words("full_name", nullable=True),
    words("company_name", nullable=True),
    document("emails", nullable=False),
    words("phone", nullable=True),
    Column("parent_id", String(40), nullable=True),
    flag("bill_with_parent"),
    words("city", nullable=True),
    words("region", nullable=True),
    words("country", nullable=True),
    words("postal_code", nullable=True),
    instant("updated_at"),
    Index("ix_mirror_customer_parent", "company_id", "parent_id"),
    Index(
        "ix_mirror_customer_billed",
        "company_id",
        "parent_id",
        "id",
        "currency",
        sqlite_where=text("bill_with_parent"),
        postgresql_where=text("bill_with_parent"),
    ),
    Index(
        "ix_mirror_customer_silent",  # who has no address to write to
        "company_id",
        "id",
        "currency",
        sqlite_where=text(NO_EMAIL),
        postgresql_where=text(NO_EMAIL),
    ),
)

mirror_invoice = Table(
    "mirror_invoice",
    metadata,
    company_id(primary_key=True),
    _books_id(),
    words("sync_token"),
    _customer_id(),
    words("number", nullable=True),
    day("issued_on", nullable=False),
    day("due_on"),
    currency(),
    units("total"),
    units("balance"),
    words("email", nullable=True),
    words("email_status", nullable=True),
    instant("sent_at"),
    words("terms", nullable=True),
    flag("voided"),
    instant("updated_at"),
    Index("ix_mirror_invoice_customer", "company_id", "customer_id"),
    Index("ix_mirror_invoice_number", "company_id", "number"),
    Index(
        "ix_mirror_invoice_aging",  # has all that sums of what is open need: the rows are not read
        "company_id",
        "customer_id",
        "currency",
        "due_on",
        "balance",
        sqlite_where=text("balance > 0"),
        postgresql_where=text("balance > 0"),
    ),
    Index(
        "ix_mirror_invoice_due",  # the same by day, without the customers
        "company_id",
        "currency",
        "due_on",
        "balance",
        sqlite_where=text("balance > 0"),
        postgresql_where=text("balance > 0"),
    ),
)

mirror_payment = Table(
    "mirror_payment",
    metadata,
    company_id(primary_key=True),
    _books_id(),
    _customer_id(),
    day("received_on", nullable=False),
    currency(),
    units("total"),
    units("unapplied"),
    instant("created_at"),
    instant("updated_at"),
    Index("ix_mirror_payment_received", "company_id", "customer_id", "received_on"),
    Index(
        "ix_mirror_payment_unapplied",
        "company_id",
        "currency",
        "unapplied",
        sqlite_where=text("unapplied > 0"),
        postgresql_where=text("unapplied > 0"),
    ),
)

mirror_credit_memo = Table(
    "mirror_credit_memo",
    metadata,
    company_id(primary_key=True),
    _books_id(),
    _customer_id(),
    words("number", nullable=True),
    day("issued_on", nullable=False),
    currency(),
    units("total"),
    units("remaining"),
    instant("updated_at"),
    Index("ix_mirror_credit_memo_customer", "company_id", "customer_id"),
    Index(
        "ix_mirror_credit_memo_open",
        "company_id",
        "currency",
        "remaining",
        sqlite_where=text("remaining > 0"),
        postgresql_where=text("remaining > 0"),
    ),
)

mirror_link = Table(
    "mirror_link",
    metadata,
    company_id(primary_key=True),
    Column("payment_id", String(40), primary_key=True),
    Column("position", count("position").type, primary_key=True, autoincrement=False),
    words("document_kind"),
    Column("document_id", String(40), nullable=False),
    currency(),
    units("amount", signed=True),
    Index("ix_mirror_link_document", "company_id", "document_kind", "document_id"),
)

# When a document was entered into QuickBooks: what was known on a past day is told by this, not by its date.
recorded = Table(
    "recorded",
    metadata,
    company_id(primary_key=True),
    Column("kind", String(20), primary_key=True),
    _books_id(),
    instant("created_at", nullable=False),
)

# Documents that turned up as another customer's: the two were made one, or a person put a document right.
# A row stays until what was agreed, held and said has followed.
owner_change = Table(
    "owner_change",
    metadata,
    company_id(primary_key=True),
    Column("former_id", String(40), primary_key=True),
    Column("present_id", String(40), nullable=False),
)

# When to look at a customer again, and how contacting began for them.
look = Table(
    "look",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),
    Column("currency", String(3), primary_key=True),
    day("next_look_on"),  # None: only a change of facts can alter the answer
    flag("is_backlog"),
    day("start_on"),
    flag("important"),  # a person says so
    choice("kind", CustomerKind, nullable=True),  # a person says so; None: by what QuickBooks tells
    flag("buys_most"),  # worked out from the sales of twelve months
    Index("ix_look_due", "company_id", "next_look_on", "customer_id", "currency"),
)
