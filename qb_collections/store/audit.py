"""The audit: append-only, written in the transaction of the change, each entry hashed with the one before.

Chain 0 is the installation's own (sign-ins, keys); every company has the chain of its id.  The head
of a chain stands in its own row; whoever anchors it elsewhere can also find a chain cut short with its head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from qb_collections.store import json_text
from qb_collections.store.tables.audit import audit, audit_head
from qb_collections.store.types import instant_text
from qb_collections.store.upsert import insert_missing, upsert

INSTALLATION = 0
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    at: datetime
    actor: str  # a user's name, system, cli, quickbooks
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was: kept elsewhere, it shows a later cut."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    entries: int
    broken_at: int | None  # the first entry that is not what was written
    problem: str | None  # a sentence; None: the chain is whole
    head: Anchor


def append(
    conn: Connection,
    company_id: int | None,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any] | None,
    at: datetime,
) -> Anchor:
    """Add an entry and return the new head.  It stands or falls with the caller's transaction."""
    return append_all(conn, company_id, actor, [(action, subject, detail)], at)


def append_all(
    conn: Connection,
    company_id: int | None,
    actor: str,
    lines: Sequence[tuple[str, str, dict[str, Any] | None]],
    at: datetime,
) -> Anchor:
    """Add entries (action, subject, detail) in their order, in four statements however many there are."""
    chain = _chain(company_id)
    insert_missing(conn, audit_head, [{"chain": chain, "seq": 0, "hash": _START}], key=["chain"])
    head = conn.execute(select(audit_head).where(audit_head.c.chain == chain).with_for_update()).one()
    seq, digest = head.seq, head.hash
    rows = []
    for action, subject, detail in lines:
        seq += 1
        row = {
            "chain": chain,
            "seq": seq,
            "company_id": company_id,
            "at": instant_text(at),
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": json_text.dumps(detail or {}),
        }
        digest = _hash(digest, row)
        rows.append(row | {"hash": digest})
    if rows:
        conn.execute(audit.insert(), rows)
        upsert(conn, audit_head, [{"chain": chain, "seq": seq, "hash": digest}], key=["chain"])
    return Anchor(seq, digest)


def head(conn: Connection, company_id: int | None) -> Anchor:
    """The chain's head, for anchoring; seq 0 while nothing is written."""
    chain = _chain(company_id)
    row = conn.execute(select(audit_head).where(audit_head.c.chain == chain)).one_or_none()
    return Anchor(row.seq, row.hash) if row else Anchor(0, _START)


def by_people_since(conn: Connection, company_id: int, seq: int) -> bool:
    """Whether somebody other than the service itself did something after that entry."""
    query = select(audit.c.seq).where(
        audit.c.chain == _chain(company_id), audit.c.seq > seq, audit.c.actor != "system"
    )
    return conn.execute(query.limit(1)).first() is not None


def entries(
    conn: Connection,
    company_id: int | None,
    *,
    subject: str | None = None,
    limit: int = 200,
    before: int | None = None,
) -> list[Entry]:
    """The chain's entries, the latest first; before: only those ahead of this one's number."""
    query = select(audit).where(audit.c.chain == _chain(company_id)).order_by(audit.c.seq.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [_entry(row) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of one of several chains."""

    company_id: int
    entry: Entry


Place = tuple[str, int, int]  # instant, chain and number of an entry: where a page ends


def search(
    conn: Connection,
    company_ids: Sequence[int],
    *,
    actor: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: Place | None = None,
    limit: int = 200,
) -> list[Found]:
    """Entries of these companies, the latest first.  actor: the whole name; until: the end, excluded."""
    query = (
        select(audit)
        .where(audit.c.chain.in_(company_ids))
        .order_by(audit.c.at.desc(), audit.c.chain.desc(), audit.c.seq.desc())
        .limit(limit)
    )
    if actor is not None:
        query = query.where(audit.c.actor == actor)
    if since is not None:
        query = query.where(audit.c.at >= instant_text(since))
    if until is not None:
        query = query.where(audit.c.at < instant_text(until))
    if before is not None:
        query = query.where(tuple_(audit.c.at, audit.c.chain, audit.c.seq) < tuple_(*before))
    return [Found(row.chain, _entry(row)) for row in conn.execute(query)]


def verify_chain(conn: Connection, company_id: int | None, anchor: Anchor | None = None) -> ChainReport:
    """Read the whole chain again: any changed byte, gap or cut is found.

    anchor: a head kept elsewhere, which also finds a chain that was cut together with its head row.
    """
    stored = head(conn, company_id)
    before, count = _START, 0
    hash_at_anchor = _START
    rows = conn.execute(select(audit).where(audit.c.chain == _chain(company_id)).order_by(audit.c.seq))
    for row in rows:
        if row.seq != count + 1:
            return ChainReport(count, count + 1, f"entry {count + 1} is missing", stored)
        if row.company_id != company_id or row.hash != _hash(before, _fields(row)):
            return ChainReport(count, row.seq, f"entry {row.seq} is not what was written", stored)
        before, count = row.hash, row.seq
        if anchor is not None and anchor.seq == count:
            hash_at_anchor = before
    if (count, before) != (stored.seq, stored.hash):
        problem = f"the chain ends after {count} entries; {stored.seq} were written"
        return ChainReport(count, count + 1, problem, stored)
    if anchor is not None and anchor.seq > 0 and anchor.hash != hash_at_anchor:
        problem = f"the chain is not the one whose entry {anchor.seq} was noted down"
        return ChainReport(count, anchor.seq, problem, stored)
    return ChainReport(count, None, None, stored)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.seq,
        datetime.fromisoformat(row.at),
        row.actor,
        row.action,
        row.subject,
        json_text.loads(row.detail),
        row.hash,
    )


def _chain(company_id: int | None) -> int:
    return INSTALLATION if company_id is None else company_id


def _fields(row: Row[Any]) -> dict[str, Any]:
    names = ("chain", "seq", "company_id", "at", "actor", "action", "subject", "detail")
    return {name: getattr(row, name) for name in names}


def _hash(before: str, fields: dict[str, Any]) -> str:
    return hashlib.sha256(f"{before}\n{json_text.dumps(fields)}".encode()).hexdigest()
