"""Replay: night after night of the past, decided from what was known then, by the rules of one policy.

The same decide as a real night.  What a person would have done is taken as done at once: approvals
given, calls answered, messages that wait as tasks sent the same day, held runs released.  What
customers did is left as it was: nobody knows what they would have done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from qb_collections.core import admission, cycles, start
from qb_collections.core.books import Customer
from qb_collections.core.case import Case, Contact, ContactKind
from qb_collections.core.decide import decide
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.habits import Habits
from qb_collections.core.money import Money, total
from qb_collections.core.night_time import next_daily_run
from qb_collections.core.replay_account import Account, Key
from qb_collections.core.rules import Rules
from qb_collections.core.silence import CONTACTS

USUAL_NIGHTS = 9  # earlier nights that tell what is usual, as a real night looks back
_DAY = timedelta(days=1)
_VERSION = 1  # every cycle of a replay keeps the ladder of the one policy


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which days, and how the company works."""

    first_on: date
    last_on: date
    night_at: time
    zone: tzinfo
    currency: str  # the company's own
    live_since_on: date | None  # None, or a later day: contacting begins on first_on
    rules_on: Callable[[date, Callable[[], Sequence[Decimal]]], Rules]  # what late customers owe, if asked
    opens_at: Callable[[Customer, Rules, datetime], datetime]  # the customer's next contact hour
    # How everybody had paid, as the night of that day and instant knew it; None: it was not known.
    habits_on: Callable[[date, datetime], Habits | None] = lambda on, at: None
    heard_on: Callable[[Customer, datetime], date] | None = (
        None  # the customer's own day; None: the company's
    )


@dataclass(frozen=True, slots=True)
class Replayed:
    """One contact that would have been made."""

    on: date
    at: datetime
    key: Key
    customer: str
    stage: str
    outcome: Outcome  # REMIND or CALL
    channel: Channel | None
    invoice_ids: tuple[str, ...]
    amount: Money
    approval: bool
    backlog: bool


@dataclass(frozen=True, slots=True)
class Quiet:
    """A customer who owed something late and heard nothing: the reason that held last."""

    key: Key
    customer: str
    gate: str
    reason: str
    still_late: bool  # something was late at the end


@dataclass(slots=True)
class Replay:
    """All that a replay found out."""

    conditions: Conditions
    policy: str  # its name
    contacts: list[Replayed] = field(default_factory=list)
    quiet: list[Quiet] = field(default_factory=list)
    late: int = 0  # customers who had something late on one of the days
    prevented: int = 0  # contacts that the look just before sending called off
    waiting_nights: list[date] = field(default_factory=list)  # a night that would have waited for a person
    handed: set[tuple[Key, int | None]] = field(default_factory=set)  # ends of the ladder: a person decides
    tasks: set[tuple[Key, str]] = field(default_factory=set)  # things to mend: customer and kind
    decisions: int = 0


@dataclass(slots=True)
class _Agenda:
    """Who is looked at on which day: because something became known, or because a decision said so."""

    touched: dict[date, set[Key]] = field(default_factory=lambda: defaultdict(set))
    looks: dict[date, set[Key]] = field(default_factory=lambda: defaultdict(set))
    next_look: dict[Key, date | None] = field(default_factory=dict)

    def look(self, key: Key, on: date | None) -> None:
        self.next_look[key] = on
        if on is not None:
            self.looks[on].add(key)

    def due(self, on: date) -> list[Key]:
        """Each once, in the order of their keys, as a night takes them."""
        found = self.touched.pop(on, set())
        for key in self.looks.pop(on, set()):
            look = self.next_look.get(key)
            if look is not None and look <= on:
                found.add(key)
        return sorted(found)


@dataclass(frozen=True, slots=True)
class _Night:
    on: date
    at: datetime
    ends_at: datetime  # the next night begins
    rules: Rules
    habits: Habits | None


def replay(accounts: Mapping[Key, Account], conditions: Conditions, policy: str = "") -> Replay:
    """Play the days of conditions.  The accounts are used up: build them anew for another policy."""
    return _Player(dict(accounts), conditions, Replay(conditions, policy)).play()


