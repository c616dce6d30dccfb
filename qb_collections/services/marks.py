"""The holds that stand, in their owner's words: what was promised for when, and whether it was kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qb_collections.core import promises
from qb_collections.core.books import Invoice
from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.rules import Rules
from qb_collections.messages.wording import weekday_near
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.tasks import CALL_OUTCOMES

WORDS = {
    HoldKind.DISPUTE: "They question this invoice",
    HoldKind.IN_TRANSIT: "A payment is on its way",
    HoldKind.EXCLUSION: "Left to you",
    HoldKind.HARDSHIP: "They are in difficulty",
    HoldKind.INSOLVENT: "A court or a lawyer speaks for them",
    HoldKind.PEOPLE_ONLY: "Only people write to them",
    HoldKind.HANDED_OVER: "Handed over",
    HoldKind.OPEN_REPLY: "They answered, and wait for you",
    HoldKind.UPSET: "They are upset",
}
# What the outcome of a call writes when nobody gave a reason: it would only say the same twice.
_EMPTY_REASONS = frozenset(outcome.says.lower() for outcome in CALL_OUTCOMES.values())


@dataclass(frozen=True, slots=True)
class Mark:
    """One hold for a page.  kept: of a promise whose grace is over; None: it runs, or it is no promise."""

    hold: Hold
    words: str
    reason: str
    kept: bool | None = None
    then: str | None = None  # what follows from it


def of(
    book: Rulebook, locale: str, holds: Iterable[Hold], open_invoices: Sequence[Invoice], today: date
) -> list[Mark]:
    """The marks in the order of the holds.  open_invoices: what the customer still owes."""
    rules = Rules(book.policy, book.policy.ladder, book.calendar, locale)
    return [
        _promise(one, rules, open_invoices, today) if one.kind is HoldKind.PROMISE else _mark(one)
        for one in holds
    ]


def _mark(hold: Hold) -> Mark:
    return Mark(hold, WORDS[hold.kind], _reason(hold))


def _promise(hold: Hold, rules: Rules, open_invoices: Sequence[Invoice], today: date) -> Mark:
    """Promised to pay $1,240.00 by Friday, November 20; after the grace days it was kept, or it was not."""

    def day(on: date) -> str:
        return weekday_near(on, rules.locale, today)

    amount = f" {rules.money(hold.amount)}" if hold.amount is not None else ""
    words = f"Promised to pay{amount} by {day(hold.until_on or hold.placed_on)}"
    last = promises.last_day(hold, rules)
    if not promises.is_over(hold, rules, today):
        return Mark(hold, words, _reason(hold), None, f"We wait through {day(last)}")
    if _still_open(hold, open_invoices):
        return Mark(hold, words, _reason(hold), False, f"We waited through {day(last)}; the steps go on")
    return Mark(hold, words, _reason(hold), True, "Nothing of it is open any more")


def _still_open(hold: Hold, open_invoices: Sequence[Invoice]) -> bool:
    """Whether something that the promise was about is unpaid; what was billed since is not."""
    if hold.invoice_id is not None:
        return any(one.id == hold.invoice_id for one in open_invoices)
    return any(one.issued_on <= hold.placed_on for one in open_invoices)


def _reason(hold: Hold) -> str:
    return "" if hold.reason.lower() in _EMPTY_REASONS else hold.reason
