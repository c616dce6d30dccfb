"""What every service is given: one frozen value, built in app.py."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from qb_collections.clock import Clock
from qb_collections.config import Settings

if TYPE_CHECKING:
    from qb_collections.messages.outgoing import Mailer
    from qb_collections.quickbooks.gateway import Gateway
    from qb_collections.quickbooks.intuit import IntuitApp
    from qb_collections.quickbooks.limits import Limiters
    from qb_collections.quickbooks.oauth import TokenStore
    from qb_collections.store.companies import Company
    from qb_collections.store.leases import Lease
    from qb_collections.store.vault import Vault


GatewayFactory = Callable[["Company", "Lease"], "Gateway"]
Wake = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Context:
    """The outside world, as a value.  A test replaces any part of it.

    clock is the service's own; a company connected to an emulator lives on the
    emulator's, so services for one company take the context that
    `company_time.on_company_time` answers.
    """

    engine: Engine
    clock: Clock
    random: random.Random  # jitter only; tokens and states come from `secrets`
    executor: Executor  # for pages fetched side by side; never for a company's own work
    settings: Settings
    vault: Vault
    gateway: GatewayFactory  # QuickBooks is called only under the company's lease
    tokens: TokenStore
    intuit: IntuitApp  # the app registered at Intuit, and the pool of connections to it
    limiters: Limiters  # one limiter per company; its state travels with the lease
    mailer: Mailer  # hands messages to the companies' mail servers
    wake: Wake  # (kind, company_id): sets a due time and hints the runner; losing the hint costs a minute
    holder: str  # host, pid and start time of this process: the name on its leases
    on_clock: Callable[[Context, Clock], Context]  # the same context living on another clock
    shared_clock: Clock | None = None  # demo and tests: the clock that the emulator lives on too
