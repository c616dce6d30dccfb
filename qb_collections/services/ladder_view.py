"""The ladder as a person looks at it: each step on a line of days, and what it does, in words."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.core.money import Money
from qb_collections.core.policy import Policy
from qb_collections.core.policy_stage import Stage
from qb_collections.core.policy_values import Channel, Sender

CALENDAR_DAYS_PER_BUSINESS_WEEK = (7, 5)
LABEL_ROWS = 3  # labels that would touch stand under each other

_HOW: dict[Channel, str] = {
    "email": "an e-mail",
    "call": "a call for you",
    "letter": "a letter and an e-mail",
    "statement": "a statement",
    "decision": "you decide; nothing is sent",
}
_SIGNS: dict[Sender, str] = {
    "accounts": "your accounts desk",
    "contact": "the person customers can turn to",
    "owner": "the owner",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step.  day counts from the due date, negative before it; per_mille is its place on the line."""

    code: str
    name: str
    day: int
    per_mille: int
    row: int  # of the label, 0 at the top
    when: str
    how: str
    conditions: tuple[str, ...]
    waits_for_you: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    steps: tuple[Step, ...]
    due_per_mille: int  # where the due date stands
    rows: int  # of labels


def ladder(policy: Policy, currency: str) -> Ladder:
    """The steps in their order.  Business days are drawn as the calendar days they usually take."""
    days = [_calendar_day(stage) for stage in policy.ladder]
    first, last = min(0, *days), max(1, *days)
    span = last - first

    def place(day: int) -> int:
        return (day - first) * 1000 // span

    steps, ends = [], [-1000] * LABEL_ROWS
    for stage, day in zip(policy.ladder, days, strict=True):
        row = next((one for one in range(LABEL_ROWS) if place(day) - ends[one] >= 130), 0)
        ends[row] = place(day)
        steps.append(
            Step(
                stage.code,
                stage.name,
                day,
                place(day),
                row,
                when(stage),
                how(stage),
                tuple(_conditions(stage, policy, currency)),
                stage.approval,
            )
        )
    return Ladder(tuple(steps), place(0), 1 + max(step.row for step in steps))


def when(stage: Stage) -> str:
    """When a step comes, in words: both waits must be over."""
    said = _due(stage)
    if stage.after_last_days:
        unit = _days(stage.after_last_days, stage.after_last_business)
        said += f", and at least {unit} after they last heard from you"
    if stage.repeat_every_days:
        said += f"; again every {stage.repeat_every_days} days"
        if stage.repeat_at_most:
            said += f", {stage.repeat_at_most} times in all"
    return said


def how(stage: Stage) -> str:
    """What the customer gets, and who signs it."""
    if stage.channel == "decision":
        return _HOW[stage.channel]
    return f"{_HOW[stage.channel]}, from {_SIGNS[stage.sender]}"


def _due(stage: Stage) -> str:
    count = stage.after_due_days
    if count == 0:
        return "on the due date"
    side = "before" if count < 0 else "after"
    return f"{_days(abs(count), stage.business)} {side} the due date"


def _conditions(stage: Stage, policy: Policy, currency: str) -> list[str]:
    """What else must be so, or follows from it."""
    said = []
    if stage.quickbooks_copy:
        said.append("one invoice alone: QuickBooks e-mails a copy of it")
    least = policy.thresholds.call_for(currency) if stage.channel == "call" else stage.min_balance
    if least:
        said.append(f"only from {Money(least, currency)} on; below it the step is left out")
    if stage.needs_history:
        said.append("only where their payment history says that it is a courtesy")
    if stage.reply_by_business_days:
        said.append(f"asks for an answer within {_days(stage.reply_by_business_days, True)}")
    if stage.act_by_days:
        said.append(f"asks for payment within {_days(stage.act_by_days, False)}")
    if stage.firm:
        said.append("only about invoices that an earlier message has named")
    return said


def _calendar_day(stage: Stage) -> int:
    week, working = CALENDAR_DAYS_PER_BUSINESS_WEEK
    return stage.after_due_days * week // working if stage.business else stage.after_due_days


def _days(count: int, business: bool) -> str:
    unit = "business day" if business else "day"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
