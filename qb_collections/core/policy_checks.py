"""What a policy must not say although each of its settings alone would do: each rule with its remedy.

Refused is what contradicts itself; a policy that is merely slow or rare is its owner's to choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from qb_collections.core.policy_problems import Problem, problem_at
from qb_collections.core.policy_stage import Stage
from qb_collections.core.policy_text import nearest
from qb_collections.core.policy_values import TONES

if TYPE_CHECKING:
    from qb_collections.core.policy import Policy

# Beside the steps that grow firmer: a monthly statement is soft, a decision says nothing.
_BESIDE = ("statement", "decision")
# Weekends and holidays come off: two weeks hold a business day wherever holidays fall.
OPEN_DAYS_LEAST = 14
_LEAP_YEAR = date(2024, 1, 1)  # has every day there is


def problems(policy: Policy, text: str) -> tuple[Problem, ...]:
    """Every contradiction, in the order of the text."""
    found = [
        *_codes_twice(policy, text),
        *_out_of_order(policy, text),
        *_softer_again(policy, text),
        *_repeats(policy, text),
        *_caps(policy, text),
        *_always_quiet(policy, text),
        *_unknown_codes(policy, text),
    ]
    return tuple(sorted(found, key=lambda problem: (problem.line or 0, problem.path)))


def _codes_twice(policy: Policy, text: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, stage in enumerate(policy.ladder):
        if stage.code in seen:
            message = f'"{stage.code}" is used twice; each step needs its own code'
            yield problem_at(text, ("ladder", index, "code"), message)
        seen.add(stage.code)


def _out_of_order(policy: Policy, text: str) -> Iterator[Problem]:
    """Business days are compared as calendar days: five of seven are contact days, say."""
    per_week = len(set(policy.contact_hours.days))
    for index, (before, stage) in enumerate(pairwise(policy.ladder), start=1):
        least = _calendar_days(before, per_week)
        if _calendar_days(stage, per_week) <= least:
            message = (
                f"{_offset(stage)}: out of order; {stage.code} must come later than {before.code}, "
                f"so after more than {_offset(before)}"
            )
            yield problem_at(text, ("ladder", index, "after_due_days"), message)
        if before.after_due_days < 0 and stage.after_due_days < 0:
            message = (
                f"{stage.after_due_days}: only one step comes before the due date, and {before.code} is it; "
                f"write 1 or more, or take {before.code} out"
            )
            yield problem_at(text, ("ladder", index, "after_due_days"), message)


def _calendar_days(stage: Stage, per_week: int) -> Fraction:
    return Fraction(stage.after_due_days * 7, per_week) if stage.business else Fraction(stage.after_due_days)


def _offset(stage: Stage) -> str:
    days = "business day" if stage.business else "day"
    return _count(stage.after_due_days, days) if stage.after_due_days >= 0 else f"{stage.after_due_days}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _softer_again(policy: Policy, text: str) -> Iterator[Problem]:
    """A customer who was asked firmly is not asked softly by the next step."""
    firm_from: Stage | None = None
    firmest: Stage | None = None
    for index, stage in enumerate(policy.ladder):
        if firm_from is not None and not stage.firm and stage.channel != "statement":
            message = f"must be true, because {firm_from.code} before it is firm"
            yield problem_at(text, ("ladder", index, "firm"), message)
        firm_from = stage if stage.firm else firm_from
        if stage.channel in _BESIDE:
            continue
        if stage.firm and stage.tone in ("helpful", "cooperative"):
            message = f'"{stage.tone}": a firm step is written in the tone "firm" or "final"'
            yield problem_at(text, ("ladder", index, "tone"), message)
        elif stage.tone is not None and firmest is not None and _rank(stage) < _rank(firmest):
            message = (
                f'"{stage.tone}" is softer than {firmest.code} before it, which is "{firmest.voice}"; '
                f"allowed are {', '.join(TONES[_rank(firmest) :])}"
            )
            yield problem_at(text, ("ladder", index, "tone"), message)
        if firmest is None or _rank(stage) > _rank(firmest):
            firmest = stage


def _rank(stage: Stage) -> int:
    return TONES.index(stage.voice)


def _repeats(policy: Policy, text: str) -> Iterator[Problem]:
    """A step that repeats must be able to keep its rhythm."""
    gap = policy.limits.contact_gap_days
    for index, stage in enumerate(policy.ladder):
        place = ("ladder", index, "repeat_every_days")
        if stage.repeat_every_days is None:
            if stage.repeat_at_most is not None:
                message = f"{stage.repeat_at_most}: {stage.code} does not repeat; write repeat_every_days too"
                yield problem_at(text, ("ladder", index, "repeat_at_most"), message)
            continue
        if stage.repeat_every_days < gap:
            message = (
                f"{stage.repeat_every_days}: contacts are at least {gap} days apart (contact_gap_days), "
                f"so {gap} or more is needed"
            )
            yield problem_at(text, place, message)
            continue
        for window, at_most in policy.limits.caps:
            if at_most * stage.repeat_every_days < window:
                needed = -(-window // at_most)
                message = (
                    f"{stage.repeat_every_days}: with at most {_count(at_most, 'contact')} in {window} "
                    f"days (at_most_in_{window}_days) it cannot repeat so often; {needed} or more is needed"
                )
                yield problem_at(text, place, message)
                break


def _caps(policy: Policy, text: str) -> Iterator[Problem]:
    """A cap that a longer one makes impossible to reach is a mistake in one of the two."""
    for section in ("limits", "private_persons"):
        limits = getattr(policy, section)
        written = limits.model_fields_set
        names = [name for name in type(limits).model_fields if name.startswith("at_most_in_")]
        # A default that another setting makes smaller is no mistake of the writer.
        for short, long in pairwise(name for name in names if name in written):
            most, wider = getattr(limits, short), getattr(limits, long)
            if most > wider:
                message = (
                    f"{most}: no steps could ever reach that, because {long} allows only {wider}; "
                    f"write {wider} or less here, or at least {most} there"
                )
                yield problem_at(text, (section, short), message)


def _always_quiet(policy: Policy, text: str) -> Iterator[Problem]:
    """Two weeks in a row must stay open once a year: then a day for a message is always found."""
    seasons = policy.quiet_seasons
    open_days = 0
    for number in range(366 + OPEN_DAYS_LEAST):  # on into January: the open weeks may cross New Year
        day = _LEAP_YEAR + timedelta(days=number)
        open_days = 0 if any(season.covers(day) for season in seasons) else open_days + 1
        if open_days == OPEN_DAYS_LEAST:
            return
    message = f"the quiet seasons leave no {OPEN_DAYS_LEAST} days in a row in which a message could go out"
    yield problem_at(text, ("quiet", 0), message)


def _unknown_codes(policy: Policy, text: str) -> Iterator[Problem]:
    codes = [stage.code for stage in policy.ladder]
    for section, key, value in (
        ("backlog", "enter_at_most", policy.backlog.enter_at_most),
        ("approvals", "important_from", policy.approvals.important_from),
        ("de_escalation", "after_reply_at_most", policy.de_escalation.after_reply_at_most),
    ):
        # A default that this ladder does not have is no mistake of the writer; it then names no step.
        written = key in getattr(policy, section).model_fields_set
        if value not in codes and written:
            close = nearest(value, codes) or codes[0]
            message = f'"{value}" is not a step of this ladder ({", ".join(codes)}); did you mean "{close}"?'
            yield problem_at(text, (section, key), message)
