"""What stays of companies whose data were deleted: a certificate each, beside the audit's chain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from qb_collections.store import json_text
from qb_collections.store.tables.people import membership
from qb_collections.store.tables.reports import certificate


@dataclass(frozen=True, slots=True)
class Certificate:
    """text: what was deleted, as canonical JSON; hash: SHA-256 of it in UTF-8."""

    company_id: int
    practice_id: int
    text: str
    hash: str
    made_by: str
    made_at: datetime

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json_text.loads(self.text)
        return found

    @property
    def holds(self) -> bool:
        """Whether the text is still the one that was certified."""
        return hash_of(self.text) == self.hash


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def add(
    conn: Connection, company_id: int, practice_id: int, said: dict[str, Any], by: str, at: datetime
) -> Certificate:
    """From now on the company is there for nobody."""
    text = json_text.dumps(said)
    made = Certificate(company_id, practice_id, text, hash_of(text), by, at)
    conn.execute(
        certificate.insert().values(
            company_id=company_id,
            practice_id=practice_id,
            text=text,
            hash=made.hash,
            made_by=by,
            made_at=at,
        )
    )
    return made


def get(conn: Connection, company_id: int) -> Certificate | None:
    row = conn.execute(select(certificate).where(certificate.c.company_id == company_id)).one_or_none()
    return Certificate(*row) if row else None


def of_user(conn: Connection, user_id: int) -> list[Certificate]:
    """Of practices that this user owns as a whole, the latest first."""
    query = (
        select(certificate)
        .join(membership, membership.c.practice_id == certificate.c.practice_id)
        .where(
            membership.c.user_id == user_id,
            membership.c.company_id.is_(None),
            membership.c.role == "owner",
        )
        .order_by(certificate.c.made_at.desc(), certificate.c.company_id)
        .limit(200)
    )
    return [Certificate(*row) for row in conn.execute(query)]
