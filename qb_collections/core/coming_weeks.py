"""The coming weeks of one customer under one policy: the same decide as a real night, day after day.

Nothing is paid, nobody answers, every message and call takes place on the day it is decided.  So it shows
the most that this customer would hear, not what is likely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qb_collections.core import cycles
from qb_collections.core.case import Case, Contact, ContactKind
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.rules import Rules
from qb_collections.core.silence import CONTACTS

_DAY = timedelta(days=1)
_VERSION = 1  # every cycle keeps the ladder of the one policy


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that would happen: a message, a call, something a person has to do or decide."""

    on: date
    outcome: Outcome
    stage: str | None  # the code of the step; None for what a person does
    step: str | None  # its name
    approval: bool
    task_kind: str | None = None  # what a person has to do


def coming_weeks(case: Case, rules: Rules, first_on: date, last_on: date) -> tuple[Coming, ...]:
    """What would happen from first_on through last_on, as if contacting began on that day.

    What is late by then is backlog: it opens with the message for old debts, wherever the policy has one.
    """
    return tuple(_played(_fresh(case, rules, first_on), rules, first_on, last_on))


def last_words(case: Case, rules: Rules, first_on: date) -> str:
    """Why nothing happens on the first day, as the decision says it."""
    return decide(_in_cycle(_fresh(case, rules, first_on), first_on), rules, first_on).reason


def _fresh(case: Case, rules: Rules, first_on: date) -> Case:
    """Nobody has been written to by us yet: only what others sent counts."""
    heard = tuple(one for one in case.contacts if one.kind is ContactKind.FOREIGN)
    reached = (
        rules.reached_on(rules.first, one.due_on)
        for one in case.invoices
        if rules.first is not None and one.due_on is not None and one.due_on < first_on
    )
    late = any(day < first_on for day in reached)
    return replace(case, cycle=None, contacts=heard, is_backlog=late, start_on=first_on if late else None)


def _in_cycle(case: Case, on: date) -> Case:
    return replace(case, cycle=cycles.advance(case, _VERSION, on))


def _played(case: Case, rules: Rules, first_on: date, last_on: date) -> Iterator[Coming]:
    on, asked = rules.calendar.next_open(first_on), set[str | None]()
    for _ in range((last_on - first_on).days + 1):
        if on > last_on:
            return
        case = _in_cycle(case, on)
        decision = decide(case, rules, on)
        if decision.outcome in CONTACTS:
            yield _step(decision, rules, on)
            case = _heard(case, decision, on)
        elif decision.outcome is Outcome.DECIDE:
            yield _step(decision, rules, on)
            return
        elif decision.outcome is Outcome.TASK and decision.task_kind not in asked:
            asked.add(decision.task_kind)
            yield _step(decision, rules, on)
        next_on = on + _DAY
        if decision.outcome not in CONTACTS:
            if decision.review_on is None:
                return
            next_on = max(next_on, decision.review_on)
        on = rules.calendar.next_open(next_on)


def _step(decision: Decision, rules: Rules, on: date) -> Coming:
    stage = rules.ladder[rules.rank(decision.stage)] if decision.stage is not None else None
    return Coming(
        on,
        decision.outcome,
        decision.stage,
        stage.name if stage is not None else None,
        decision.approval,
        decision.task_kind,
    )


def _heard(case: Case, decision: Decision, on: date) -> Case:
    """After the contact was delivered."""
    contact = Contact(
        on,
        ContactKind.CALL if decision.outcome is Outcome.CALL else ContactKind.REMINDER,
        decision.stage,
        decision.cycle,
        decision.number,
        decision.invoice_ids,
        decision.act_by_on,
        decision.reply_by_on,
        decision.backlog,
    )
    cycle = case.cycle or cycles.begun(decision.cycle or case.next_cycle, on, _VERSION)
    return replace(
        case, cycle=cycles.delivered(cycle, contact), contacts=(*case.contacts, contact), is_backlog=False
    )
