"""One customer's account as it was known at any instant: the events of the past, played forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from qb_collections.core.books import CreditMemo, Customer, Invoice, Payment
from qb_collections.core.case import (
    Case,
    Contact,
    ContactKind,
    CustomerKind,
    Cycle,
    Hold,
    HoldKind,
    Plan,
    Receipt,
)

CONTACTS_FOR = timedelta(days=90)  # as a night loads them
ELSEWHERE_FOR = timedelta(days=30)
Key = tuple[str, str]  # customer id, currency


class Change(Protocol):
    def __call__(self, account: Account) -> None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became known at an instant.  Of one instant, documents come before what is applied."""

    at: datetime
    order: int
    change: Change


@dataclass(frozen=True, slots=True)
class Said:
    """A delivered contact with its instant."""

    customer_id: str
    currency: str
    contact: Contact
    at: datetime


@dataclass(slots=True)
class Account:
    """What is known about one case; advance moves it on, never back."""

    customer: Customer
    members: frozenset[str]
    events: list[Event] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)  # open ones, with their balance then
    payments: dict[str, Payment] = field(default_factory=dict)
    memos: dict[str, CreditMemo] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    cycle: Cycle | None = None
    last_cycle: int = 0
    is_backlog: bool = False
    start_on: date | None = None
    important: bool = False
    kind: CustomerKind = CustomerKind.COMPANY
    history_since: date | None = None
    receipts: list[Receipt] = field(default_factory=list)
    replied_on: date | None = None
    elsewhere: tuple[date, ...] = ()  # days on which sister companies wrote to the same address
    _place: int = 0
    _sorted: tuple[Invoice, ...] | None = None

    @property
    def key(self) -> Key:
        return self.customer.id, self.customer.currency

    @property
    def pending(self) -> list[Event]:
        """What will become known later."""
        return self.events[self._place :]

    def advance(self, to: datetime) -> bool:
        """Take in everything known by that instant; True when there was anything."""
        first = self._place
        while self._place < len(self.events) and self.events[self._place].at <= to:
            self.events[self._place].change(self)
            self._place += 1
        if self._place > first:
            self._sorted = None
        return self._place > first

    def case(self, today: date) -> Case:
        """The case as a night of that day would load it."""
        if self._sorted is None:
            self._sorted = tuple(sorted(self.invoices.values(), key=_by_due_day))
        running = self.cycle.number if self.cycle else None
        since = today - CONTACTS_FOR
        said = tuple(
            c for c in self.contacts if c.on >= since or (running is not None and c.cycle == running)
        )
        promised = [one.placed_on for one in self.holds.values() if one.kind is HoldKind.PROMISE]
        came_since = min([since, *promised])
        return Case(
            customer=self.customer,
            currency=self.customer.currency,
            invoices=self._sorted,
            payments=tuple(one for one in self.payments.values() if one.unapplied.amount > 0),
            credit_memos=tuple(one for one in self.memos.values() if one.remaining.amount > 0),
            holds=tuple(self.holds.values()),
            contacts=said,
            cycle=self.cycle,
            plans=tuple(self.plans.values()),
            members=self.members,
            important=self.important,
            history_since=self.history_since,
            start_on=self.start_on,
            is_backlog=self.is_backlog,
            next_cycle=self.last_cycle + 1,
            receipts=tuple(sorted((r for r in self.receipts if r.on >= came_since), key=lambda r: r.on)),
            replied_on=self.replied_on,
            contacted_elsewhere=tuple(on for on in self.elsewhere if today - ELSEWHERE_FOR <= on < today),
            kind=self.kind,
        )

    def keep_cycle(self, cycle: Cycle | None) -> None:
        self.cycle = cycle
        if cycle is not None:
            self.last_cycle = max(self.last_cycle, cycle.number)

    def hear(self, contact: Contact) -> None:
        self.contacts.append(contact)
        if contact.kind in (ContactKind.REMINDER, ContactKind.CALL):
            self.is_backlog = False

    def overdue(self, today: date) -> bool:
        return any(one.due_on is not None and one.due_on < today for one in self.invoices.values())


def _by_due_day(one: Invoice) -> tuple[date, date, int, str]:
    """As the mirror orders them: oldest due first; without a due date the day of issue counts."""
    return one.due_on or one.issued_on, one.issued_on, len(one.id), one.id


def resume(
    account: Account,
    said: Sequence[Said],
    began: Sequence[tuple[Cycle, date | None]],
    at: datetime,
    on: date,
) -> None:
    """Put an account where the service stood at the beginning of a day: what it had said, and its cycle.

    at is the day's first instant.  began: the cycles that had started before, with the day each ended.
    Stage and count of the one that ran are those of the contacts before the instant.
    """
    before = [one for one in said if one.at < at]
    account.contacts.extend(one.contact for one in before)
    account.contacts.sort(key=lambda contact: contact.on)
    for cycle, ended_on in sorted(began, key=lambda pair: pair[0].number):
        own = [one.contact for one in before if one.contact.cycle == cycle.number]
        counted = [one for one in own if one.kind in (ContactKind.REMINDER, ContactKind.CALL)]
        account.last_cycle = max(account.last_cycle, cycle.number)
        stages = [one.stage for one in counted if one.stage]
        runs = ended_on is None or ended_on >= on
        account.cycle = (
            replace(cycle, stage=stages[-1] if stages else None, contacts=len(counted)) if runs else None
        )
