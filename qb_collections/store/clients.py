"""Many companies at a glance: each question is one statement, however many companies there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, RowMapping, and_, case, func, or_, select, type_coerce

from qb_collections.core.company_gates import Link, Mode
from qb_collections.core.intents import Approval, State
from qb_collections.core.money import Money
from qb_collections.store.companies import Company
from qb_collections.store.people import Role
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.connections import connection
from qb_collections.store.tables.decisions import run
from qb_collections.store.tables.intents import intent
from qb_collections.store.tables.leases import lease, sync_cursor
from qb_collections.store.tables.mirror import ZERO, mirror_invoice
from qb_collections.store.tables.people import membership, practice
from qb_collections.store.tables.reports import certificate
from qb_collections.store.tables.tasks import task
from qb_collections.store.tables.watching import restored, tie_out
from qb_collections.store.types import money_of


@dataclass(frozen=True, slots=True)
class Client:
    """One company that a user may see, with the user's strongest role for it."""

    company: Company
    practice: str
    role: Role
    synced_at: datetime | None
    read_whole: bool  # the first reading has come to its end
    hard_expires_at: datetime | None
    tie_out: str | None  # state of the latest comparison: equal, explained, unexplained
    restored: bool  # comes from a backup, and nobody has released it


@dataclass(frozen=True, slots=True)
class Night:
    id: int
    on: date
    state: str
    started_at: datetime


_COMPANY = [company.c[name] for name in Company.__dataclass_fields__]


def of_user(conn: Connection, user_id: int) -> list[Client]:
    """By name."""
    latest = (
        select(tie_out.c.company_id, func.max(tie_out.c.id).label("id"))
        .group_by(tie_out.c.company_id)
        .subquery()
    )
    rank = case({role.value: place for place, role in enumerate(Role)}, value=membership.c.role)
    held = (
        select(company.c.id.label("company_id"), func.min(rank).label("rank"))
        .join(membership, membership.c.practice_id == company.c.practice_id)
        .where(
            membership.c.user_id == user_id,
            or_(membership.c.company_id.is_(None), membership.c.company_id == company.c.id),
        )
        .group_by(company.c.id)
        .subquery()
    )
    query = (
        select(
            *_COMPANY,
            practice.c.name.label("practice_name"),
            held.c.rank.label("held_rank"),
            sync_cursor.c.synced_at,
            sync_cursor.c.first_synced_at,
            connection.c.hard_expires_at,
            tie_out.c.state.label("tie_out_state"),
            restored.c.found_at,
            restored.c.released_at,
        )
        .join(held, held.c.company_id == company.c.id)
        .join(practice, practice.c.id == company.c.practice_id)
        .outerjoin(sync_cursor, sync_cursor.c.company_id == company.c.id)
        .outerjoin(connection, connection.c.company_id == company.c.id)
        .outerjoin(latest, latest.c.company_id == company.c.id)
        .outerjoin(tie_out, tie_out.c.id == latest.c.id)
        .outerjoin(restored, restored.c.company_id == company.c.id)
        .where(company.c.id.not_in(select(certificate.c.company_id)))
        .order_by(func.lower(company.c.name), company.c.id)
    )
    roles = [*Role]
    return [
        Client(
            company=_company(row),
            practice=row["practice_name"],
            role=roles[row["held_rank"]],
            synced_at=row["synced_at"],
            read_whole=row["first_synced_at"] is not None,
            hard_expires_at=row["hard_expires_at"],
            tie_out=row["tie_out_state"],
            restored=row["found_at"] is not None and row["released_at"] is None,
        )
        for row in conn.execute(query).mappings()
    ]


def owed(conn: Connection, days: Mapping[int, date]) -> dict[int, list[tuple[Money, Money]]]:
    """What is owed to each company and what of it is late on its own day, by currency, the largest first."""
    if not days:
        return {}
    by_day: dict[date, list[int]] = {}
    for company_id, day in days.items():
        by_day.setdefault(day, []).append(company_id)
    is_late = or_(
        *(
            and_(mirror_invoice.c.company_id.in_(ids), mirror_invoice.c.due_on < day)
            for day, ids in by_day.items()
        )
    )
    balance = type_coerce(mirror_invoice.c.balance, BigInteger)
    query = (
        select(
            mirror_invoice.c.company_id,
            mirror_invoice.c.currency,
            func.sum(balance, type_=BigInteger).label("owed"),
            func.sum(case((is_late, balance), else_=0), type_=BigInteger).label("late"),
        )
        .where(mirror_invoice.c.company_id.in_(days), mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.company_id, mirror_invoice.c.currency)
    )
    found: dict[int, list[tuple[Money, Money]]] = {}
    for row in conn.execute(query):
        pair = money_of(int(row.owed), row.currency), money_of(int(row.late), row.currency)
        found.setdefault(row.company_id, []).append(pair)
    for pairs in found.values():
        pairs.sort(key=lambda pair: -pair[0].amount)
    return found


def nights(conn: Connection, company_ids: Sequence[int]) -> dict[int, Night]:
    """The latest night of each."""
    latest = (
        select(func.max(run.c.id).label("id"))
        .where(run.c.company_id.in_(company_ids), run.c.kind == "night")
        .group_by(run.c.company_id)
        .subquery()
    )
    query = select(run.c.company_id, run.c.id, run.c.run_on, run.c.state, run.c.started_at).join(
        latest, latest.c.id == run.c.id
    )
    return {
        row.company_id: Night(row.id, row.run_on, row.state, row.started_at) for row in conn.execute(query)
    }


def approvals(conn: Connection, company_ids: Sequence[int]) -> dict[int, int]:
    """How many effects wait for a person's word."""
    query = (
        select(intent.c.company_id, func.count().label("waiting"))
        .where(
            intent.c.company_id.in_(company_ids),
            intent.c.state.in_((State.PLANNED, State.READY)),
            intent.c.approval == Approval.NEEDED,
        )
        .group_by(intent.c.company_id)
    )
    return {row.company_id: row.waiting for row in conn.execute(query)}


def tasks(conn: Connection, company_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(task.c.company_id, func.count().label("open"))
        .where(task.c.company_id.in_(company_ids), task.c.state == "open")
        .group_by(task.c.company_id)
    )
    return {row.company_id: row.open for row in conn.execute(query)}


def limiter_states(conn: Connection) -> list[tuple[int, str, str, dict[str, Any]]]:
    """Id, name, environment and the limiter's state of every company that there is."""
    query = (
        select(company.c.id, company.c.name, company.c.environment, lease.c.limiter)
        .outerjoin(lease, lease.c.company_id == company.c.id)
        .where(company.c.id.not_in(select(certificate.c.company_id)))
        .order_by(company.c.name, company.c.id)
    )
    return [(row.id, row.name, row.environment, row.limiter or {}) for row in conn.execute(query)]


def _company(row: RowMapping) -> Company:
    values = {name: row[name] for name in Company.__dataclass_fields__}
    return Company(**values | {"mode": Mode(row["mode"]), "state": Link(row["state"])})
