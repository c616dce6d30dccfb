"""How fast messages leave, and when too many were refused to go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core.wording import count_text
from qb_collections.store import mail_messages
from qb_collections.store.mail_accounts import MailAccount

# Providers slow down, and then refuse, who writes faster to one of them (trust.md, EML-8).
PER_DOMAIN = 20
MINUTE = timedelta(minutes=1)
DAY = timedelta(hours=24)
REFUSED_IN_A_ROW = 5
REFUSED_PERCENT = 5
REFUSED_OF_AT_LEAST = 40

# Those that count what one sender sends in a day, by the domains of their private mailboxes.
PROVIDERS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Outlook": ("outlook.com", "hotmail.com", "live.com", "msn.com"),
    "Yahoo": ("yahoo.com", "ymail.com", "aol.com"),
}


def free_at(conn: Connection, account: MailAccount, domain: str, now: datetime) -> datetime:
    """When the next message to that domain may leave: now, or when the minute has room again."""
    since = now - MINUTE
    waits = [now]
    for limit, sent in (
        (PER_DOMAIN, mail_messages.sent_since(conn, account.company_id, since, domain)),
        (account.per_minute, mail_messages.sent_since(conn, account.company_id, since)),
    ):
        if len(sent) >= limit:
            waits.append(sent[-limit] + MINUTE)
    return max(waits)


def too_many_refused(conn: Connection, account: MailAccount, run_id: int | None) -> str | None:
    """Why nothing more should leave before a person has looked; None while it is usual."""
    since = account.on_since_at or account.changed_at
    latest = mail_messages.latest_results(conn, account.company_id, since, REFUSED_IN_A_ROW)
    if len(latest) == REFUSED_IN_A_ROW and not any(latest):
        return f"the last {REFUSED_IN_A_ROW} messages were all refused"
    if run_id is None:
        return None
    answered, refused = mail_messages.run_results(conn, account.company_id, run_id, since)
    if answered >= REFUSED_OF_AT_LEAST and refused * 100 >= REFUSED_PERCENT * answered:
        return f"{count_text(refused, 'message')} of {answered} were refused in one night"
    return None


def by_provider(conn: Connection, company_id: int, now: datetime) -> dict[str, int]:
    """How many messages each of the large providers took in the last 24 hours."""
    return {
        name: mail_messages.accepted_since(conn, company_id, now - DAY, domains)
        for name, domains in PROVIDERS.items()
    }
