"""What a person settles before the first message, and which rows of the first list they have seen."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, String, Table

from qb_collections.store.metadata import choice, company_id, currency, instant, metadata, words

QUESTIONS = ("reminders", "late_fees", "books", "contact", "notes")
ANSWERS = (
    *("off", "on", "yes", "not_yet", "copies_only"),
    *("memo", "attachment", "neither", "vouched"),
)
REVIEWS = ("open", "one", "all")

# A company without a row was sending before anybody was asked: nothing is asked of it.
first_look = Table(
    "first_look",
    metadata,
    company_id(primary_key=True),
    choice("review", REVIEWS),
    Column("customer_id", String(40), nullable=True),  # review one: whom it is tried with
    currency(nullable=True),
    words("customer", nullable=True),
    words("said_by", nullable=True),
    instant("said_at"),
)

# The last answer to each question.
first_answer = Table(
    "first_answer",
    metadata,
    company_id(primary_key=True),
    Column(
        "question",
        String(40),
        CheckConstraint(f"question IN {QUESTIONS}", name="question_known"),
        primary_key=True,
    ),
    choice("answer", ANSWERS),
    words("said_by"),
    instant("said_at", nullable=False),
)

# Whose row of the first list a person has looked at.
first_seen = Table(
    "first_seen",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),
    Column("currency", String(3), primary_key=True),
    words("seen_by"),
    instant("seen_at", nullable=False),
)
