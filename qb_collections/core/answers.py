"""Answers to a customer: when one is owed, and when it must not be given any more.

None of them asks for anything that is late.  Answers count for neither gap nor caps; notices about a
payment of a plan count for both, and wait for neither: they belong to their day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from qb_collections.core import holds
from qb_collections.core.books import Link, Payment
from qb_collections.core.case import Case, Contact, ContactKind, Hold, HoldKind, Plan
from qb_collections.core.money import Money, total
from qb_collections.core.plan_standing import PartDue, PlanStanding, PlanState
from qb_collections.core.policy_sections import Plans
from qb_collections.core.rules import Rules
from qb_collections.core.wording import short

THANKS_WITHIN_DAYS = 14  # a thank-you for money that came longer ago sounds like a machine
_DAY = timedelta(days=1)


class AnswerKind(StrEnum):
    THANK_YOU = "thank_you"
    PROMISE_NOTED = "promise_noted"
    DISPUTE_RECEIVED = "dispute_received"
    DISPUTE_ANSWERED = "dispute_answered"
    PLAN_OFFER = "plan_offer"
    INSTALLMENT_BEFORE = "installment_before"
    INSTALLMENT_MISSED = "installment_missed"

    @property
    def contact(self) -> ContactKind:
        return ContactKind.NOTICE if self in _NOTICES else ContactKind.ANSWER

    @property
    def by_hand(self) -> bool:
        """Only a person's own command makes one: "no automatic message" does not keep it."""
        return self in (AnswerKind.PLAN_OFFER, AnswerKind.DISPUTE_ANSWERED)


_NOTICES = (AnswerKind.INSTALLMENT_BEFORE, AnswerKind.INSTALLMENT_MISSED)
# Who must not be written to at all, and who must not be by a machine.
_HARD = (HoldKind.INSOLVENT, HoldKind.HANDED_OVER)
_PEOPLE = (HoldKind.PEOPLE_ONLY, HoldKind.UPSET)
_MARKED = {
    HoldKind.INSOLVENT: "somebody else speaks for them",
    HoldKind.HANDED_OVER: "the account was handed over",
    HoldKind.PEOPLE_ONLY: "they get no automatic message",
    HoldKind.UPSET: "they are upset",
}


def answer_key(kind: AnswerKind, customer_id: str, currency: str, which: str | int) -> str:
    """The name of one answer: which is the cycle, the hold, the day or the payment of a plan."""
    return f"answer:{kind.value}:{customer_id}:{currency}:{which}"


def kept_by(case: Case, kind: AnswerKind, rules: Rules, today: date) -> str | None:
    """Why nothing is said to this customer, whatever is owed; None when something may be."""
    stop = _HARD if kind.by_hand else (*_HARD, *_PEOPLE)
    for hold in case.holds:
        if hold.kind in stop and holds.standing(hold, rules, today) is not None:
            return f"Not sent: {_MARKED[hold.kind]} ({short(hold.reason, 50)})."
    return None


@dataclass(frozen=True, slots=True)
class Thanks:
    """What a thank-you speaks of: the money of the last day on which some came."""

    payment_ids: tuple[str, ...]
    amount: Money
    on: date
    invoice_ids: tuple[str, ...]  # that it paid


def past_due(case: Case, today: date) -> list[str]:
    """The numbers of open invoices whose due date is over, whatever keeps us from asking about them."""
    return [
        one.label
        for one in case.invoices
        if one.due_on is not None and one.due_on < today and one.balance.amount > 0 and not one.voided
    ]


def thanks(
    said: Iterable[Contact],
    payments: Sequence[Payment],
    links: Iterable[Link],
    currency: str,
    today: date,
) -> Thanks | None:
    """What to thank for once everything late is paid.  said: the contacts of the cycle that is over.

    None where we had not written or rung in that cycle, where no money paid what we had named (a credit or
    a void did), and where the last money is dated more than fourteen days back.
    """
    named = {
        invoice_id
        for one in said
        if one.kind in (ContactKind.REMINDER, ContactKind.CALL)
        for invoice_id in one.invoice_ids
    }
    went = [one for one in links if one.document_kind == "Invoice" and one.amount.amount > 0]
    paying = {one.payment_id for one in went if one.document_id in named}
    money = [
        one
        for one in payments
        if one.id in paying and one.total.amount > 0 and one.total.currency == currency
    ]
    if not money:
        return None
    last_on = max(one.received_on for one in money)
    if last_on < today - timedelta(days=THANKS_WITHIN_DAYS):
        return None
    last = [one for one in money if one.received_on == last_on]
    ids = {one.id for one in last}
    paid = dict.fromkeys(one.document_id for one in went if one.payment_id in ids)
    return Thanks(tuple(sorted(ids)), total((one.total for one in last), currency), last_on, tuple(paid))


def installment_due(
    plan: Plan, found: PlanStanding, terms: Plans, today: date
) -> tuple[AnswerKind, PartDue] | None:
    """The notice about a payment of the plan that is owed today, if one is.

    Three days before a payment's date (the policy's number), while nothing is missing; and from the first
    day after a date on which the policy asks about it, until the plan is broken.
    """
    if plan.state != "active":
        return None
    if found.missed is not None:
        asks_on = found.missed.due_on + timedelta(days=terms.missed_message_after_days)
        late = found.state is PlanState.LATE and today >= asks_on
        return (AnswerKind.INSTALLMENT_MISSED, found.missed) if late else None
    if found.next is None or not terms.notice_before_days:
        return None
    tells_on = found.next.due_on - timedelta(days=terms.notice_before_days)
    return (AnswerKind.INSTALLMENT_BEFORE, found.next) if tells_on <= today < found.next.due_on else None


def late_promise(hold: Hold, today: date) -> bool:
    """Whether a promise can no longer be noted: its day has come."""
    return hold.until_on is None or today >= hold.until_on
