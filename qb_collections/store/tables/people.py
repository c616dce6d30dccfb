"""Who may sign in, and to which companies."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from qb_collections.store.metadata import choice, count, flag, identifier, instant, metadata, words

ROLES = ("owner", "manager", "collector", "viewer")

practice = Table("practice", metadata, identifier(), words("name"), instant("created_at", nullable=False))

user = Table(
    "user",
    metadata,
    identifier(),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    words("name"),
    Column(
        "password_hash", String(200), nullable=True
    ),  # argon2id; None until the first sign-in link is used
    count("session_epoch", default=0),  # rises to end every session of this user
    flag("active"),
    instant("created_at", nullable=False),
)

# Without a company the role counts for every company of the practice.
membership = Table(
    "membership",
    metadata,
    identifier(),
    Column("user_id", ForeignKey("user.id"), nullable=False),
    Column("practice_id", ForeignKey("practice.id"), nullable=False),
    Column("company_id", ForeignKey("company.id"), nullable=True),
    choice("role", ROLES),
    instant("created_at", nullable=False),
    Index("uq_membership_company", "user_id", "company_id", unique=True),
    Index(
        "uq_membership_practice",
        "user_id",
        "practice_id",
        unique=True,
        sqlite_where=text("company_id IS NULL"),
        postgresql_where=text("company_id IS NULL"),
    ),
)

# A link that lets an invited person in, good once and for some days.  A newer one takes its place.
invitation = Table(
    "invitation",
    metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    words("invited_by"),
    instant("made_at", nullable=False),
    instant("ends_at", nullable=False),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    identifier(),
    Column("account", String(254), nullable=False),
    Column("address", String(64), nullable=False),
    flag("succeeded"),
    instant("at", nullable=False),
    Index("ix_login_attempt_account_at", "account", "address", "at"),
)

oauth_state = Table(
    "oauth_state",
    metadata,
    Column("state_hash", String(64), primary_key=True),  # sha256: the state itself is nowhere at rest
    Column("session_hash", String(64), nullable=False),
    Column("company_id", Integer, ForeignKey("company.id"), nullable=True),  # the company meant to reconnect
    instant("created_at", nullable=False),
    instant("used_at"),
)
