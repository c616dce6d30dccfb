"""Disconnect a company from QuickBooks: its records stay, our access ends."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection as Transaction

from qb_collections.core.company_gates import Link
from qb_collections.quickbooks import oauth
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.oauth import Credentials
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, connections
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Leased

_log = structlog.get_logger("disconnect")


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The company is stopped, its tokens are destroyed.  revoked: whether Intuit ended the permission too."""

    company: Company
    revoked: bool
    message: str


def disconnect(context: Context, company: Company, actor: str) -> Disconnected | Refusal:
    """Stop the company, end our permission at Intuit, destroy the tokens.  The records stay.

    The tokens are destroyed also when Intuit cannot be told; the answer says
    which.  After a crash halfway, doing it again finishes it.
    """
    try:
        with held(context, company, PAGE_SECONDS) as lease:
            with durable(context.engine) as conn:
                lease.check(conn)
                companies.update(conn, company.id, state=Link.DISCONNECTED)
                note(conn, context, company.id, actor, "disconnect", "begun")
            problem = _revoke(context, company)
            with durable(context.engine) as conn:
                lease.check(conn)
                connections.destroy(conn, company.id, context.clock.now())
                note(
                    conn,
                    context,
                    company.id,
                    actor,
                    "disconnect",
                    "revoked at Intuit" if problem is None else f"not revoked at Intuit: {problem}",
                )
                company = companies.get(conn, company.id)
    except Leased as leased:
        return Refusal(f"{company.name} was not disconnected: {leased}. Please try again in a minute.")
    if problem is None:
        message = f"{company.name} is disconnected: Intuit has ended our access and our keys are destroyed."
    else:
        message = (
            f"{company.name} is disconnected and our keys are destroyed, but Intuit could not be told "
            f"({problem}). To end the permission there too, open QuickBooks, Apps, My apps, Disconnect."
        )
    return Disconnected(company, problem is None, message)


def _revoke(context: Context, company: Company) -> str | None:
    """End the permission at Intuit.  None: done; else why not, in a few words."""
    try:
        context = on_company_time(context, company)
        with reading(context.engine) as conn:
            sealed = connections.credentials_of(conn, context.vault, company.id)
        tokens = context.tokens.load(company.id)
        if tokens is None:
            return "there were no keys left to revoke"
        credentials = (
            Credentials(sealed["client_id"], sealed["client_secret"])
            if sealed
            else context.intuit.credentials
        )
        endpoints = context.intuit.endpoints(company.environment, company.discovery_url)
        oauth.revoke(context.intuit.auth(credentials, endpoints), tokens.refresh, context.clock)
    except QuickBooksError as error:
        # The person reads one sentence; what support will ask for is in the log.
        _log.warning(
            "permission not revoked",
            company=company.alias,
            kind=type(error).__name__,
            status=error.status,
            code=error.code,
            intuit_tid=error.intuit_tid,
        )
        return type(error).meaning
    return None


def note(conn: Transaction, context: Context, company_id: int, actor: str, action: str, detail: str) -> None:
    audit.append(
        conn, company_id, actor, action, f"company {company_id}", {"what": detail}, context.clock.now()
    )
