"""What the owner did and heard, for the narration and for checking what went out against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["promise", "dispute", "in transit", "stop"]


@dataclass(frozen=True, slots=True)
class Said:
    """Something a customer said that keeps us quiet about some invoices.

    until_on is its last day where it has one; nothing may go out about the invoices from `at` through it.
    """

    kind: Kind
    customer: str
    numbers: tuple[str, ...]
    at: datetime
    on: date
    until_on: date | None
    amount: Decimal  # open on those invoices when it was said


@dataclass(frozen=True, slots=True)
class Entry:
    """One act of the owner, as a sentence that names who did it."""

    on: date
    customer: str | None
    text: str


@dataclass
class Diary:
    entries: list[Entry] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    plans: list[PlanMade] = field(default_factory=list)
    approvals: int = 0

    def note(self, on: date, text: str, customer: str | None = None) -> None:
        self.entries.append(Entry(on, customer, text))

    def of_day(self, on: date) -> list[str]:
        return [entry.text for entry in self.entries if entry.on == on]


@dataclass(frozen=True, slots=True)
class PlanMade:
    """A payment plan that the owner agreed to, and the books just before and just after it was written."""

    label: str
    plan_id: int
    customer: str
    numbers: tuple[str, ...]
    total: Decimal
    payments: int
    on: date
    last_on: date
    before: dict[str, Any]
    after: dict[str, Any]
