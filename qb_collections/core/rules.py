"""Everything a decision is steered by: the policy of today, the ladder of the cycle, calendar and locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qb_collections.core.business_days import Calendar
from qb_collections.core.decision import Announced
from qb_collections.core.money import Money
from qb_collections.core.policy import Policy, Stage
from qb_collections.core.wording import DayTexts, money_text


@dataclass(frozen=True, slots=True)
class Rules:
    """One value serves all customers of a night that keep the same ladder; it remembers worked-out days."""

    policy: Policy  # limits, hours, approvals and thresholds hold at once
    ladder: tuple[Stage, ...]  # a running cycle keeps its own
    calendar: Calendar
    locale: str
    important_ids: frozenset[str] = frozenset()  # customers who bought most in twelve months
    usual_late: Mapping[str, Decimal] = field(default_factory=dict)  # by currency; see Thresholds
    announced: Announced | None = None  # what the company confirmed that it means to do
    steps: tuple[Stage, ...] = field(init=False)  # the ladder without stages that the policy took out
    early: Stage | None = field(init=False)  # the copy before the due date
    first: Stage | None = field(init=False)  # the first step after the due date
    _day_texts: dict[int, DayTexts] = field(init=False, default_factory=dict, repr=False, compare=False)
    _now: dict[str, Stage] = field(init=False, default_factory=dict, repr=False, compare=False)
    _ranks: dict[str, int] = field(init=False, default_factory=dict, repr=False, compare=False)
    _reached: dict[tuple[str, date], date] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        self._ranks.update((stage.code, place) for place, stage in enumerate(self.ladder))
        self._now.update((stage.code, stage) for stage in self.policy.ladder)
        kept = tuple(stage for stage in self.ladder if stage.code in self._now)
        object.__setattr__(self, "steps", kept)
        object.__setattr__(self, "early", next((s for s in kept if s.after_due_days < 0), None))
        object.__setattr__(self, "first", next((s for s in kept if s.after_due_days >= 0), None))

    def rank(self, code: str | None) -> int:
        """The place of a stage in the ladder; -1 for none and for a code that the ladder does not have."""
        return self._ranks.get(code or "", -1)

    def reached_on(self, stage: Stage, due_on: date) -> date:
        """The day an invoice reaches the stage by its due date alone."""
        key = (stage.code, due_on)
        day = self._reached.get(key)
        if day is None:
            day = self._reached[key] = stage.reached_on(due_on, self.calendar)
        return day

    def needs_approval(self, stage: Stage, important: bool) -> bool:
        """As the policy of today says, also for a cycle that keeps an older ladder."""
        if self._now.get(stage.code, stage).approval:
            return True
        important_from = self.rank(self.policy.approvals.important_from)
        return important and important_from >= 0 and self.rank(stage.code) >= important_from

    def announced_on(self, today: date) -> Announced | None:
        """What may be announced: nothing, unless a person confirmed it within the policy's days.

        True through the last of them, and not for a day that is still to come.
        """
        if self.announced is None:
            return None
        days = (today - self.announced.confirmed_on).days
        return self.announced if 0 <= days <= self.policy.approvals.consequence_confirmed_days else None

    def call_threshold(self, currency: str) -> Decimal:
        """What is owed in all, from which a call is worth anybody's time."""
        thresholds = self.policy.thresholds
        least = thresholds.call_for(currency)
        if not thresholds.call_from_balances:
            return least
        return max(least, self.usual_late.get(currency, least))

    def day_texts(self, year: int) -> DayTexts:
        """How sentences write days while it is that year."""
        texts = self._day_texts.get(year)
        if texts is None:
            texts = self._day_texts[year] = DayTexts(year, self.locale)
        return texts

    def money(self, money: Money) -> str:
        return money_text(money, self.locale)
