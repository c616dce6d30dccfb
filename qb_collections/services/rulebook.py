"""The rules in force for a company: its policy, the ladder each running cycle keeps, its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from holidays.registry import EntityLoader
from sqlalchemy import Connection

from qb_collections.core import policy as policies
from qb_collections.core import policy_thresholds
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Case
from qb_collections.core.decision import Announced
from qb_collections.core.policy import Policy, Stage
from qb_collections.core.rules import Rules
from qb_collections.store import policies as stored
from qb_collections.store import policy_assignments, policy_balances, signing
from qb_collections.store.companies import Company
from qb_collections.store.policies import StoredPolicy
from qb_collections.store.together import joined


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

    def __init__(
        self, conn: Connection, company: Company, today: date, *, draft: StoredPolicy | None = None
    ) -> None:
        """draft: a next version of the company's own policy that nobody has put in force."""
        current, announced, versions, names = joined(
            conn,
            lambda conn: stored.current(conn, company.id),
            lambda conn: _announced(conn, company),
            lambda conn: stored.versions(conn, company.id),
            lambda conn: policy_assignments.by_customer(conn, company.id),
        )
        current = draft or current
        own = self._own = _in_force(conn, company, current, today)
        self.version, self.policy, self.calendar = own.version, own.policy, own.calendar
        self._locale = company.locale
        self._announced: Announced | None = announced
        every: dict[int, StoredPolicy] = {one.version: one for one in versions}
        every |= {draft.version: draft} if draft else {}
        self._versions = every
        # What holds of the company's own policy (None) and of each one kept under a name.
        self._latest = {one.name: one for one in every.values()} | {None: current}
        beside = {
            name: _in_force(conn, company, self._latest[name], today)
            for name in set(names.values())
            if name in self._latest
        }
        self._of_customer = {customer: beside[name] for customer, name in names.items() if name in beside}
        self._rules: dict[tuple[int, int], Rules] = {}

    def with_older_steps(self) -> list[int]:
        """Versions of the company's own policy whose steps are others than those in force."""
        now = parsed(self._latest[None].text).ladder
        own = (one for one in self._versions.values() if one.name is None)
        return [one.version for one in own if parsed(one.text).ladder != now]

    def in_force(self, case: Case) -> InForce:
        """The policy of the case's customer: its own, else its group's, else the company's."""
        return self._of_customer.get(case.customer.id, self._own)

    def rules(self, case: Case) -> Rules:
        """The rules for one case: the ladder is that of its cycle's version."""
        held = self._of_customer.get(case.customer.id, self._own)
        ladder_of = case.cycle.policy_version if case.cycle else held.version
        rules = self._rules.get((held.version, ladder_of))
        if rules is None:
            rules = self._rules[held.version, ladder_of] = self._made(held, ladder_of)
        return rules

    def _made(self, held: InForce, ladder_of: int) -> Rules:
        began = self._versions.get(ladder_of)
        if began is None:
            return self._with_ladder(held.policy, held.policy.ladder, held.calendar)
        policy = held.policy
        holder = self._versions[held.version]
        if began.name != holder.name:
            # It began under another policy: which steps were taken out since, and which need a yes,
            # is said by that one; all else by the one that it has now.
            policy = policy.model_copy(update={"ladder": parsed(self._latest[began.name].text).ladder})
        return self._with_ladder(policy, parsed(began.text).ladder, held.calendar)

    def _with_ladder(self, policy: Policy, ladder: tuple[Stage, ...], calendar: Calendar) -> Rules:
        return Rules(policy, ladder, calendar, self._locale, announced=self._announced)


def _announced(conn: Connection, company: Company) -> Announced | None:
    found = signing.confirmed(conn, company.id)
    return Announced(found.code, found.who, found.by, company.today(found.at)) if found else None


def _in_force(conn: Connection, company: Company, found: StoredPolicy, today: date) -> InForce:
    policy = parsed(found.text)
    if policy.thresholds.call_from_balances:
        owed = policy_balances.owed_late(conn, company.id, company.currency, today)
        policy = policy_thresholds.worked_out(policy, owed)
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
    if country not in EntityLoader.get_country_codes():  # not list_supported_countries: it loads them all
        return frozenset()
    years = range(year - 2, year + 3)
    known = getattr(holidays, country).subdivisions
    return frozenset(
        holidays.country_holidays(country, subdiv=subdivision if subdivision in known else None, years=years)
    )
