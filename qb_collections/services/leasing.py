"""Hold a company's lease for one unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from qb_collections.services.context import Context
from qb_collections.store import intents, leases
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease

PAGE_SECONDS = 5.0  # how long a web page waits for a lease
COMMAND_SECONDS = 90.0  # how long a command waits


@contextmanager
def held(context: Context, company: Company, wait_seconds: float = COMMAND_SECONDS) -> Iterator[Lease]:
    """Hold the company's lease: nobody else works for it meanwhile.

    What a dead holder left in sending becomes unknown, and is read for before
    it is sent again.  The limiter's state is read on taking and stored on
    release, also when the work fails.  While the limiter waits (a 429 asks for
    a minute) the lease is renewed.  Raises leases.Leased, saying by whom,
    when the lease stays taken for wait_seconds.
    """
    lease = leases.acquire(context.engine, company.id, context.holder, wait_seconds=wait_seconds)
    limiter = context.limiters.of(company.id, context.clock)
    limiter.while_waiting = lambda: _renew(context, lease)
    try:
        if lease.limiter_state is not None:
            limiter.import_state(lease.limiter_state)
        if lease.ran_out and company.emulator_url is None:  # an emulator counts for itself
            limiter.fill()
        with durable(context.engine) as conn:
            intents.recover(conn, lease)
        with structlog.contextvars.bound_contextvars(company=company.alias):
            yield lease
    finally:
        limiter.while_waiting = lambda: None
        leases.release(context.engine, lease, limiter.export_state())


def _renew(context: Context, lease: Lease) -> None:
    """Hold the lease for another minute.  Raises leases.LeaseLost when somebody took it."""
    with durable(context.engine) as conn:
        lease.check(conn)
