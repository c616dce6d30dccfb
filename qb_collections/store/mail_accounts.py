"""The mail account of each company, and the addresses that want no automatic e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    String,
    and_,
    cast,
    delete,
    null,
    select,
    union_all,
    update,
)

from qb_collections.store.once import once
from qb_collections.store.tables.mail import mail_account, stopped_address
from qb_collections.store.upsert import insert_missing, upsert
from qb_collections.store.vault import Vault

PLACE = "mail password"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """How a company's own messages leave.  The password is not in it; ask for it with `password`."""

    company_id: int
    host: str
    port: int
    security: str  # starttls, tls, loopback
    login: str | None
    from_name: str
    from_address: str
    reply_to: str | None
    per_minute: int
    keep_days: int
    state: str  # on, off, paused
    because: str | None  # why it is paused
    tested_at: datetime | None
    on_since_at: datetime | None
    changed_at: datetime

    @property
    def sends(self) -> bool:
        """Whether messages leave by themselves."""
        return self.state == "on" and self.tested_at is not None


@dataclass(frozen=True, slots=True)
class Stopped:
    address: str  # in small letters
    how: str  # unsubscribed, refused, person
    by: str
    because: str | None
    at: datetime


def find(conn: Connection, company_id: int) -> MailAccount | None:
    row = _of_company(conn, company_id=company_id).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    values.pop("password_sealed")
    return MailAccount(**values)


@once
def _of_company(company_id: int) -> Select[Any]:
    return select(mail_account).where(mail_account.c.company_id == company_id)


def put(
    conn: Connection, account: MailAccount, *, password: str | None, keep_password: bool, vault: Vault
) -> None:
    """Store the account.  keep_password: the stored one stays, whatever password says."""
    values: dict[str, Any] = {
        name: getattr(account, name) for name in MailAccount.__slots__ if name in mail_account.c
    }
    if not keep_password:
        values["password_sealed"] = None if password is None else vault.seal(password, _place(account))
    upsert(conn, mail_account, [values], key=("company_id",))


def change(conn: Connection, company_id: int, **changes: Any) -> None:
    """Change these columns of an account that is there."""
    assert changes.keys() <= {"state", "because", "tested_at", "on_since_at", "changed_at", "keep_days"}
    conn.execute(update(mail_account).where(mail_account.c.company_id == company_id).values(changes))


def password(conn: Connection, account: MailAccount, vault: Vault) -> str | None:
    """The account's password, opened.  Raises CannotOpen."""
    sealed = conn.execute(
        select(mail_account.c.password_sealed).where(mail_account.c.company_id == account.company_id)
    ).scalar_one()
    return None if sealed is None else vault.open(sealed, _place(account))


def reseal(conn: Connection, vault: Vault) -> int:
    """Seal every password with the vault's first key; return how many were sealed by an older one."""
    changed = 0
    rows = conn.execute(
        select(mail_account.c.company_id, mail_account.c.password_sealed).where(
            mail_account.c.password_sealed.is_not(None)
        )
    ).all()
    for row in rows:
        if vault.is_current(row.password_sealed):
            continue
        place = f"{PLACE} {row.company_id}"
        sealed = vault.seal(vault.open(row.password_sealed, place), place)
        conn.execute(
            update(mail_account)
            .where(mail_account.c.company_id == row.company_id)
            .values(password_sealed=sealed)
        )
        changed += 1
    return changed


def standing(conn: Connection, company_id: int) -> tuple[bool, frozenset[str]]:
    """Whether messages leave by the company's own account, and which addresses want none."""
    found = _standing(conn, company_id=company_id).scalars().all()
    return None in found, frozenset(address for address in found if address is not None)


@once
def _standing(company_id: int) -> CompoundSelect[Any]:
    on = select(cast(null(), String).label("address")).where(
        and_(
            mail_account.c.company_id == company_id,
            mail_account.c.state == "on",
            mail_account.c.tested_at.is_not(None),
        )
    )
    stopped = select(stopped_address.c.address).where(stopped_address.c.company_id == company_id)
    return union_all(on, stopped)


def stop(
    conn: Connection, company_id: int, address: str, *, how: str, by: str, because: str | None, at: datetime
) -> bool:
    """No automatic e-mail to this address any more; False when it was so already."""
    row = {
        "company_id": company_id,
        "address": address.casefold(),
        "how": how,
        "stopped_by": by,
        "because": because,
        "stopped_at": at,
    }
    before = stopped_at(conn, company_id, address)
    insert_missing(conn, stopped_address, [row], key=("company_id", "address"))
    return before is None


def allow(conn: Connection, company_id: int, address: str) -> bool:
    """Automatic e-mail may go to this address again; False when it was never stopped."""
    done = conn.execute(
        delete(stopped_address).where(
            stopped_address.c.company_id == company_id, stopped_address.c.address == address.casefold()
        )
    )
    return done.rowcount == 1


def stopped_at(conn: Connection, company_id: int, address: str) -> Stopped | None:
    return next((one for one in stopped(conn, company_id) if one.address == address.casefold()), None)


def stopped(conn: Connection, company_id: int) -> list[Stopped]:
    """Every address that wants no automatic e-mail, by name."""
    rows = conn.execute(
        select(stopped_address)
        .where(stopped_address.c.company_id == company_id)
        .order_by(stopped_address.c.address)
    ).all()
    return [Stopped(row.address, row.how, row.stopped_by, row.because, row.stopped_at) for row in rows]


def _place(account: MailAccount) -> str:
    return f"{PLACE} {account.company_id}"
