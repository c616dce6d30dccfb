"""An empty US company: a full chart of accounts, and nothing in it."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

from qb_collections.emulator.companies import CompanyHandle, chart
from qb_collections.emulator.companies.company_info import company_info, preferences

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine


def build(
    engine: Engine, *, realm_id: str, name: str = "Empty US Company", zone: str = "America/New_York"
) -> CompanyHandle:
    """Open the company; its clock begins now, by the engine's clock."""
    at = engine.clock.now().astimezone(UTC)
    with engine.store.transaction():
        engine.open_company(
            realm_id,
            company_info=company_info(name, zone, started_on=at.date()),
            preferences=preferences(custom_numbers=False),
        )
        chart.install(engine, realm_id, at=at, tax_rate=Decimal("9.25"))
    return CompanyHandle(realm_id, name, "empty-us", at)
