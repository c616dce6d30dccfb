"""Companies and what holds for the whole installation."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Time

from qb_collections.store.metadata import (
    choice,
    company_id,
    currency,
    day,
    document,
    flag,
    identifier,
    instant,
    metadata,
    words,
)

MODES = ("shadow", "approve", "automatic")
STATES = ("connected", "reconnect", "disconnected")
ENVIRONMENTS = ("sandbox", "production", "emulator")
NOTE_PLACES = ("memo", "attachment", "neither")
SENDERS = ("accounts", "contact", "owner")

company = Table(
    "company",
    metadata,
    identifier(),
    Column("key", String(32), nullable=False, unique=True),  # ours, random: goes into request ids
    Column("alias", String(32), nullable=False, unique=True),  # for logs: says nothing of the company
    Column("practice_id", ForeignKey("practice.id"), nullable=False, index=True),
    words("name"),
    words("zone"),
    currency(),
    Column("locale", String(20), nullable=False),
    Column("country", String(2), nullable=False),
    choice("mode", MODES),
    choice("state", STATES),
    words("stopped_by", nullable=True),
    instant("stopped_at"),
    choice("environment", ENVIRONMENTS),
    words("base_url"),
    words("discovery_url", nullable=True),
    words("emulator_url", nullable=True),
    Column("night_at", Time, nullable=False),  # in the company's zone
    Column("next_night_at", instant("next_night_at").type, nullable=True, index=True),
    document("preferences", nullable=False),
    words("contact_name", nullable=True),
    words("contact_phone", nullable=True),
    words("contact_role", nullable=True),
    words("payment_instructions", nullable=True),
    words("reply_to", nullable=True),
    choice("note_place", NOTE_PLACES),
    words("notes_stopped", nullable=True),  # why note writes stopped
    words("clearing_account_id", nullable=True),
    words("clearing_item_id", nullable=True),
    words("plan_basis_confirmed_by", nullable=True),
    day("history_since"),
    day("live_since_on"),
    flag("multicurrency"),
    instant("created_at", nullable=False),
    words("phone_hours", nullable=True),  # in which customers reach the contact person
)

# Who signs the messages of a step, where it is another than the company's contact person.
signer = Table(
    "signer",
    metadata,
    company_id(primary_key=True),
    Column(
        "sender",
        String(40),
        CheckConstraint(f"sender IN {SENDERS}", name="sender_known"),
        primary_key=True,
    ),
    words("name"),
    words("role", nullable=True),
    words("phone", nullable=True),
)

# What a final notice may announce, and who confirmed when that it is meant.
consequence = Table(
    "consequence",
    metadata,
    company_id(primary_key=True),
    Column("code", String(40), nullable=False),
    words("who", nullable=True),  # with whom, where the step needs it
    words("confirmed_by"),
    instant("confirmed_at", nullable=False),
)

# The installation's own settings: the stop of everything, the first-run link.
setting = Table(
    "setting",
    metadata,
    Column("name", String(60), primary_key=True),
    document("value", nullable=False),
    instant("updated_at", nullable=False),
)
