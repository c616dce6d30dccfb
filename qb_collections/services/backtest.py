"""Replay a policy on the company's own history, as it was known then.  Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from qb_collections.core import contact_hours, policy_thresholds
from qb_collections.core.backtest import Backtest, summed_up
from qb_collections.core.books import Customer
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import ContactKind, CustomerKind, Cycle
from qb_collections.core.past import Past
from qb_collections.core.policy import Policy
from qb_collections.core.replay import Conditions, Replayed, replay
from qb_collections.core.replay_account import ELSEWHERE_FOR, Account, Key, Said, resume
from qb_collections.core.replay_events import HoldSpan, accounts
from qb_collections.core.rules import Rules
from qb_collections.core.wording import date_text
from qb_collections.services import past as pasts
from qb_collections.services.context import Context
from qb_collections.services.habits import PastHabits
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import calendar_of
from qb_collections.store import cases, contacts, cursors, history, mirror, past, policy_assignments
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

DAYS_MAX = 1_100  # three years; history is read for two
_OTHERS = (ContactKind.FOREIGN, ContactKind.NOTICE)  # said whatever the policy


@dataclass(frozen=True, slots=True)
class Played:
    """One policy's replay: the figures, and every contact in the order of time."""

    test: Backtest
    contacts: tuple[Replayed, ...]


@dataclass(frozen=True, slots=True)
class Result:
    played: tuple[Played, ...]  # the policy asked about, then the one it is held against
    known_since: str  # a sentence
    assumed: tuple[str, ...]  # sentences: what the books do not say, and what was taken instead
    starts_anew: bool  # contacting begins with the first day: nobody had been written to before

    @property
    def tests(self) -> tuple[Backtest, ...]:
        return tuple(one.test for one in self.played)


@dataclass(frozen=True, slots=True)
class Material:
    """What a replay is played on.  Accounts are used up, so each policy gets its own."""

    company: Company
    past: Past
    holds: Sequence[HoldSpan]
    said: Sequence[Said]
    cycles: Mapping[Key, Sequence[tuple[Cycle, date | None]]]
    looks: Mapping[Key, tuple[bool, CustomerKind | None]]  # important, and who owes
    elsewhere: Mapping[str, Sequence[date]]  # by address: days on which sister companies wrote to it
    habits: PastHabits


def run(
    context: Context, company: Company, policies: Sequence[Policy], first_on: date, last_on: date
) -> Result | Refusal:
    """Play each policy over the same days, both included."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        refusal = _refusal(conn, company, first_on, last_on, today)
        if refusal is not None:
            return refusal
        holds, hours_assumed = pasts.hold_spans(conn, company)
        material = Material(
            company,
            pasts.gathered(conn, company),
            holds,
            pasts.said(conn, company),
            past.cycles(conn, company.id),
            past.looks(conn, company.id),
            _elsewhere(conn, company, first_on),
            PastHabits(
                pasts.as_first_due(conn, company), _history_read_at(conn, company, first_on), company.locale
            ),
        )
        since = pasts.known_since(conn, company)
        own = len(policy_assignments.by_customer(conn, company.id))
    played = tuple(_played(material, policy, first_on, last_on) for policy in policies)
    assumed = (*_assumed(material.past, hours_assumed, own), material.habits.sentence)
    return Result(played, since, assumed, _starts_anew(company, first_on))


def _refusal(
    conn: Connection, company: Company, first_on: date, last_on: date, today: date
) -> Refusal | None:
    cursor = cursors.cursor(conn, company.id)
    if cursor is None or cursor.first_synced_at is None:
        return Refusal(f"{company.name} has not been read yet.", "Read it with: qb-collections sync")
    first, last = (date_text(day, company.locale) for day in (first_on, last_on))
    if last_on < first_on:
        return Refusal(f"{last} is before {first}: please turn them round.")
    if last_on > today:
        now = date_text(today, company.locale)
        return Refusal(f"{last} has not come yet. The last day can be today, {now}.")
    if (last_on - first_on).days >= DAYS_MAX:
        return Refusal(
            f"Those are {(last_on - first_on).days + 1:,} days; up to {DAYS_MAX:,} can be replayed."
        )
    since = company.history_since or company.today(cursor.first_synced_at)
    if first_on < since:
        why = "Payment history is complete from" if company.history_since else "What we know begins on"
        more = (
            "" if company.history_since else " Once payment history has been read, it reaches back two years."
        )
        return Refusal(
            f"{why} {date_text(since, company.locale)}; begin there or later, not on {first}.{more}"
        )
    return None


def _starts_anew(company: Company, first_on: date) -> bool:
    return company.live_since_on is None or company.live_since_on >= first_on


def _history_read_at(conn: Connection, company: Company, first_on: date) -> datetime | None:
    """Nights that follow those of the service know of habits from the same instant on.  None: always."""
    read = None if _starts_anew(company, first_on) else history.of(conn, company.id)
    return read.finished_at if read is not None else None


def _played(material: Material, policy: Policy, first_on: date, last_on: date) -> Played:
    company = material.company
    conditions = Conditions(
        first_on=first_on,
        last_on=last_on,
        night_at=company.night_at,
        zone=company.tz,
        live_since_on=company.live_since_on,
        currency=company.currency,
        rules_on=_Rules(company, policy).on,
        opens_at=_Hours(company).opens_at,
        habits_on=material.habits.on,
    )
    found = replay(_accounts(material, first_on), conditions, policy.name)
    ladder = [stage.code for stage in policy.ladder]
    return Played(summed_up(found, material.past, ladder), tuple(found.contacts))


def _accounts(material: Material, first_on: date) -> dict[Key, Account]:
    """Where contacting had begun before the first day, each customer stands where the service left it."""
    company = material.company
    foreign = [one for one in material.said if one.contact.kind in _OTHERS]
    found = accounts(material.past, holds=material.holds, foreign=foreign)
    for key, account in found.items():
        important, kind = material.looks.get(key, (False, None))
        account.important = important
        account.history_since = company.history_since
        account.kind = kind or cases.kind_by_name(account.customer)
        addresses = {email.lower() for id in account.members for email in material.past.customers[id].emails}
        account.elsewhere = tuple(
            sorted({on for address in addresses for on in material.elsewhere.get(address, ())})
        )
    if _starts_anew(company, first_on):
        return found
    begins_at = material.past.start_of(first_on)
    said: dict[Key, list[Said]] = {}
    for one in material.said:
        if one.contact.kind not in _OTHERS:
            said.setdefault((one.customer_id, one.currency), []).append(one)
    for key, account in found.items():
        began = [
            (cycle, ended) for cycle, ended in material.cycles.get(key, ()) if cycle.started_on < first_on
        ]
        resume(account, said.get(key, ()), began, begins_at, first_on)
    return found


def _elsewhere(conn: Connection, company: Company, first_on: date) -> dict[str, list[date]]:
    addresses = {email.lower() for one in mirror.customers(conn, company.id).values() for email in one.emails}
    since = first_on - ELSEWHERE_FOR
    found: dict[str, list[date]] = {}
    for address, on in contacts.at_addresses(conn, company.id, addresses, since):
        found.setdefault(address, []).append(on)
    return found


class _Rules:
    """One Rules for a year and a call threshold, for everybody: a calendar remembers its days."""

    def __init__(self, company: Company, policy: Policy) -> None:
        self._company = company
        self._policy = policy
        self._made: dict[tuple[int, Decimal], Rules] = {}
        self._calendars: dict[int, Calendar] = {}

    def on(self, day: date, owed_late: Callable[[], Sequence[Decimal]]) -> Rules:
        policy = self._policy
        if policy.thresholds.call_from_balances:
            policy = policy_thresholds.worked_out(policy, owed_late())
        key = day.year, policy.thresholds.call
        rules = self._made.get(key)
        if rules is None:
            rules = Rules(policy, policy.ladder, self._calendar(day.year), self._company.locale)
            self._made[key] = rules
        return rules

    def _calendar(self, year: int) -> Calendar:
        if year not in self._calendars:
            self._calendars[year] = calendar_of(self._policy, self._company.country, year)
        return self._calendars[year]


class _Hours:
    """The next contact hour; customers whose zones are the same share it."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._known: dict[tuple[tuple[str, ...], datetime], datetime] = {}

    def opens_at(self, customer: Customer, rules: Rules, after: datetime) -> datetime:
        names = contact_hours.zones_of(customer.country, customer.region, customer.city, self._company.zone)
        found = self._known.get((names, after))
        if found is None:
            zones = [ZoneInfo(name) for name in names]
            found = contact_hours.next_contact(
                after, zones, rules.policy.contact_hours, rules.calendar, self._company.tz
            )
            self._known[names, after] = found
        return found


