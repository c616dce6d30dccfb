"""Open a company's door to QuickBooks, on the context's clock."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from qb_collections.clock import Clock
from qb_collections.quickbooks.errors import ReconnectNeeded
from qb_collections.quickbooks.gateway import Gateway, open_gateway
from qb_collections.quickbooks.intuit import Connection
from qb_collections.quickbooks.oauth import Access, Credentials, TokenStore
from qb_collections.services.context import Context
from qb_collections.store import connections
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease


def on_clock(context: Context, clock: Clock) -> Context:
    """The same context living on another clock; its gateways and its token store live on it too."""
    tokens = connections.SqlTokenStore(context.engine, context.vault, clock)
    moved = replace(context, clock=clock, tokens=tokens)
    return replace(moved, gateway=partial(gateway_of, moved))


def gateway_of(context: Context, company: Company, lease: Lease) -> Gateway:
    """The company's gateway; to be used under that lease only.

    Raises ReconnectNeeded when the company is not connected, Unreachable when
    an emulator does not say where its endpoints are.
    """
    assert lease.company_id == company.id, "a gateway is opened under the company's own lease"
    return _open(context, connection_of(context, company), context.tokens, company.currency)


def gateway_for(context: Context, connection: Connection, tokens: TokenStore, home_currency: str) -> Gateway:
    """A gateway for a company that is only being connected: its tokens are not stored yet."""
    return _open(context, connection, tokens, home_currency)


def connection_of(context: Context, company: Company) -> Connection:
    """Where the company's books are, and as which app we ask."""
    with reading(context.engine) as conn:
        realm_id = connections.realm_of(conn, context.vault, company.id)
        sealed = connections.credentials_of(conn, context.vault, company.id)
    if realm_id is None:
        raise ReconnectNeeded("this company was never connected to QuickBooks")
    credentials = (
        Credentials(sealed["client_id"], sealed["client_secret"]) if sealed else context.intuit.credentials
    )
    return Connection(
        company_id=company.id,
        realm_id=realm_id,
        base_url=company.base_url,
        credentials=credentials,
        endpoints=context.intuit.endpoints(company.environment, company.discovery_url),
    )


def _open(context: Context, connection: Connection, tokens: TokenStore, home_currency: str) -> Gateway:
    intuit = context.intuit
    access = Access(
        connection.company_id,
        tokens,
        lambda: intuit.auth(connection.credentials, connection.endpoints),
        context.clock,
        intuit.lock_of(connection.company_id),
    )
    return open_gateway(
        connection,
        access,
        http=intuit.http,
        limiter=context.limiters.of(connection.company_id, context.clock),
        clock=context.clock,
        random=context.random,
        home_currency=home_currency,
        project_columns=context.settings.project_columns,
    )
