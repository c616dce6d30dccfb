"""Companies, and the stop button for one or all of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, Select, func, or_, select
from sqlalchemy import update as update_rows

from qb_collections.core.company_gates import Link, Mode
from qb_collections.store import people, settings
from qb_collections.store.once import once
from qb_collections.store.people import Role
from qb_collections.store.tables.companies import company, setting
from qb_collections.store.tables.people import membership, user
from qb_collections.store.tables.reports import certificate
from qb_collections.store.tables.tasks import task

_GLOBAL_STOP = "global_stop"  # the name of its setting
DEFAULT_NIGHT_AT = time(2, 30)


@dataclass(frozen=True, slots=True)
class Company:
    """One company's books, as we keep them.  night_at is in the company's own zone."""

    id: int
    key: str  # ours, random; never shown
    name: str
    alias: str  # for logs: says nothing of the company
    practice_id: int
    zone: str
    currency: str
    locale: str
    country: str
    mode: Mode
    state: Link
    environment: str  # sandbox, production, emulator
    base_url: str
    night_at: time
    created_at: datetime
    stopped_by: str | None = None
    stopped_at: datetime | None = None
    discovery_url: str | None = None
    emulator_url: str | None = None
    next_night_at: datetime | None = None
    preferences: dict[str, Any] = field(default_factory=dict)
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_role: str | None = None
    payment_instructions: str | None = None
    reply_to: str | None = None
    note_place: str = "memo"  # memo, attachment, neither
    notes_stopped: str | None = None  # why note writes stopped
    clearing_account_id: str | None = None
    clearing_item_id: str | None = None
    plan_basis_confirmed_by: str | None = None
    history_since: date | None = None
    live_since_on: date | None = None
    multicurrency: bool = False
    phone_hours: str | None = None  # when customers reach somebody: weekdays 8 to 5

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def today(self, now: datetime) -> date:
        """The date in the company's own calendar."""
        return now.astimezone(self.tz).date()


@dataclass(frozen=True, slots=True)
class StopState:
    by: str
    at: datetime


# Of a company whose data were deleted only a number stays: it is there for nobody.
_IS_THERE = company.c.id.not_in(select(certificate.c.company_id))
_FIELDS = frozenset(field.name for field in fields(Company))
_CHANGEABLE = _FIELDS - {"id", "key", "alias", "created_at"}


def create(
    conn: Connection,
    *,
    name: str,
    zone: str,
    currency: str,
    country: str,
    environment: str,
    base_url: str,
    created_at: datetime,
    locale: str = "en_US",
    **more: Any,
) -> Company:
    """Add a company in shadow, connected, with a key and an alias of its own.

    Without practice_id it goes to the installation's first practice.  more takes any other field of Company.
    """
    assert more.keys() <= _CHANGEABLE, f"no such fields: {more.keys() - _CHANGEABLE}"
    key = secrets.token_hex(8)
    values: dict[str, Any] = {
        "key": key,
        "alias": f"c-{key[:6]}",
        "name": name,
        "zone": zone,
        "currency": currency,
        "country": country,
        "locale": locale,
        "environment": environment,
        "base_url": base_url,
        "created_at": created_at,
        "mode": Mode.SHADOW,
        "state": Link.CONNECTED,
        "night_at": DEFAULT_NIGHT_AT,
        "preferences": {},
        "note_place": "memo",
        "practice_id": more.get("practice_id") or people.first_practice(conn, created_at),
    }
    inserted = conn.execute(company.insert().values(values | more)).inserted_primary_key
    assert inserted is not None
    return get(conn, inserted[0])


def get(conn: Connection, company_id: int) -> Company:
    """Raises LookupError when there is no such company."""
    found = find(conn, company_id)
    if found is None:
        raise LookupError(f"there is no company {company_id}")
    return found


def find(conn: Connection, company_id: int) -> Company | None:
    row = _with_id(conn, company_id=company_id).mappings().one_or_none()
    return _company(row) if row else None


@once
def _with_id(company_id: int) -> Select[Any]:
    return select(company).where(company.c.id == company_id)


def find_for(conn: Connection, user_id: int, company_id: int) -> tuple[Company, Role] | None:
    """The company with the user's strongest role for it, in one statement; None: not there for this user."""
    rows = _held(conn, user_id=user_id, company_id=company_id).mappings()
    found = [(row, Role(row["held"])) for row in rows]
    if not found:
        return None
    return _company(found[0][0]), min((role for _, role in found), key=[*Role].index)


@once
def _held(user_id: int, company_id: int) -> Select[Any]:
    return (
        select(company, membership.c.role.label("held"))
        .join(membership, membership.c.practice_id == company.c.practice_id)
        .join(user, user.c.id == membership.c.user_id)
        .where(
            _IS_THERE,
            company.c.id == company_id,
            membership.c.user_id == user_id,
            user.c.active.is_(True),
            or_(membership.c.company_id.is_(None), membership.c.company_id == company.c.id),
        )
    )


