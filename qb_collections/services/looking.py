"""What follows when a person has looked at old invoices, or seen to an address: it is not asked at once.

Whatever was not mended by then is asked for again a month later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core.case import DealtWith
from qb_collections.core.wording import count_text, day_text
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, looked_at
from qb_collections.store.companies import Company
from qb_collections.store.tasks import Task

OLD, ADDRESS = "look_at_old", "add_email"
GOES_ON = "go-on"
REST_DAYS = 30


def done(conn: Connection, company: Company, task: Task, outcome: str, by: str, now: datetime) -> str:
    """Keep that it was seen to; the customer is looked at in the next night."""
    today = company.today(now)
    customer_id, currency = task.customer_id or "", task.currency or ""
    until_on = today + timedelta(days=REST_DAYS)
    cases.touch(conn, company.id, [customer_id], today + timedelta(days=1))
    again = day_text(until_on + timedelta(days=1), today.year, company.locale)
    if task.kind == ADDRESS:
        seen = [DealtWith(ADDRESS, None, until_on)]
        looked_at.put(conn, company.id, customer_id, seen, by=by, at=now)
        return f"Noted. While there is no address nothing is sent, and we ask again on {again}."
    oldest = timedelta(days=Rulebook(conn, company, today).policy.limits.oldest_debt_days)
    old = [
        invoice
        for case in cases.load(conn, company.id, [(customer_id, currency)], today)
        for invoice in case.invoices
        if invoice.due_on is not None and today - invoice.due_on > oldest
    ]
    goes_on = outcome == GOES_ON
    kind = GOES_ON if goes_on else OLD
    seen = [DealtWith(kind, invoice.id, until_on) for invoice in old]
    looked_at.put(conn, company.id, customer_id, seen, by=by, at=now)
    invoices = count_text(len(old), "old invoice")
    if goes_on:
        return f"Noted. The steps go on with {invoices}; on {again} they want another look."
    stay = "stays" if len(old) == 1 else "stay"
    return f"Noted. {invoices[:1].upper()}{invoices[1:]} {stay} with you; we ask again on {again}."
