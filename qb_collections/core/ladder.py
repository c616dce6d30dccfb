"""The ladder with memory: which step comes next for a customer, on which day, about which invoices.

What the customer did bends it: money that came in holds the step, an answer brings the tone back, a
broken promise goes on one step firmer without waiting for that step's own day, and after another one a
person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core import promises
from qb_collections.core.books import Invoice
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Case, Contact, ContactKind, HoldKind
from qb_collections.core.money import Money
from qb_collections.core.policy import Stage
from qb_collections.core.quick import quick
from qb_collections.core.rules import Rules
from qb_collections.core.step_days import Broken, first_day, set_dates

_OPENING = ("email", "statement")  # the channels on which old invoices may begin


@quick
@dataclass(frozen=True, slots=True)
class Step:
    """What comes next if nothing stops it.  Without a stage a person chooses what comes next."""

    stage: Stage | None
    on: date  # the first open day on which it may happen, leaving gap and caps aside
    # Which rule set the day: due, usual, sooner, last, reply, deadline, start, paid, promise, promises.
    waits_for: str
    since: date  # the day that this rule counts from: due date, last contact, the date we set
    trigger: Invoice  # the oldest invoice that has reached the stage, or will first
    invoices: tuple[Invoice, ...]  # what the message demands or lists, oldest due first
    also_open: tuple[Invoice, ...] = ()  # late too, but not part of a firm message
    backlog: bool = False
    yields_on: date | None = None  # a repeat: the day from which the next stage goes before it


def first_overdue_on(ladder: Sequence[Stage], calendar: Calendar, due_on: date) -> date:
    """The day an invoice reaches the first step after its due date; a ladder without one: the day after."""
    first = next((stage for stage in ladder if stage.after_due_days >= 0), None)
    return first.reached_on(due_on, calendar) if first is not None else due_on + timedelta(days=1)


def said_in_cycle(case: Case) -> tuple[Contact, ...]:
    """Delivered reminders and calls of the running cycle, oldest first."""
    if case.cycle is None or not case.contacts:
        return ()
    number = case.cycle.number
    return tuple(
        c for c in case.contacts if c.cycle == number and c.kind in (ContactKind.REMINDER, ContactKind.CALL)
    )


def early_step(case: Case, rules: Rules, stage: Stage, early: Sequence[Invoice]) -> Step:
    """A copy before the due date: only while nothing of the customer is late."""
    first = early[0]
    on, waits_for, since = first_day(stage, first, case, said_in_cycle(case), rules)
    return Step(stage, on, waits_for, since, first, tuple(early))


def next_step(case: Case, rules: Rules, today: date, late: Sequence[Invoice], owed: Money) -> Step:
    """The next step about late, which is not empty and comes oldest due first.

    owed is what is late less credits: it decides whether a call is worth anybody's time.
    The stage rises by one (a stage that does not apply is as if it were not there), or repeats
    for an invoice that reaches the current stage and was not spoken of at it, or where the
    ladder repeats it.  A rise that is possible today goes before a repeat, so that new invoices
    never hold up old ones.
    """
    said = said_in_cycle(case)
    if case.cycle is not None and case.cycle.stage is not None and _rank(case, rules) < 0:
        return _person(rules, late, said)
    if case.is_backlog and not said:
        return _backlog_entry(case, rules, today, late, owed)
    broken = _unanswered_promises(case, rules, today, late, said)
    if broken and broken.count >= rules.policy.promises.broken_before_person:
        step = _person_after_promises(rules, late, said, broken)
    elif broken and rules.policy.promises.broken_one_step_firmer:
        step = _rise(case, rules, late, owed, said, broken) or _person(rules, late, said)
    else:
        step = _usual_step(case, rules, today, late, owed, said)
        step = _gentler_after_an_answer(step, case, rules, late, said)
    return _held_by_payment(step, case, rules, today, late)


def _usual_step(
    case: Case, rules: Rules, today: date, late: Sequence[Invoice], owed: Money, said: Sequence[Contact]
) -> Step:
    rising = _rise(case, rules, late, owed, said)
    again = _repeat(case, rules, late, owed, said)
    if rising is None or again is None:
        return rising or again or _person(rules, late, said)
    return rising if rising.on <= max(today, again.on) else replace(again, yields_on=rising.on)


def _unanswered_promises(
    case: Case, rules: Rules, today: date, late: Sequence[Invoice], said: Sequence[Contact]
) -> Broken | None:
    if not any(hold.kind is HoldKind.PROMISE for hold in case.holds):
        return None
    broken = promises.broken_in_cycle(case, rules, today, [invoice.id for invoice in late])
    if not broken:
        return None
    last = broken[-1]
    over_on = promises.last_day(last.promise, rules) + timedelta(days=1)
    if said and said[-1].on >= over_on:
        return None
    return Broken(len(broken), over_on, last.promised_on)


def _person_after_promises(
    rules: Rules, late: Sequence[Invoice], said: Sequence[Contact], broken: Broken
) -> Step:
    return replace(
        _person(rules, late, said),
        on=rules.calendar.next_open(broken.over_on),
        waits_for="promises",
        since=broken.promised_on,
    )


def _gentler_after_an_answer(
    step: Step, case: Case, rules: Rules, late: Sequence[Invoice], said: Sequence[Contact]
) -> Step:
    """The first written step after the customer has answered is not firmer than the policy allows then."""
    if step.stage is None or step.stage.channel not in ("email", "letter") or case.replied_on is None:
        return step
    if said and said[-1].on > case.replied_on:
        return step
    most = rules.rank(rules.policy.de_escalation.after_reply_at_most)
    if most < 0 or rules.rank(step.stage.code) <= most:
        return step
    gentle = [one for one in rules.steps if one.channel == "email" and rules.rank(one.code) <= most]
    return replace(step, stage=gentle[-1], invoices=tuple(late), also_open=()) if gentle else step


def _held_by_payment(step: Step, case: Case, rules: Rules, today: date, late: Sequence[Invoice]) -> Step:
    """Half of what was late has come in within some days: the step rests for as many days after it came.

    The days are counted between payments, never from today: what holds today holds through its last day.
    """
    if not case.receipts:
        return step
    terms = rules.policy.de_escalation
    rest = timedelta(days=terms.half_paid_holds_days)
    came = sorted((one for one in case.receipts if one.late.amount > 0), key=lambda one: one.on, reverse=True)
    owed = sum((invoice.balance.amount for invoice in late), Decimal(0))
    for last in came:
        on = rules.calendar.next_open(last.on + rest)
        if on <= max(today, step.on):
            break
        paid = sum((one.late.amount for one in came if last.on - rest < one.on <= last.on), Decimal(0))
        if paid * 100 >= (owed + paid) * terms.half_paid_percent:
            return replace(step, on=on, waits_for="paid", since=last.on)
    return step


def _rise(
    case: Case,
    rules: Rules,
    late: Sequence[Invoice],
    owed: Money,
    said: Sequence[Contact],
    broken: Broken | None = None,
) -> Step | None:
    rank = _rank(case, rules)
    for stage in rules.steps:
        if stage.after_due_days >= 0 and rules.rank(stage.code) > rank and _applies(stage, case, rules, owed):
            return _about(stage, case, rules, late, said, broken=broken)
    return None


def _repeat(
    case: Case, rules: Rules, late: Sequence[Invoice], owed: Money, said: Sequence[Contact]
) -> Step | None:
    rank = _rank(case, rules)
    if rank < 0:
        return None
    stage = next((stage for stage in rules.steps if rules.rank(stage.code) == rank), None)
    if stage is None or stage.after_due_days < 0 or not _applies(stage, case, rules, owed):
        return None
    spoken_of = {one for contact in said if contact.stage == stage.code for one in contact.invoice_ids}
    fresh = [invoice for invoice in late if invoice.id not in spoken_of]
    step = _about(stage, case, rules, late, said, triggers=fresh)
    if stage.repeat_every_days is None:
        return step
    last = max((contact.on for contact in said if contact.stage == stage.code), default=None)
    known = [invoice for invoice in late if invoice.id in spoken_of]
    times = sum(contact.stage == stage.code for contact in said)
    often_enough = stage.repeat_at_most is not None and times >= stage.repeat_at_most
    if last is None or not known or often_enough:
        return step
    again = _about(
        stage,
        case,
        rules,
        late,
        said,
        triggers=known,
        not_before=last + timedelta(days=stage.repeat_every_days),
    )
    return min((one for one in (step, again) if one is not None), key=lambda one: one.on, default=None)


def _about(
    stage: Stage,
    case: Case,
    rules: Rules,
    late: Sequence[Invoice],
    said: Sequence[Contact],
    *,
    triggers: Sequence[Invoice] | None = None,
    not_before: date | None = None,
    broken: Broken | None = None,
) -> Step | None:
    """The step at this stage, or None when there is nothing that it may speak of."""
    included, others = late, []
    if stage.firm:
        named = {one for contact in said for one in contact.invoice_ids}
        included = [invoice for invoice in late if invoice.id in named]
        others = [invoice for invoice in late if invoice.id not in named]
    allowed = {invoice.id for invoice in included}
    trigger = next((one for one in (late if triggers is None else triggers) if one.id in allowed), None)
    if trigger is None:
        return None
    on, waits_for, since = first_day(stage, trigger, case, said, rules, not_before, broken)
    return Step(stage, on, waits_for, since, trigger, tuple(included), tuple(others))


def _backlog_entry(case: Case, rules: Rules, today: date, late: Sequence[Invoice], owed: Money) -> Step:
    """What was late at switch-on enters at the step its age has reached, but not above the policy's limit."""
    steps = [
        stage
        for stage in rules.steps
        if stage.after_due_days >= 0
        and stage.channel in _OPENING
        and not stage.firm
        and _applies(stage, case, rules, owed)
    ]
    if not steps:
        return _person(rules, late, ())
    trigger = late[0]
    assert trigger.due_on is not None
    starts_on = rules.calendar.next_open(case.start_on or today)
    sent_on = rules.calendar.next_open(max(today, starts_on))
    highest = rules.rank(rules.policy.backlog.enter_at_most)
    stage = steps[0]
    for higher in steps[1:]:
        if rules.rank(higher.code) <= highest and rules.reached_on(higher, trigger.due_on) <= sent_on:
            stage = higher
    on, waits_for, since = first_day(stage, trigger, case, (), rules)
    if case.start_on is not None and starts_on >= on:
        on, waits_for, since = starts_on, "start", starts_on
    return Step(stage, on, waits_for, since, trigger, tuple(late), backlog=True)


