"""How often one customer may be rung: seven tries in seven days, none within seven days after a talk.

12 CFR 1006.14(b)(2) (Regulation F) sets these for consumer debts, per debt; they are taken for everybody,
and for all that one customer owes.  A call back that the customer asked for is none after a talk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qb_collections.core.case import Case, ContactKind
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.silence import silenced
from qb_collections.core.wording import count_text, day_text, fit, short

TRIES_AT_MOST = 7
WINDOW_DAYS = 7
QUIET_DAYS = 7


@dataclass(frozen=True, slots=True)
class Tried:
    """One call that was made; spoken: somebody was spoken to about the debt."""

    on: date
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Why nobody may ring today, and the first day on which somebody may again."""

    because: str
    free_on: date


def limit(case: Case, tried: Sequence[Tried], today: date, locale: str = "en_US") -> Limit | None:
    """What keeps us from ringing today; None when nothing does.

    A talk on the 1st leaves its seven days on the 8th, as a contact leaves a window of the policy.
    """
    name, year = short(case.customer.name, 60), today.year
    talks = [one.on for one in tried if one.spoken]
    talks += [one.on for one in case.contacts if one.kind is ContactKind.CALL]
    free_on = max(talks) + timedelta(days=QUIET_DAYS) if talks else today
    if today < free_on:
        because = (
            f"Left alone: you spoke with {name} on {day_text(max(talks), year, locale)}. Nobody rings within "
            f"{count_text(QUIET_DAYS, 'day')} after a talk, so not before {day_text(free_on, year, locale)}."
        )
        return Limit(fit(because), free_on)
    days = sorted(one.on for one in tried)
    recent = [day for day in days if today < day + timedelta(days=WINDOW_DAYS)]
    if len(recent) < TRIES_AT_MOST:
        return None
    free_on = recent[-TRIES_AT_MOST] + timedelta(days=WINDOW_DAYS)
    because = (
        f"Left alone: {name} has been rung {count_text(len(recent), 'time')} since "
        f"{day_text(recent[0], year, locale)}. {TRIES_AT_MOST} tries in {WINDOW_DAYS} days is the most, so "
        f"nobody rings before {day_text(free_on, year, locale)}."
    )
    return Limit(fit(because), free_on)


def limited(
    decision: Decision, case: Case, tried: Sequence[Tried], today: date, locale: str = "en_US"
) -> Decision:
    """The decision; a call that may not be made today is a silence with that reason."""
    if decision.outcome is not Outcome.CALL:
        return decision
    found = limit(case, tried, today, locale)
    return decision if found is None else silenced(decision, "call_limit", found.because, found.free_on)
