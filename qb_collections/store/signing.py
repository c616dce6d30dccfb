"""Who signs the messages of a step, and what a final notice may announce: two settings of a company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from qb_collections.store.once import once
from qb_collections.store.tables.companies import consequence, signer
from qb_collections.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Signer:
    name: str
    role: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed that the company means to do.  The code is of messages/steps.py."""

    code: str
    who: str | None
    by: str
    at: datetime


def signers(conn: Connection, company_id: int) -> dict[str, Signer]:
    """By sender; those that are not there sign as the company's contact person."""
    rows = _signers(conn, company_id=company_id)
    return {row.sender: Signer(row.name, row.role, row.phone) for row in rows}


@once
def _signers(company_id: int) -> Select[Any]:
    return select(signer).where(signer.c.company_id == company_id)


def put_signer(conn: Connection, company_id: int, sender: str, value: Signer | None) -> None:
    """None: the contact person signs in their place."""
    if value is None:
        mine = (signer.c.company_id == company_id, signer.c.sender == sender)
        conn.execute(delete(signer).where(*mine))
        return
    row = {"company_id": company_id, "sender": sender, "name": value.name}
    row |= {"role": value.role, "phone": value.phone}
    upsert(conn, signer, [row], key=("company_id", "sender"))


def confirmed(conn: Connection, company_id: int) -> Confirmed | None:
    row = _confirmed(conn, company_id=company_id).one_or_none()
    return Confirmed(row.code, row.who, row.confirmed_by, row.confirmed_at) if row else None


@once
def _confirmed(company_id: int) -> Select[Any]:
    return select(consequence).where(consequence.c.company_id == company_id)


def put_confirmed(conn: Connection, company_id: int, value: Confirmed | None) -> None:
    """The last confirmation takes the place of the one before; None takes it back."""
    if value is None:
        conn.execute(delete(consequence).where(consequence.c.company_id == company_id))
        return
    row = {"company_id": company_id, "code": value.code, "who": value.who}
    row |= {"confirmed_by": value.by, "confirmed_at": value.at}
    upsert(conn, consequence, [row], key=("company_id",))
