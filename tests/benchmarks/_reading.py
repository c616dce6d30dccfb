"""The product's own reading of open invoices into its own database, as the first sync does it."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path

from qb_collections.clock import RealClock
from qb_collections.quickbooks import oauth
from qb_collections.quickbooks.gateway import open_gateway
from qb_collections.quickbooks.intuit import Connection, http_session
from qb_collections.quickbooks.limits import Limiter, Limits
from qb_collections.quickbooks.oauth import Tokens
from qb_collections.services.full_sync import FullSync
from qb_collections.services.sync_report import silent
from qb_collections.store import companies, leases, schema
from qb_collections.store.engine import durable, open_engine

FAR = datetime(2099, 1, 1, tzinfo=UTC)


class Access:
    """A permission that needs no refreshing."""

    def tokens(self) -> Tokens:
        return Tokens("access", "refresh", FAR, FAR, None)


class Here:
    """As much of a context as the reading asks for."""

    def __init__(self, folder: Path) -> None:
        self.clock = RealClock()
        self.engine = open_engine(f"sqlite:///{folder / 'ours.sqlite3'}")
        schema.upgrade(self.engine)


def read(address: str, folder: Path, invoices: int) -> float:
    """The seconds that it took to read so many open invoices."""
    here = Here(folder)
    with durable(here.engine) as conn:
        company = companies.create(
            conn,
            name="Bench",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="production",
            base_url=address,
            created_at=here.clock.now(),
        )
    connection = Connection(company.id, "1", address, oauth.Credentials("a", "b"), oauth.PRODUCTION)
    gateway = open_gateway(
        connection,
        Access(),
        http=http_session(),
        limiter=Limiter(here.clock, Limits(per_second=1000, per_minute=100_000)),
        clock=here.clock,
        random=random.Random(1),
        home_currency="USD",
    )
    lease = leases.acquire(here.engine, company.id, "bench:1:1", wait_seconds=0)
    whole = FullSync(here, company, lease, gateway, silent)
    began = time.perf_counter()
    seen = gateway.open_invoices(whole.invoices_page, invoices)
    took = time.perf_counter() - began
    assert len(seen.ids) == invoices
    here.engine.dispose()
    return took
