"""The rules in force for a company: its policy, the ladder each running cycle keeps, its calendar."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays
from sqlalchemy import Connection

from qb_collections.core import policy as policies
from qb_collections.core.case import Case
from qb_collections.core.policy import Policy
from qb_collections.core.rules import Rules
from qb_collections.store import policies as stored
from qb_collections.store.companies import Company


class Rulebook:
    """Limits, hours, holidays and approvals hold at once; a running cycle keeps its ladder."""

    def __init__(self, conn: Connection, company: Company, today: date) -> None:
        current = stored.current(conn, company.id)
        self.version = current.version
        self.policy = parsed(current.text)
        self.calendar = self.policy.calendar(_holidays(self.policy, company.country, today.year))
        self._locale = company.locale
        self._texts = {version.version: version.text for version in stored.versions(conn, company.id)}
        self._rules: dict[int, Rules] = {}

    def rules(self, case: Case) -> Rules:
        """The rules for one case: the ladder is that of its cycle's version."""
        return self._of(case.cycle.policy_version if case.cycle else self.version)

    def _of(self, version: int) -> Rules:
        rules = self._rules.get(version)
        if rules is None:
            ladder = parsed(self._texts[version]).ladder if version in self._texts else self.policy.ladder
            rules = self._rules[version] = Rules(self.policy, ladder, self.calendar, self._locale)
        return rules


@lru_cache(maxsize=64)
def parsed(text: str) -> Policy:
    return policies.parse(text)


def _holidays(policy: Policy, country: str, year: int) -> frozenset[date]:
    """Public holidays from two years back to two years on; none where the country is not known to us."""
    place = policy.holidays
    return _of_country(place.country or country, place.subdivision or None, year)


@lru_cache(maxsize=64)
def _of_country(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    known = holidays.list_supported_countries()
    if country not in known:
        return frozenset()
    region = subdivision if subdivision in known[country] else None
    return frozenset(holidays.country_holidays(country, subdiv=region, years=range(year - 2, year + 3)))
