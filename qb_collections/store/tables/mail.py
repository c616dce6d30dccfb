"""E-mail of a company's own: the account it leaves by, what left, and who asked for no more."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from qb_collections.store.metadata import (
    choice,
    company_id,
    count,
    currency,
    document,
    identifier,
    instant,
    metadata,
    words,
)

SECURITIES = ("starttls", "tls", "loopback")
ACCOUNT_STATES = ("on", "off", "paused")
# ready: rendered, nothing was sent.  unknown: the server's answer is missing, a person looks.
MESSAGE_STATES = ("ready", "sending", "accepted", "refused", "put_back", "unknown")
STOPPED_HOW = ("unsubscribed", "refused", "person")

mail_account = Table(
    "mail_account",
    metadata,
    company_id(primary_key=True),
    words("host"),
    Column("port", Integer, nullable=False),
    choice("security", SECURITIES),
    words("login", nullable=True),
    words("password_sealed", nullable=True),
    words("from_name"),
    words("from_address"),
    words("reply_to", nullable=True),
    count("per_minute"),
    count("keep_days"),  # how long the exact bytes are kept
    choice("state", ACCOUNT_STATES),
    words("because", nullable=True),  # why it is paused
    instant("tested_at"),
    instant("on_since_at"),  # refusals before it do not count against it
    instant("changed_at", nullable=False),
)

mail_message = Table(
    "mail_message",
    metadata,
    identifier(),
    company_id(),
    Column("intent_id", ForeignKey("intent.id"), nullable=False),
    count("round"),  # of the intent: what was planned again is another message
    Column("run_id", ForeignKey("run.id"), nullable=True),
    Column("customer_id", String(40), nullable=False),
    currency(),
    count("cycle", nullable=True),
    words("recipient"),  # in small letters
    words("domain"),
    words("subject"),
    Column("message_id", String(120), nullable=False),
    Column("thread_id", String(120), nullable=False),  # of the first message of the cycle
    words("bytes_sealed", nullable=True),  # None: its days are over
    Column("bytes_hash", String(64), nullable=False),
    count("size"),
    document("snapshot"),  # what the text was rendered from
    choice("state", MESSAGE_STATES),
    Column("code", Integer, nullable=True),
    words("answer", nullable=True),  # of the mail server
    instant("made_at", nullable=False),
    instant("sent_at"),
    instant("answered_at"),
    UniqueConstraint("company_id", "intent_id", "round", name="uq_mail_message_round"),
    Index("ix_mail_message_customer", "company_id", "customer_id", "id"),
    Index("ix_mail_message_sent", "company_id", "sent_at"),
    Index("ix_mail_message_made", "company_id", "made_at"),
)

stopped_address = Table(
    "stopped_address",
    metadata,
    company_id(primary_key=True),
    Column("address", String(320), primary_key=True),  # in small letters
    choice("how", STOPPED_HOW),
    words("stopped_by"),
    words("because", nullable=True),
    instant("stopped_at", nullable=False),
)
