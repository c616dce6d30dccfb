"""All that the services may ask of one company's QuickBooks, typed.

Reads are in reading.py, writes in writing.py; this is the door to both.
"""

from __future__ import annotations

import random

import requests

from qb_collections.clock import Clock
from qb_collections.quickbooks.client import Client
from qb_collections.quickbooks.intuit import Connection
from qb_collections.quickbooks.limits import Limiter
from qb_collections.quickbooks.oauth import Access
from qb_collections.quickbooks.writing import Writing


class Gateway(Writing):
    """One company's books.  Used only under the company's lease."""

    def refresh_tokens(self) -> None:
        """Ask Intuit for new tokens although the old ones are still good: keeps an idle permission alive."""
        self.client.access.renew()


def open_gateway(
    connection: Connection,
    access: Access,
    *,
    http: requests.Session,
    limiter: Limiter,
    clock: Clock,
    random: random.Random,
    home_currency: str,
    project_columns: bool = False,
) -> Gateway:
    """A gateway on the shared connections.  Nothing is sent yet."""
    client = Client(
        connection=connection, http=http, access=access, limiter=limiter, clock=clock, random=random
    )
    return Gateway(client, home_currency, clock, project_columns=project_columns)