def _assumed(found: Past, hours_assumed: int, own_policies: int) -> list[str]:
    """Every kind of date that nobody says, with how often it had to be assumed."""
    texts = {
        "invoices entered": "invoices: nobody says when they were entered; taken as entered on their date",
        "payments entered": "payments: nobody says when they were entered; taken as entered on their date",
        "credits entered": "credit memos: nobody says when they were entered; taken as entered on their date",
        "settled otherwise": "invoices were settled in part or whole by something that is no payment; "
        "taken as on their last change, or from the start when still open",
        "payments changed": "payments were changed after they were entered; taken as entered whole",
    }
    said = [f"{found.assumed[kind]:,} {text}." for kind, text in texts.items() if found.assumed.get(kind)]
    if hours_assumed:
        said.append(
            f"{hours_assumed:,} holds: the hour they were placed is not known; taken as in the evening."
        )
    if found.voided:
        said.append(f"{found.voided:,} voided invoices are left out: QuickBooks keeps no amount of them.")
    hidden = len(_hidden_credits(found))
    if hidden:
        said.append(
            f"{hidden:,} customers owe less in QuickBooks than their documents say; "
            "that credit is not played."
        )
    if own_policies:
        said.append(
            f"{own_policies:,} customers have a policy of their own; here they are played under this one."
        )
    total = sum(count for kind, count in found.assumed.items() if kind != "payments changed") + hours_assumed
    return [f"{total:,} dates had to be assumed.", *said]


def _hidden_credits(found: Past) -> list[str]:
    """Heads of cases whose balance is below the sum of their open documents, in their own currency."""
    owed: dict[str, Decimal] = {}

    def add(customer_id: str, currency: str, amount: Decimal) -> None:
        head = found.customers.get(found.head(customer_id))
        if head is not None and head.currency == currency:
            owed[head.id] = owed.get(head.id, Decimal(0)) + amount

    for one in found.invoices:
        add(one.invoice.customer_id, one.invoice.total.currency, one.invoice.balance.amount)
    for paid in found.payments:
        add(paid.payment.customer_id, paid.payment.total.currency, -paid.payment.unapplied.amount)
    for memo in found.memos:
        add(memo.customer_id, memo.total.currency, -memo.remaining.amount)
    for customer in found.customers.values():
        add(customer.id, customer.currency, -customer.balance.amount)
    return sorted(head for head, amount in owed.items() if amount > 0)