class _Player:
    def __init__(self, accounts: dict[Key, Account], conditions: Conditions, found: Replay) -> None:
        self._accounts = accounts
        self._conditions = conditions
        self._found = found
        self._agenda = _Agenda()
        self._reasons: dict[Key, Decision] = {}
        self._late: set[Key] = set()
        self._heard: set[Key] = set()
        self._usual: list[int] = []
        self._habits: Habits | None = None

    def play(self) -> Replay:
        on = self._conditions.first_on
        at = self._night(on)
        self._schedule(at)
        while on <= self._conditions.last_on:
            after = self._night(on + _DAY)
            self._one(on, at, after)
            on, at = on + _DAY, after
        self._sum_up()
        return self._found

    def _night(self, on: date) -> datetime:
        """The one night that belongs to the day, also when clocks change."""
        midnight = datetime.combine(on, time(0), tzinfo=self._conditions.zone)
        return next_daily_run(
            midnight - timedelta(microseconds=1), self._conditions.night_at, self._conditions.zone
        )

    def _schedule(self, first_at: datetime) -> None:
        """Everybody is looked at in the first night, later whenever something became known before it."""
        first = self._conditions.first_on
        for key, account in self._accounts.items():
            account.advance(first_at)
            if account.invoices or account.cycle is not None:
                self._agenda.touched[first].add(key)
            for event in account.pending:
                day = event.at.astimezone(self._conditions.zone).date()
                night_on = day if event.at <= self._night(day) else day + _DAY
                self._agenda.touched[night_on].add(key)

    def _one(self, on: date, at: datetime, after: datetime) -> None:
        begins = self._begins(on)
        self._know(on, at)
        looked_at = []
        for key in self._agenda.due(on):
            account = self._accounts[key]
            account.advance(at)
            if account.invoices:
                looked_at.append(account)
            else:
                account.keep_cycle(None)
                self._agenda.look(key, None)
        if not looked_at:
            self._usual.append(0)
            return
        rules = self._conditions.rules_on(on, lambda: self._owed_late(on))
        if begins:
            self._spread_backlog(looked_at, rules, on)
        cases = [self._in_cycle(account, on, self._habits) for account in looked_at]
        decisions = [decide(case, rules, on) for case in cases]
        self._found.decisions += len(decisions)
        if begins:
            decisions = self._capped(decisions, rules, on)
        self._brake(decisions, rules, on)
        tonight = _Night(on, at, after, rules, self._habits)
        for account, case, decision in zip(looked_at, cases, decisions, strict=True):
            self._follow(account, case, decision, tonight)

    def _begins(self, on: date) -> bool:
        """Contacting begins with the first day played, unless the company wrote to customers before."""
        live = self._conditions.live_since_on
        return on == self._conditions.first_on and (live is None or live >= on)

    def _owed_late(self, on: date) -> list[Decimal]:
        """What each late customer owes in the company's own currency, the smallest first."""
        owed: dict[str, Decimal] = {}
        for account in self._accounts.values():
            for one in account.invoices.values():
                if (
                    one.due_on is not None
                    and one.due_on < on
                    and one.total.currency == self._conditions.currency
                ):
                    owed[one.customer_id] = owed.get(one.customer_id, Decimal(0)) + one.balance.amount
        return sorted(owed.values())

    def _know(self, on: date, at: datetime) -> None:
        """Once a week how everybody pays is worked out anew; whoever it is new of is looked at."""
        found = self._conditions.habits_on(on, at)
        if found is None or found is self._habits:
            return
        still_open = (
            (key, one) for key, account in self._accounts.items() for one in account.invoices.values()
        )
        self._agenda.touched[on] |= found.touched(self._habits or Habits(), still_open)
        self._habits = found

    def _in_cycle(self, account: Account, on: date, habits: Habits | None) -> Case:
        case = account.case(on)
        cycle = cycles.advance(case, _VERSION, on)
        if habits is None:
            return replace(case, cycle=cycle)
        early_ids = habits.early_ids(account.key, case.invoices, on)
        return replace(case, cycle=cycle, habit=habits.habit(account.key), early_ids=early_ids)

    def _spread_backlog(self, looked_at: list[Account], rules: Rules, on: date) -> None:
        """Who was late before, largest first over the spread's business days, as in a first night."""
        late = []
        for account in looked_at:
            overdue = [one for one in account.invoices.values() if one.due_on is not None and one.due_on < on]
            reached = [
                rules.reached_on(rules.first, one.due_on) for one in overdue if rules.first and one.due_on
            ]
            if any(day < on for day in reached) and not any(contact.cycle for contact in account.contacts):
                owed = total((one.balance for one in overdue), account.customer.currency)
                late.append((account.key, owed))
        spread = rules.policy.backlog.spread_business_days
        for key, day in admission.spread(late, on, rules.calendar, spread).items():
            self._accounts[key].is_backlog, self._accounts[key].start_on = True, day

    def _capped(self, decisions: list[Decision], rules: Rules, on: date) -> list[Decision]:
        cap = admission.first_night_cap(len(decisions), rules.policy.first_night)
        next_on = rules.calendar.next_open(rules.calendar.add_business_days(on, 1))
        return start.cap_first_night(decisions, cap, next_on)

    def _brake(self, decisions: list[Decision], rules: Rules, on: date) -> None:
        """A night of unusual size would have waited; the replay takes it as released the same day."""
        contacts = sum(one.outcome in CONTACTS for one in decisions)
        usual = [count for count in self._usual[-USUAL_NIGHTS:] if count]
        if contacts and admission.brake(contacts, usual, rules.policy.brake) is not None:
            self._found.waiting_nights.append(on)
        self._usual.append(contacts)

    def _follow(self, account: Account, case: Case, decision: Decision, tonight: _Night) -> None:
        account.keep_cycle(case.cycle)
        key, on = account.key, tonight.on
        if account.overdue(on):
            self._late.add(key)
            self._reasons[key] = decision
        if decision.outcome in CONTACTS:
            self._agenda.look(key, on + _DAY)
            self._deliver(account, decision, tonight)
            return
        self._agenda.look(key, max(decision.review_on, on + _DAY) if decision.review_on else None)
        if decision.outcome is Outcome.DECIDE:
            self._found.handed.add((key, decision.cycle))
        elif decision.task_kind is not None:
            self._found.tasks.add((key, decision.task_kind))

    def _deliver(self, account: Account, decision: Decision, tonight: _Night) -> None:
        """In the next contact hour, after another look; not at all when the next night is sooner."""
        opens_at = self._conditions.opens_at(account.customer, tonight.rules, tonight.at)
        if opens_at >= tonight.ends_at:
            return
        today = opens_at.astimezone(self._conditions.zone).date()
        if account.advance(opens_at):
            case = self._in_cycle(account, today, tonight.habits)
            again = decide(case, tonight.rules, today) if case.invoices else None
            if again is None or not _same(decision, again):
                self._found.prevented += 1
                return
            decision = again
        self._record(account, decision, today, opens_at)

    def _record(self, account: Account, decision: Decision, on: date, at: datetime) -> None:
        assert decision.stage is not None and decision.amount is not None
        kind = ContactKind.CALL if decision.outcome is Outcome.CALL else ContactKind.REMINDER
        contact = Contact(
            on,
            kind,
            decision.stage,
            decision.cycle,
            decision.number,
            decision.invoice_ids,
            decision.act_by_on,
            decision.reply_by_on,
            decision.backlog,
        )
        cycle = account.cycle or cycles.begun(decision.cycle or account.last_cycle + 1, on, _VERSION)
        account.keep_cycle(cycles.delivered(cycle, contact))
        account.hear(contact)
        self._heard.add(account.key)
        self._found.contacts.append(
            Replayed(
                on,
                at,
                account.key,
                account.customer.name,
                decision.stage,
                decision.outcome,
                decision.channel,
                decision.invoice_ids,
                decision.amount,
                decision.approval,
                decision.backlog,
            )
        )

    def _sum_up(self) -> None:
        self._found.late = len(self._late)
        last_on = self._conditions.last_on
        for key in sorted(self._late - self._heard):
            account, reason = self._accounts[key], self._reasons[key]
            late = account.overdue(last_on)
            self._found.quiet.append(Quiet(key, account.customer.name, reason.gate, reason.reason, late))


def _same(decided: Decision, again: Decision) -> bool:
    """Whether the look just before sending still says the same, as the guards of a real delivery ask."""
    facts = (again.outcome, again.task_kind, again.cycle, again.number, again.stage)
    if facts != (decided.outcome, decided.task_kind, decided.cycle, decided.number, decided.stage):
        return False
    copies = again.channel is Channel.QUICKBOOKS
    if copies != (decided.channel is Channel.QUICKBOOKS):
        return False
    return not copies or again.invoice_ids == decided.invoice_ids
