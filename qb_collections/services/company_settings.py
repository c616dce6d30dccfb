"""One company's settings and health on one page: how it is connected, how it sends, what it used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qb_collections.core import policy as policies
from qb_collections.core.policy import Policy, PolicyRefused
from qb_collections.services import client_grid, keep_alive, read_budget
from qb_collections.services.context import Context
from qb_collections.services.keep_alive import ReconnectBy
from qb_collections.services.read_budget import Share
from qb_collections.store import connections, cursors, journal, mail_accounts, signing
from qb_collections.store import policies as stored
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import reading
from qb_collections.store.mail_accounts import MailAccount
from qb_collections.store.signing import Signer

NOTE_PLACES = {
    "memo": "One line at the end of the invoice's memo; it shows on statements.",
    "attachment": "A small text beside the invoice; customers do not see it.",
    "neither": "Nowhere: nothing is noted in QuickBooks.",
}
DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class SettingsView:
    cursor: Cursor | None
    age: str | None  # of what was read last
    ends_at: datetime | None  # when only a person can connect again
    reconnect: ReconnectBy | None
    policy: Policy | None  # None: there is none that can be read
    policy_version: int | None
    signers: dict[str, Signer]
    account: MailAccount | None
    reads: Share | None
    reads_limit: int
    reads_used: int  # by all companies here that Intuit counts
    reads_warning: str | None
    writes: dict[str, int]  # by state

    @property
    def days(self) -> str:
        """Monday to Friday, or each day by its name."""
        if self.policy is None:
            return ""
        chosen = [day for day in DAYS if day in self.policy.contact_hours.days]
        places = [list(DAYS).index(day) for day in chosen]
        if len(chosen) > 2 and places == list(range(places[0], places[-1] + 1)):
            return f"{DAYS[chosen[0]]} to {DAYS[chosen[-1]]}"
        return ", ".join(DAYS[day] for day in chosen)


def of(context: Context, company: Company, now: datetime) -> SettingsView:
    """now: what time it is for the company."""
    budget = read_budget.budget(context)
    with reading(context.engine) as conn:
        cursor = cursors.cursor(conn, company.id)
        ends_at = connections.hard_expires_at(conn, company.id)
        try:
            current = stored.current(conn, company.id)
        except LookupError:
            current = None
        signers = signing.signers(conn, company.id)
        account = mail_accounts.find(conn, company.id)
        writes = journal.tally(conn, company.id)
    policy = None
    if current is not None:
        try:
            policy = policies.parse(current.text)
        except PolicyRefused:
            policy = None
    return SettingsView(
        cursor=cursor,
        age=client_grid.ago(now - cursor.synced_at) if cursor else None,
        ends_at=ends_at,
        reconnect=keep_alive.told(company, ends_at, now),
        policy=policy,
        policy_version=current.version if current else None,
        signers=signers,
        account=account,
        reads=next((one for one in budget.shares if one.company_id == company.id), None),
        reads_limit=budget.limit,
        reads_used=budget.used,
        reads_warning=budget.warning,
        writes=writes,
    )
