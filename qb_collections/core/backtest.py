"""What a replay says about a policy: who would have heard from you, when, and how often for nothing.

It says nothing about cash: customers' payments stay as they were, and nobody can replay what they
would have paid.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core.decision import Outcome
from qb_collections.core.past import ZERO, Applied, Past, PastInvoice
from qb_collections.core.replay import Quiet, Replay, Replayed

ANYWAY_DAYS = 2  # who pays so soon after a contact had sent the money before it, or was about to
NO_CLAIM = (
    "This says who would have heard from you and when. It makes no claim about extra cash: "
    "payments are taken as they came, and nobody can replay what customers would have done."
)
# Why somebody who was late heard nothing, by the gate that spoke last.
_WHY = {
    "stage": "the next step's day had not come",
    "contact": "the look just before sending, or the end of the days, came first",
    "first night": "the first night takes only the largest",
    "too_small": "they owed less than your smallest amount",
    "no_contact": "QuickBooks has no way to reach them",
    "credits": "their credits covered it",
    "credit_not_visible": "QuickBooks counts a credit that is in no document",
    "too_old": "only debts too old for a message",
    "plan": "on a payment plan",
    "plan_missed": "a missed payment of a plan is for a person",
    "dispute": "they dispute it",
    "promise": "they had promised to pay",
    "in_transit": "a payment was on its way",
    "autopay": "it is collected by itself",
    "exclusion": "you asked to leave it out",
    "people_only": "only people may write to them",
    "handed_over": "handed over",
    "hardship": "in difficulty",
    "open_reply": "an answer of theirs was waiting for you",
    "caps": "they had heard from you often enough",
    "contact_gap": "the last contact was too recent",
    "not_overdue": "nothing of theirs stayed late",
}
PAID_FIRST = "they paid before the first step's day"


@dataclass(frozen=True, slots=True)
class WeekOfContacts:
    first_on: date  # a Monday
    by_stage: Mapping[str, int]

    @property
    def contacts(self) -> int:
        return sum(self.by_stage.values())


@dataclass(frozen=True, slots=True)
class Spread:
    """Days, by count: the middle and the quarters.  None when there is nothing to count."""

    count: int
    early: int | None
    middle: int | None
    late: int | None


@dataclass(frozen=True, slots=True)
class NotContacted:
    """Customers who were late and heard nothing, for one reason."""

    why: str
    customers: int
    example: str  # the sentence of the first of them


@dataclass(frozen=True, slots=True)
class Backtest:
    policy: str
    first_on: date
    last_on: date
    stages: tuple[str, ...]  # in the ladder's order
    weeks: tuple[WeekOfContacts, ...]  # every week of the period, also empty ones
    contacts: int
    customers: int  # who heard something
    late: int  # who had something late
    already_paid: int
    paid_anyway: int
    first_contact: Spread  # from the due date, for invoices that fell due within the days
    calls: int
    busiest_calls: int  # most calls of one week
    approvals: int
    handed: int
    prevented: int
    waiting_nights: int
    tasks: Mapping[str, int]
    not_contacted: tuple[NotContacted, ...]

    @property
    def for_nothing(self) -> int:
        return self.already_paid + self.paid_anyway

    def of_stage(self, code: str) -> int:
        return sum(week.by_stage.get(code, 0) for week in self.weeks)


def summed_up(played: Replay, past: Past, ladder: Sequence[str]) -> Backtest:
    """The figures of one replay; past is what it was played on."""
    conditions = played.conditions
    by_id = {one.invoice.id: one for one in past.invoices}
    paid = [_paid(one, by_id) for one in played.contacts]
    weeks = _weeks(played.contacts, conditions.first_on, conditions.last_on)
    calls = Counter(_monday(one.on) for one in played.contacts if one.outcome is Outcome.CALL)
    return Backtest(
        policy=played.policy,
        first_on=conditions.first_on,
        last_on=conditions.last_on,
        stages=tuple(ladder),
        weeks=weeks,
        contacts=len(played.contacts),
        customers=len({one.key for one in played.contacts}),
        late=played.late,
        already_paid=paid.count("before"),
        paid_anyway=paid.count("anyway"),
        first_contact=_first_contact(played.contacts, by_id, conditions.first_on),
        calls=calls.total(),
        busiest_calls=max(calls.values(), default=0),
        approvals=sum(one.approval for one in played.contacts),
        handed=len(played.handed),
        prevented=played.prevented,
        waiting_nights=len(played.waiting_nights),
        tasks=dict(Counter(kind for _, kind in sorted(played.tasks))),
        not_contacted=_not_contacted(played.quiet),
    )


def _weeks(contacts: Sequence[Replayed], first_on: date, last_on: date) -> tuple[WeekOfContacts, ...]:
    by_week: dict[date, Counter[str]] = defaultdict(Counter)
    for one in contacts:
        by_week[_monday(one.on)][one.stage] += 1
    weeks, monday = [], _monday(first_on)
    while monday <= last_on:
        weeks.append(WeekOfContacts(monday, dict(by_week.get(monday, {}))))
        monday += timedelta(days=7)
    return tuple(weeks)


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _paid(one: Replayed, by_id: Mapping[str, PastInvoice]) -> str | None:
    """Whether everything that the contact asked for had been paid, or was within two days.

    "before": by payments dated before the contact's day and entered after it.  "anyway": by
    payments dated from that day on to two days after.  A part of it is neither.
    """
    wanted = [by_id[id] for id in one.invoice_ids]
    if all(_covered(invoice, one, one.on - timedelta(days=1)) for invoice in wanted):
        return "before"
    soon = one.on + timedelta(days=ANYWAY_DAYS)
    return "anyway" if all(_covered(invoice, one, soon) for invoice in wanted) else None


def _covered(invoice: PastInvoice, one: Replayed, through: date) -> bool:
    """What was open on it, as known at the contact, was paid by payments dated through that day."""
    unseen = [part for part in invoice.applied if not _seen(part, one)]
    known = sum((part.amount for part in invoice.applied), ZERO) - sum((part.amount for part in unseen), ZERO)
    left = invoice.invoice.total.amount - known
    return sum((part.amount for part in unseen if part.money > 0 and part.on <= through), ZERO) >= left > 0


def _seen(part: Applied, one: Replayed) -> bool:
    """Without a time of entry a payment is taken as entered at the end of its day, as the replay does."""
    return part.known_at <= one.at if part.known_at is not None else part.on < one.on


def _first_contact(contacts: Sequence[Replayed], by_id: Mapping[str, PastInvoice], since: date) -> Spread:
    first: dict[str, date] = {}
    for one in contacts:
        for id in one.invoice_ids:
            first.setdefault(id, one.on)
    days = sorted(
        (on - due_on).days
        for id, on in first.items()
        if id in by_id and (due_on := by_id[id].invoice.due_on) is not None and due_on >= since
    )
    if not days:
        return Spread(0, None, None, None)
    quarter = [days[(len(days) - 1) * part // 4] for part in (1, 2, 3)]
    return Spread(len(days), *quarter)


def _not_contacted(quiet: Sequence[Quiet]) -> tuple[NotContacted, ...]:
    """Grouped by reason, the most frequent first."""
    groups: dict[str, list[Quiet]] = defaultdict(list)
    for one in quiet:
        waited = one.gate in ("stage", "contact", "first night", "contact_gap", "caps")
        why = PAID_FIRST if waited and not one.still_late else _WHY.get(one.gate, one.reason)
        groups[why].append(one)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        NotContacted(why, len(some), f"{some[0].customer}: {some[0].reason}") for why, some in ordered
    )


def share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None
