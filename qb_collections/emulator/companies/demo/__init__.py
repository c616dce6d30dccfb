"""The demo's company: Copperleaf Refrigeration & Air LLC, eighteen months old on 30 October 2026.

Everything is written through the engine in the order in which it happened; what happens after the start
waits as scheduled acts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from qb_collections.emulator.companies import CompanyHandle, chart
from qb_collections.emulator.companies.company_info import company_info, preferences
from qb_collections.emulator.companies.demo import history, nights
from qb_collections.emulator.companies.demo.bills import TAX_RATE
from qb_collections.emulator.companies.demo.past import Past
from qb_collections.emulator.companies.demo.payments import ZONE, receipts

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

NAME = "Copperleaf Refrigeration & Air LLC"

# With this seed the open items add up to the figures that the documentation tells.
SEED = 638

START_AT = datetime.combine(history.DAY_ZERO, time(16), ZONE).astimezone(UTC)


def build(engine: Engine, *, realm_id: str, seed: int = SEED) -> CompanyHandle:
    """Write the company's books up to 30 October 2026, 16:00 in Chattanooga, and schedule what follows."""
    bills = history.bills(seed)
    money = receipts(bills, seed)
    opened_at = datetime.combine(date(2025, 4, 28), time(9), ZONE)
    with engine.store.transaction():
        engine.open_company(
            realm_id,
            company_info=company_info(
                NAME,
                ZONE.key,
                started_on=date(2019, 3, 4),
                street="1215 Copperleaf Yard",
                postal_code="37408",
                email="office@copperleaf.example",
            ),
            # Numbers are QuickBooks' own; the invoices of the past are written with theirs.
            preferences=preferences(custom_numbers=False),
        )
        listed = chart.install(engine, realm_id, at=opened_at, tax_rate=TAX_RATE)
        past = Past(engine, realm_id, listed, opened_at)
        past.write(bills, money, START_AT)
        chart.staff(engine, realm_id, at=opened_at)
        nights.schedule(engine, realm_id, listed, past, bills, money, START_AT)
    return CompanyHandle(realm_id, NAME, "demo", START_AT)
