"""The archive of a company's own e-mail: the exact bytes of each, sealed, and what became of it.

One row for each intent and round.  A row is never deleted; after its days the bytes and what they
were rendered from are.
"""

from __future__ import annotations

import builtins
import hashlib
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from qb_collections.store.tables.intents import intent
from qb_collections.store.tables.mail import mail_message
from qb_collections.store.upsert import upsert
from qb_collections.store.vault import Vault

PLACE = "mail message"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is about to leave."""

    intent_id: int
    round: int
    run_id: int | None
    customer_id: str
    currency: str
    cycle: int | None
    recipient: str
    subject: str
    message_id: str
    thread_id: str
    content: bytes
    snapshot: dict[str, Any]  # what its text was rendered from


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One message as the archive lists it."""

    id: int
    intent_id: int
    round: int
    run_id: int | None
    customer_id: str
    currency: str
    cycle: int | None
    recipient: str
    domain: str
    subject: str
    message_id: str
    thread_id: str
    bytes_hash: str
    size: int
    state: str  # ready, sending, accepted, refused, put_back, unknown
    code: int | None
    answer: str | None
    made_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None


def put(conn: Connection, company_id: int, new: NewMessage, *, vault: Vault, at: datetime) -> int:
    """Keep the bytes before anything is sent; the next try of the same round takes the row over."""
    packed = zlib.compress(new.content, 6)
    row = {
        "company_id": company_id,
        "intent_id": new.intent_id,
        "round": new.round,
        "run_id": new.run_id,
        "customer_id": new.customer_id,
        "currency": new.currency,
        "cycle": new.cycle,
        "recipient": new.recipient.casefold(),
        "domain": new.recipient.rpartition("@")[2].casefold(),
        "subject": new.subject,
        "message_id": new.message_id,
        "thread_id": new.thread_id,
        "bytes_sealed": vault.seal_bytes(packed, _place(company_id)),
        "bytes_hash": hashlib.sha256(new.content).hexdigest(),
        "size": len(new.content),
        "snapshot": new.snapshot,
        "state": "ready",
        "code": None,
        "answer": None,
        "made_at": at,
        "sent_at": None,
        "answered_at": None,
    }
    upsert(conn, mail_message, [row], key=("company_id", "intent_id", "round"))
    found = of_intent(conn, company_id, new.intent_id)
    assert found is not None
    return found.id


def sending(conn: Connection, company_id: int, message_id: int, at: datetime) -> None:
    _change(conn, company_id, message_id, state="sending", sent_at=at)


def answered(
    conn: Connection,
    company_id: int,
    message_id: int,
    state: str,
    *,
    code: int | None = None,
    answer: str | None = None,
    at: datetime | None = None,
) -> None:
    """What became of it.  at None: its answer is missing."""
    _change(conn, company_id, message_id, state=state, code=code, answer=answer, answered_at=at)


def of_intent(conn: Connection, company_id: int, intent_id: int) -> MailMessage | None:
    """The latest round's message of an intent."""
    return next(iter(rounds_of(conn, company_id, intent_id)), None)


def rounds_of(conn: Connection, company_id: int, intent_id: int) -> builtins.list[MailMessage]:
    """Every round's message of an intent, the latest first."""
    query = _select(company_id).where(mail_message.c.intent_id == intent_id)
    return [_message(row) for row in conn.execute(query.order_by(mail_message.c.round.desc()))]


def ids_of_run(conn: Connection, company_id: int, run_id: int) -> dict[int, int]:
    """The number of the latest round's message of each intent of a run that has one, by the intent's id."""
    found = conn.execute(
        select(mail_message.c.intent_id, func.max(mail_message.c.id).label("message_id"))
        .join(
            intent,
            (intent.c.company_id == mail_message.c.company_id) & (intent.c.id == mail_message.c.intent_id),
        )
        .where(mail_message.c.company_id == company_id, intent.c.run_id == run_id)
        .group_by(mail_message.c.intent_id)
    )
    return {row.intent_id: row.message_id for row in found}


def get(conn: Connection, company_id: int, message_id: int) -> MailMessage | None:
    row = conn.execute(_select(company_id).where(mail_message.c.id == message_id)).one_or_none()
    return _message(row) if row else None


def list(
    conn: Connection, company_id: int, *, customer_id: str | None = None, limit: int = 100
) -> builtins.list[MailMessage]:
    """The latest first."""
    query = _select(company_id).order_by(mail_message.c.id.desc()).limit(limit)
    if customer_id is not None:
        query = query.where(mail_message.c.customer_id == customer_id)
    return [_message(row) for row in conn.execute(query)]


def content(conn: Connection, company_id: int, message_id: int, vault: Vault) -> bytes | None:
    """The exact bytes; None when their days are over, or there is no such message.  Raises CannotOpen."""
    sealed = conn.execute(
        select(mail_message.c.bytes_sealed).where(
            mail_message.c.company_id == company_id, mail_message.c.id == message_id
        )
    ).scalar_one_or_none()
    return None if sealed is None else zlib.decompress(vault.open_bytes(sealed, _place(company_id)))


