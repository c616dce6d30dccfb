"""The day of a step: its own day, and everything that it waits for besides.

A step's own day is that of the ladder, counted from the due date.  Where the policy says so, the way a
customer usually pays moves it: the first message waits until their usual day has passed, and an invoice
that is later than any they ever paid brings the next step forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qb_collections.core.books import Invoice
from qb_collections.core.case import Case, Contact, Habit
from qb_collections.core.policy import Stage
from qb_collections.core.rules import Rules

# A date that we set for payment is never overtaken: bank transfers and checks of that day still arrive.
DEADLINE_GRACE_BUSINESS_DAYS = 2
_DAY = timedelta(days=1)

Wait = tuple[date, str, date]  # the day, the rule that set it, the day that this rule counts from


@dataclass(frozen=True, slots=True)
class Broken:
    """Promises that were broken and to which no contact has answered yet."""

    count: int  # in this cycle, answered ones too
    over_on: date  # the day after the last one's grace
    promised_on: date


def first_day(
    stage: Stage,
    trigger: Invoice,
    case: Case,
    said: Sequence[Contact],
    rules: Rules,
    not_before: date | None = None,
    broken: Broken | None = None,
) -> Wait:
    """The later of all waits, moved to an open day, with the rule that set it.

    After a broken promise the step does not wait for its own day any more; all other waits hold.
    """
    assert trigger.due_on is not None
    waits = [_own_day(stage, trigger.due_on, case, rules, broken), *set_dates(said, rules)]
    if said:
        last = said[-1].on
        waits.append((stage.rested_on(last, rules.calendar), "last", last))
        if not_before is not None:
            waits.append((not_before, "last", last))
    day, waits_for, since = waits[0] if len(waits) == 1 else max(waits, key=lambda wait: wait[0])
    return rules.calendar.next_open(day), waits_for, since


def set_dates(said: Iterable[Contact], rules: Rules) -> list[Wait]:
    """Dates we gave the customer: an answer by (that day will do), a payment by (two business days more)."""
    waits = []
    for contact in said:
        if contact.reply_by_on is not None:
            waits.append((contact.reply_by_on, "reply", contact.reply_by_on))
        if contact.act_by_on is not None:
            day = rules.calendar.add_business_days(contact.act_by_on, DEADLINE_GRACE_BUSINESS_DAYS)
            waits.append((day, "deadline", contact.act_by_on))
    return waits


def _own_day(stage: Stage, due_on: date, case: Case, rules: Rules, broken: Broken | None) -> Wait:
    """By the ladder, by a broken promise, or by the customer's habit.  A broken word outweighs a habit."""
    reached_on = rules.reached_on(stage, due_on)
    if broken is not None:
        if broken.over_on < reached_on:
            return broken.over_on, "promise", broken.promised_on
        return reached_on, "due", due_on
    habit, traits = case.habit, rules.policy.traits
    if habit is None or habit.invoices < traits.rests_on_at_least or stage.after_due_days < 0:
        return reached_on, "due", due_on
    if traits.wait_for_usual_day and _is_first(stage, case, rules):
        passed_on = _usual_day_passed_on(habit, due_on, rules)
        if passed_on is not None and passed_on > reached_on:
            return passed_on, "usual", due_on
    if traits.act_early_when_abnormal and habit.latest_day is not None:
        # Later than ever begins after the due date, so that nothing is ever asked before it.
        abnormal_on = due_on + timedelta(days=max(habit.latest_day, 0)) + _DAY
        sooner_on = max(reached_on - timedelta(days=traits.early_at_most_days), abnormal_on)
        if sooner_on < reached_on:
            return sooner_on, "sooner", due_on
    return reached_on, "due", due_on


def _usual_day_passed_on(habit: Habit, due_on: date, rules: Rules) -> date | None:
    if habit.usual_day is None:
        return None
    return due_on + timedelta(days=min(habit.usual_day, rules.policy.traits.wait_at_most_days)) + _DAY


def _is_first(stage: Stage, case: Case, rules: Rules) -> bool:
    """The ladder's first step after the due date, or whatever comes before that has been delivered."""
    assert rules.first is not None, "the step is one of them"
    current = case.cycle.stage if case.cycle is not None else None
    return stage.code == rules.first.code or rules.rank(current) < rules.rank(rules.first.code)