def _person(rules: Rules, late: Sequence[Invoice], said: Sequence[Contact]) -> Step:
    """No step is left for these invoices, or none that may name them: a person chooses."""
    trigger = late[0]
    assert trigger.due_on is not None
    waits = set_dates(said, rules)
    if rules.first is not None:
        waits.append((rules.reached_on(rules.first, trigger.due_on), "due", trigger.due_on))
    day, waits_for, since = max(
        waits, key=lambda wait: wait[0], default=(trigger.due_on, "due", trigger.due_on)
    )
    return Step(None, rules.calendar.next_open(day), waits_for, since, trigger, tuple(late))


def _rank(case: Case, rules: Rules) -> int:
    """The place of the highest stage delivered in the running cycle; -1: none was, or the ladder lacks it."""
    return rules.rank(case.cycle.stage) if case.cycle is not None else -1


def _applies(stage: Stage, case: Case, rules: Rules, owed: Money) -> bool:
    """Below its balance a stage is skipped as if it were not there.

    A call also below the call threshold, and where the policy calls nobody who is not a company.
    """
    least = stage.min_balance
    if stage.channel == "call":
        if not rules.policy.private_persons.calls and not case.kind.is_company:
            return False
        least = max(least, rules.call_threshold(owed.currency))
    return owed.amount >= least