def snapshot(conn: Connection, company_id: int, message_id: int) -> dict[str, Any] | None:
    """What the text was rendered from; None when its days are over."""
    found = conn.execute(
        select(mail_message.c.snapshot).where(
            mail_message.c.company_id == company_id, mail_message.c.id == message_id
        )
    ).scalar_one_or_none()
    return None if found is None else dict(found)


def thread_of(
    conn: Connection, company_id: int, customer_id: str, currency: str, cycle: int | None
) -> str | None:
    """The Message-ID of the first message of the cycle that was taken; None when there is none."""
    query = (
        select(mail_message.c.message_id)
        .where(
            mail_message.c.company_id == company_id,
            mail_message.c.customer_id == customer_id,
            mail_message.c.currency == currency,
            mail_message.c.cycle == cycle,
            mail_message.c.state == "accepted",
        )
        .order_by(mail_message.c.id)
        .limit(1)
    )
    return conn.execute(query).scalar_one_or_none()


def sent_since(
    conn: Connection, company_id: int, since: datetime, domain: str | None = None
) -> builtins.list[datetime]:
    """When messages were handed over since then, oldest first; only those to a domain, if one is named."""
    query = select(mail_message.c.sent_at).where(
        mail_message.c.company_id == company_id, mail_message.c.sent_at > since
    )
    if domain is not None:
        query = query.where(mail_message.c.domain == domain)
    return [*conn.execute(query.order_by(mail_message.c.sent_at)).scalars()]


def accepted_since(conn: Connection, company_id: int, since: datetime, domains: Collection[str]) -> int:
    """How many messages to these domains were taken since then."""
    return conn.execute(
        select(func.count())
        .select_from(mail_message)
        .where(
            mail_message.c.company_id == company_id,
            mail_message.c.sent_at > since,
            mail_message.c.state == "accepted",
            mail_message.c.domain.in_(sorted(domains)),
        )
    ).scalar_one()


def latest_results(conn: Connection, company_id: int, since: datetime, limit: int) -> builtins.list[bool]:
    """Of the latest messages answered since then, the latest first: whether each was taken for good."""
    query = (
        select(mail_message.c.state)
        .where(
            mail_message.c.company_id == company_id,
            mail_message.c.state.in_(("accepted", "refused")),
            mail_message.c.answered_at >= since,
        )
        .order_by(mail_message.c.answered_at.desc(), mail_message.c.id.desc())
        .limit(limit)
    )
    return [state == "accepted" for state in conn.execute(query).scalars()]


def run_results(conn: Connection, company_id: int, run_id: int, since: datetime) -> tuple[int, int]:
    """(answered, refused) of a run's messages since then."""
    query = (
        select(mail_message.c.state, func.count())
        .where(
            mail_message.c.company_id == company_id,
            mail_message.c.run_id == run_id,
            mail_message.c.state.in_(("accepted", "refused")),
            mail_message.c.answered_at >= since,
        )
        .group_by(mail_message.c.state)
    )
    counts = {row[0]: int(row[1]) for row in conn.execute(query)}
    return sum(counts.values()), counts.get("refused", 0)


def clean(conn: Connection, company_id: int, before: datetime) -> int:
    """Forget the bytes and snapshots of messages made before then; return how many.

    One of which a person has still to say whether it left stays whole: they decide by its words.
    """
    open_ = select(intent.c.id).where(
        intent.c.company_id == company_id, intent.c.state.in_(("sending", "unknown", "parked"))
    )
    done = conn.execute(
        update(mail_message)
        .where(
            mail_message.c.company_id == company_id,
            mail_message.c.made_at < before,
            mail_message.c.bytes_sealed.is_not(None),
            mail_message.c.intent_id.not_in(open_),
        )
        .values(bytes_sealed=None, snapshot=None)
    )
    return done.rowcount


def reseal(conn: Connection, vault: Vault, limit: int = 100) -> int:
    """Seal up to limit messages with the vault's first key; return how many there were, 0 when all are."""
    rows = conn.execute(
        select(mail_message.c.id, mail_message.c.company_id, mail_message.c.bytes_sealed)
        .where(mail_message.c.bytes_sealed.not_like(f"v1.{vault.primary}.%"))
        .order_by(mail_message.c.id)
        .limit(limit)
    ).all()
    for row in rows:
        place = _place(row.company_id)
        sealed = vault.seal_bytes(vault.open_bytes(row.bytes_sealed, place), place)
        conn.execute(
            update(mail_message)
            .where(mail_message.c.company_id == row.company_id, mail_message.c.id == row.id)
            .values(bytes_sealed=sealed)
        )
    return len(rows)


_COLUMNS = [mail_message.c[name] for name in MailMessage.__slots__]


def _select(company_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(mail_message.c.company_id == company_id)


def _message(row: Row[Any]) -> MailMessage:
    return MailMessage(**row._mapping)


def _change(conn: Connection, company_id: int, message_id: int, **values: Any) -> None:
    done = conn.execute(
        update(mail_message)
        .where(mail_message.c.company_id == company_id, mail_message.c.id == message_id)
        .values(values)
    )
    assert done.rowcount == 1, f"there is no message {message_id}"


def _place(company_id: int) -> str:
    return f"{PLACE} {company_id}"
