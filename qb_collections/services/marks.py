"""The holds that stand, in their owner's words: what was promised for when, and whether it was kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from qb_collections.core import promises
from qb_collections.core.case import Case, Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.core.promises import PromiseState
from qb_collections.core.rules import Rules
from qb_collections.messages.wording import weekday_near
from qb_collections.services.outcomes import CALL_OUTCOMES

WORDS = {
    "dispute": "They question this invoice",
    "in_transit": "A payment is on its way",
    "exclusion": "Left to you",
    "hardship": "They are in difficulty",
    "insolvent": "A court or a lawyer speaks for them",
    "people_only": "Only people write to them",
    "handed_over": "Handed over",
    "open_reply": "They answered, and wait for you",
    "upset": "They are upset",
    "autopay": "It is collected by itself on its day",
    "bounced": "E-mail to them came back",
}
# What the outcome of a call writes when nobody gave a reason: it would only say the same twice.
_EMPTY_REASONS = frozenset(outcome.says.lower() for outcome in CALL_OUTCOMES.values())


@dataclass(frozen=True, slots=True)
class Mark:
    """One hold for a page."""

    hold: Hold
    words: str
    reason: str  # empty where it would only say the words again
    state: str | None = None  # of a promise: open, kept, part-kept, broken
    then: str | None = None  # what follows from it, without a full stop


def of(holds: Iterable[Hold], case: Case, rules: Rules, today: date) -> list[Mark]:
    """The marks, in the order of the holds; case is their customer's."""
    return [
        _promise(one, case, rules, today)
        if one.kind is HoldKind.PROMISE
        else Mark(one, WORDS[one.kind.value], _reason(one))
        for one in holds
    ]


def _promise(hold: Hold, of_whom: Case, rules: Rules, today: date) -> Mark:
    """Promised to pay $1,240.00 by Friday, November 20; once that is over it was kept, or it was not."""

    def day(on: date) -> str:
        return weekday_near(on, rules.locale, today)

    judged = promises.judge(hold, of_whom, rules, today)
    amount = rules.money(hold.amount) if hold.amount is not None else "all of it"
    words = f"Promised to pay {amount} by {day(judged.promised_on)}"
    last = day(promises.last_day(hold, rules))
    came = rules.money(Money(judged.received, of_whom.currency))
    match judged.state:
        case PromiseState.OPEN:
            then = f"We wait through {last}"
        case PromiseState.KEPT:
            then = f"{came} came in" if judged.received else "Nothing of it is open any more"
        case PromiseState.PART_KEPT:
            then = f"{came} came in through {last}"
        case PromiseState.BROKEN:
            then = f"Nothing came in through {last}"
    return Mark(hold, words, _reason(hold), judged.state.value, then)


def _reason(hold: Hold) -> str:
    return "" if hold.reason.lower() in _EMPTY_REASONS else hold.reason
