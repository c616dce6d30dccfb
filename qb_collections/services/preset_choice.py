"""Choose a policy by what it would mean: three of the company's own customers, and their coming weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from qb_collections.core import policy_thresholds
from qb_collections.core.case import Case
from qb_collections.core.coming_weeks import Coming, coming_weeks, last_words
from qb_collections.core.decision import Outcome
from qb_collections.core.money import Money, total
from qb_collections.core.rules import Rules
from qb_collections.services import presets, rulebook
from qb_collections.services.context import Context
from qb_collections.services.night import next_night_on
from qb_collections.services.overview import head_of
from qb_collections.services.presets import Preset
from qb_collections.store import cases, overview, policies, policy_balances
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.overview import Owing
from qb_collections.store.together import together

WEEKS = 8
YEAR = timedelta(days=365)
# Side by side, each with what it is; the others are for special cases.
OFFERED: Mapping[str, str] = {
    "gentle": "Two friendly messages, then a call from you; nothing firm is ever written.",
    "standard": "A question, a second message, a call, then a firm date; you approve each final notice.",
    "brisk": "A message on the first late day, a call soon after, and a firm date on day ten.",
}
Key = tuple[str, str]  # customer, currency

# Why these three: the choice should be looked at where it matters.
WHY = ("owes you the most that is late", "has been late the longest", "owes a smaller amount")


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the company's customers, and why this one is shown."""

    customer_id: str
    name: str
    late: Money
    why: str


@dataclass(frozen=True, slots=True)
class Weeks:
    """What one customer would hear under one policy.  per_mille: each step's place in the weeks."""

    shown: Shown
    steps: tuple[Coming, ...]
    per_mille: tuple[int, ...]
    nothing: str  # why, where there are no steps


@dataclass(frozen=True, slots=True)
class Offer:
    """One policy that ships, with those weeks."""

    preset: Preset
    about: str
    weeks: tuple[Weeks, ...]
    in_force: bool


@dataclass(frozen=True, slots=True)
class Choice:
    offers: tuple[Offer, ...]
    others: tuple[Preset, ...]
    first_on: date
    last_on: date
    own_name: str | None  # the policy in force, where it is none of those that ship


def choice(context: Context, company: Company) -> Choice:
    """Played from the coming night on.  Reads only; asks QuickBooks nothing."""
    now = context.clock.now()
    today, first_on = company.today(now), next_night_on(company, now)
    last_on = first_on + timedelta(weeks=WEEKS)
    with reading(context.engine) as conn:
        current = policies.current(conn, company.id)
        picked = _picked(conn, company, today)
        loaded = together(conn, *(_reading(company, key, first_on) for key, _ in picked)) if picked else ()
        owed = policy_balances.owed_late(conn, company.id, company.currency, today)
    found = [(shown, case) for (_, shown), [case] in zip(picked, loaded, strict=True)]
    offers = []
    for name, about in OFFERED.items():
        [preset] = [one for one in presets.every() if one.name == name]
        rules = _rules(company, preset.text, owed, first_on)
        weeks = tuple(_weeks(shown, case, rules, first_on, last_on) for shown, case in found)
        offers.append(Offer(preset, about, weeks, current.text == preset.text))
    others = tuple(one for one in presets.every() if one.name not in OFFERED)
    ships = any(one.text == current.text for one in presets.every())
    own = None if ships else rulebook.parsed(current.text).name
    return Choice(tuple(offers), others, first_on, last_on, own)


def _reading(company: Company, key: Key, on: date) -> Callable[[Connection], list[Case]]:
    return lambda conn: cases.load(conn, company.id, [key], on)


def _weeks(shown: Shown, case: Case, rules: Rules, first_on: date, last_on: date) -> Weeks:
    steps = coming_weeks(case, rules, first_on, last_on)
    days = (last_on - first_on).days
    places = tuple((one.on - first_on).days * 1000 // days for one in steps)
    return Weeks(shown, steps, places, "" if steps else last_words(case, rules, first_on))


def _rules(company: Company, text: str, owed: Sequence[Decimal], on: date) -> Rules:
    policy = rulebook.parsed(text)
    if policy.thresholds.call_from_balances:
        policy = policy_thresholds.worked_out(policy, owed)
    calendar = rulebook.calendar_of(policy, company.country, on.year)
    return Rules(policy, policy.ladder, calendar, company.locale)


def _picked(conn: Connection, company: Company, today: date) -> list[tuple[Key, Shown]]:
    """Three who differ: the most, the longest, a smaller one.  Fewer where fewer are late."""
    parents = overview.parents(conn, company.id)
    families: dict[Key, list[Owing]] = {}
    names: dict[str, str | None] = {}
    emails: dict[str, tuple[str, ...]] = {}
    for one in overview.owing(conn, company.id, today):
        names[one.customer_id], emails[one.customer_id] = one.name, one.emails
        if one.late:
            families.setdefault((head_of(one.customer_id, parents), one.currency), []).append(one)
    known = [key for key in families if key[0] in names]
    # With whom something would happen: who can be written to, about what is not a year old.
    lively = [key for key in known if emails.get(key[0]) and _oldest(families[key]) > today - YEAR]
    known = lively if len(lively) >= len(WHY) else known
    late = {key: total((one.late for one in families[key]), key[1]) for key in known}
    by_amount = sorted(known, key=lambda key: (-late[key].amount, key))
    by_age = sorted(known, key=lambda key: (_oldest(families[key]), key))
    smaller = by_amount[len(by_amount) * 3 // 4 :]
    picked: dict[Key, Shown] = {}
    for why, order in zip(WHY, (by_amount, by_age, smaller), strict=True):
        key = next((one for one in order if one not in picked), None)
        if key is not None:
            picked[key] = Shown(key[0], names[key[0]] or f"(customer {key[0]})", late[key], why)
    return list(picked.items())


def _oldest(family: Sequence[Owing]) -> date:
    return min((one.oldest_late_on for one in family if one.oldest_late_on is not None), default=date.max)


def words(coming: Coming) -> str:
    """A step as a line of a calendar."""
    if coming.step is None:
        return _NEEDS.get(coming.task_kind or "", "something for you to look at")
    call = coming.outcome is Outcome.CALL and "call" not in coming.step.lower()
    return (
        f"{coming.step}{' (a call for you)' if call else ''}{', once you agree' if coming.approval else ''}"
    )


_NEEDS: Mapping[str, str] = {
    "apply_credits": "apply their credits",
    "find_credit": "find their credit",
    "add_email": "add an e-mail address",
    "look_at_old": "look at the old invoice",
}