def all_for(conn: Connection, user_id: int) -> list[Company]:
    """Every company that the user may see, by name."""
    rows = conn.execute(
        select(company)
        .join(membership, membership.c.practice_id == company.c.practice_id)
        .join(user, user.c.id == membership.c.user_id)
        .where(
            _IS_THERE,
            membership.c.user_id == user_id,
            user.c.active.is_(True),
            or_(membership.c.company_id.is_(None), membership.c.company_id == company.c.id),
        )
        .order_by(func.lower(company.c.name), company.c.id)
    ).mappings()
    return list({row["id"]: _company(row) for row in rows}.values())


def by_name(conn: Connection, text: str) -> Company | None:
    """Find by name, alias or id, whatever the case.  A name that two companies bear finds neither."""
    wanted = text.strip()
    matches = or_(
        func.lower(company.c.name) == wanted.lower(),
        company.c.name == wanted,
        company.c.alias == wanted.lower(),
        company.c.id == (int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else -1),
    )
    found = [
        _company(row) for row in conn.execute(select(company).where(matches, _IS_THERE).limit(20)).mappings()
    ]
    exact = [one for one in found if wanted.lower() == one.alias or wanted == str(one.id)]
    candidates = exact or found
    return candidates[0] if len(candidates) == 1 else None


def names(conn: Connection) -> list[str]:
    """What a person may type, by name; two companies of one name are told apart by their alias."""
    query = select(company.c.name, company.c.alias).where(_IS_THERE)
    rows = conn.execute(query.order_by(company.c.name, company.c.id)).all()
    seen = [row.name for row in rows]
    return [row.alias if seen.count(row.name) > 1 else row.name for row in rows]


def all(conn: Connection) -> list[Company]:
    """Every company, by name."""
    rows = conn.execute(select(company).where(_IS_THERE).order_by(company.c.name, company.c.id)).mappings()
    return [_company(row) for row in rows]


def update(conn: Connection, company_id: int, **changes: Any) -> Company:
    """Change these fields and return the company as it is now."""
    assert changes and changes.keys() <= _CHANGEABLE, f"no such fields: {changes.keys() - _CHANGEABLE}"
    done = conn.execute(update_rows(company).where(company.c.id == company_id).values(changes))
    assert done.rowcount == 1, f"there is no company {company_id}"
    return get(conn, company_id)


def due_nights(conn: Connection, now: datetime) -> list[Company]:
    """Connected companies whose next night has come, the longest waiting first."""
    return [_company(row) for row in _due(conn, now=now).mappings()]


@once
def _due(now: datetime) -> Select[Any]:
    return (
        select(company)
        .where(company.c.state == Link.CONNECTED, company.c.next_night_at <= now)
        .order_by(company.c.next_night_at, company.c.id)
    )


def global_stop(conn: Connection) -> StopState | None:
    """Who stopped everything, and when; None while nothing is."""
    return _stop_state(settings.get(conn, _GLOBAL_STOP))


def on_every_page(
    conn: Connection, company_id: int | None, user_id: int
) -> tuple[StopState | None, int, bool]:
    """The stop of everything, how many open tasks the company has, and whether the user does more than look.

    In one statement; the last is true of who has a role above viewer for any company.
    """
    row: Any = _told_everywhere(conn, company_id=company_id, user_id=user_id).one()
    value, count, roles = row
    return _stop_state(value), count, roles > 0


@once
def _told_everywhere(company_id: int | None, user_id: int) -> Select[Any]:
    stop = select(setting.c.value).where(setting.c.name == _GLOBAL_STOP).scalar_subquery()
    waiting = (
        select(func.count()).where(task.c.company_id == company_id, task.c.state == "open").scalar_subquery()
    )
    acts = (
        select(func.count())
        .select_from(membership)
        .where(membership.c.user_id == user_id, membership.c.role != Role.VIEWER)
        .scalar_subquery()
    )
    return select(stop, waiting, acts)


def set_global_stop(conn: Connection, by: str | None, at: datetime) -> None:
    """Stop everything in somebody's name; None lifts the stop."""
    if by is None:
        settings.drop(conn, _GLOBAL_STOP)
    else:
        settings.put(conn, _GLOBAL_STOP, {"by": by, "at": at}, at)


def _stop_state(value: Any | None) -> StopState | None:
    return StopState(value["by"], datetime.fromisoformat(value["at"])) if value else None


def _company(row: RowMapping) -> Company:
    values = {name: row[name] for name in _FIELDS}
    return Company(**values | {"mode": Mode(row["mode"]), "state": Link(row["state"])})
