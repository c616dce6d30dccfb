"""What follows from the outcome of a call, in a sentence that is shown before anybody saves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qb_collections.core.business_days import Calendar
from qb_collections.core.call_limits import QUIET_DAYS
from qb_collections.core.policy import Policy
from qb_collections.core.wording import count_text, day_text
from qb_collections.services.outcomes import Report

CALL_BACK_DAYS = 2  # business days, when the caller names no day
FOLLOW_UP_DAYS = 1  # business days: who says that they paid hears within a day


@dataclass(frozen=True, slots=True)
class Following:
    """The days that the company's rules set for what follows, counted from one day."""

    policy: Policy
    calendar: Calendar
    today: date
    locale: str = "en_US"

    @property
    def call_back_on(self) -> date:
        return self.calendar.add_business_days(self.today, CALL_BACK_DAYS)

    @property
    def follow_up_on(self) -> date:
        return self.calendar.add_business_days(self.today, FOLLOW_UP_DAYS)

    def sentence(self, outcome: str, report: Report | None = None) -> str:
        """What follows from this outcome; report: with the days that were given, else with the usual ones."""
        return _SENTENCES[outcome].format_map(self._days(report))

    def sentences(self, outcomes: Mapping[str, object]) -> dict[str, str]:
        """By outcome, for those that are outcomes of a call."""
        return {name: self.sentence(name) for name in outcomes if name in _SENTENCES}

    def day(self, on: date) -> str:
        return day_text(on, self.today.year, self.locale)

    def _days(self, report: Report | None) -> dict[str, str]:
        terms = self.policy.promises
        on = report.on if report else None
        return {
            "grace": count_text(terms.grace_business_days, "business day"),
            "promised": self.day(on) if on else "the promised day",
            "arrives": self.day(
                on or self.calendar.add_business_days(self.today, terms.in_transit_business_days)
            ),
            "quiet": self.day(on or self.calendar.add_business_days(self.today, terms.upset_business_days)),
            "back": self.day(on or self.call_back_on),
            "task": self.day(self.follow_up_on),
            "days": count_text(QUIET_DAYS, "day"),
        }


_SENTENCES = {
    "spoke": "The next step waits its days, and nobody rings them within {days}.",
    "promise": "We wait for {promised} and {grace} more, and confirm it to them in a line.",
    "part": "We wait for both days and {grace} more, and confirm both to them in a line.",
    "in-transit": "We wait through {arrives} for it to arrive, then ask again.",
    "dispute": "That invoice is left alone until it is answered, and a line tells them who answers by when; "
    "the others keep their dates.",
    "plan": "Nothing goes out meanwhile; a task asks you by {task} to offer them ways to spread it.",
    "paid": "Nothing goes out until somebody has found it; a task asks you to search by {task}.",
    "copy": "Nothing goes out until they have it; a task asks you to send it by {task}.",
    "hardship": "Nothing goes out by itself; offer to spread the amount.",
    "upset": "Nothing goes out through {quiet}, and one person looks after them.",
    "refused": "Nothing goes out by itself; a task asks you by {task} what comes next.",
    "represented": "Hard stop: nothing is sent to them any more until you lift it.",
    "call-back": "Nothing goes out before; the call comes back on {back}.",
    "wrong-contact": "Nothing goes out until you have the right person; a task asks you for it by {task}.",
    "no-answer": "It counts as an attempt only; the next night offers the e-mail of this step instead.",
}
