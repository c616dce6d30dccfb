"""The month's reads for the companies page: the shares of one's own companies, the others only as a sum."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass

from qb_collections.services import read_budget
from qb_collections.services.context import Context
from qb_collections.services.read_budget import Share


@dataclass(frozen=True, slots=True)
class Reads:
    month: str  # November 2026
    limit: int
    used: int  # what Intuit counts, over all companies
    shares: tuple[Share, ...]  # of the reader's companies
    others: int  # counted reads of companies that the reader does not see
    warning: str | None

    @property
    def percent(self) -> int:
        return self.used * 100 // self.limit


def of(context: Context, mine: Collection[int]) -> Reads:
    found = read_budget.budget(context)
    year, month = found.month.split("-")
    shares = tuple(one for one in found.shares if one.company_id in mine)
    counted = sum(one.reads for one in shares if one.metered)
    name = f"{calendar.month_name[int(month)]} {year}"
    return Reads(name, found.limit, found.used, shares, found.used - counted, found.warning)
