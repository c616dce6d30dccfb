"""The rules in force for a company: its policy, the ladder each running cycle keeps, its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from sqlalchemy import Connection

from qb_collections.core import policy as policies
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Case
from qb_collections.core.policy import Policy
from qb_collections.core.rules import Rules
from qb_collections.store import policies as stored
from qb_collections.store import policy_assignments
from qb_collections.store.companies import Company
from qb_collections.store.policies import StoredPolicy


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that somebody is treated by today."""

    version: int
    policy: Policy
    calendar: Calendar


class Rulebook:
    """Limits, hours, holidays and approvals hold at once; a running cycle keeps its ladder.

    version, policy and calendar are the company's own.  A customer with a policy of its own, or in a
    group that has one, is decided by that.
    """

    def __init__(self, conn: Connection, company: Company, today: date) -> None:
        current = stored.current(conn, company.id)
        own = self._own = _in_force(conn, company, current, today)
        self.version, self.policy, self.calendar = own.version, own.policy, own.calendar
        self._locale = company.locale
        every = stored.versions(conn, company.id)
        self._texts = {version.version: version.text for version in every}
        names = policy_assignments.by_customer(conn, company.id)
        named = {one.name: one for one in every if one.name is not None}
        beside = {
            name: _in_force(conn, company, named[name], today)
            for name in set(names.values())
            if name in named
        }
        self._of_customer = {customer: beside[name] for customer, name in names.items() if name in beside}
        self._rules: dict[tuple[int, int], Rules] = {}

    def in_force(self, case: Case) -> InForce:
        """The policy of the case's customer: its own, else its group's, else the company's."""
        return self._of_customer.get(case.customer.id, self._own)

    def rules(self, case: Case) -> Rules:
        """The rules for one case: the ladder is that of its cycle's version."""
        held = self._of_customer.get(case.customer.id, self._own)
        ladder_of = case.cycle.policy_version if case.cycle else held.version
        rules = self._rules.get((held.version, ladder_of))
        if rules is None:
            text = self._texts.get(ladder_of)
            ladder = parsed(text).ladder if text is not None else held.policy.ladder
            rules = Rules(held.policy, ladder, held.calendar, self._locale)
            self._rules[held.version, ladder_of] = rules
        return rules


def _in_force(conn: Connection, company: Company, found: StoredPolicy, today: date) -> InForce:
    policy = parsed(found.text)
    return InForce(found.version, policy, calendar_of(policy, company.country, today.year))


def calendar_of(policy: Policy, country: str, year: int) -> Calendar:
    """The calendar that the nights of a year are decided by."""
    return policy.calendar(_holidays(policy, country, year))


@lru_cache(maxsize=64)
def parsed(text: str) -> Policy:
    return policies.load(text)


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
