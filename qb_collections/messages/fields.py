"""Turns facts into the fields of templates: cleaned, and written as in the customer's locale.

A message uses a third of the fields there are, and a night writes thousands of messages: each field is
worked out when a template first asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import ClassVar

from qb_collections.core.money import Money, total
from qb_collections.messages import ages, steps, wording
from qb_collections.messages.clean import clean_line, clean_lines
from qb_collections.messages.facts import (
    CallFacts,
    Choice,
    Dispute,
    HandOver,
    Item,
    MessageFacts,
    Payment,
    PlanFacts,
    Promise,
)
from qb_collections.messages.template import Rows, Shape, Value
from qb_collections.messages.writer import (
    CREDIT_NAMES,
    ITEM_NAMES,
    LINE_NAMES,
    SENTENCE_MAX,
    YES,
    Writer,
)

HISTORY_MAX = 5  # contacts on a call sheet, the newest
MANY = 8  # more invoices than one would name in a sentence
LONG_LATE_DAYS = 60  # more than this past due: the question comes late, and the text says so


def fields_of(facts: MessageFacts) -> Fields:
    """Every field there is; None for what these facts do not have.  The names are the same for all facts.

    Raises TemplateRefused for a step that nobody may announce, whether a text would name it or not.
    """
    fields = Fields(facts)
    if facts.consequence is not None or facts.decision is not None:
        for name in ("consequence", "decision"):
            fields[name]
    return fields


class _Found(dict[str, Value]):
    """What was asked for so far; what was not is worked out then."""

    __slots__ = ("_facts", "_write")

    def __init__(self, facts: MessageFacts) -> None:
        self._facts = facts
        self._write = Writer(facts)

    def __missing__(self, name: str) -> Value:
        value = self[name] = _FIELDS[name](self._facts, self._write)
        return value


class Fields(Mapping[str, Value]):
    """The fields of one message, each worked out once, when it is first asked for."""

    __slots__ = ("found",)
    shape: ClassVar[Shape]

    def __init__(self, facts: MessageFacts) -> None:
        self.found = _Found(facts)

    def __getitem__(self, name: str) -> Value:
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_FIELDS)

    def __len__(self) -> int:
        return len(_FIELDS)


_Field = Callable[[MessageFacts, Writer], Value]


def _first(facts: MessageFacts, write: Writer, name: str) -> str | None:
    """Of the only item; a message about several has no such field."""
    return write.asked_for(facts).rows[0][name] if len(facts.items) == 1 else None


def _also(facts: MessageFacts) -> Money:
    return total((item.balance for item in facts.also_open), facts.total.currency)


def _oldest_due(facts: MessageFacts) -> date | None:
    return min((item.due_on for item in facts.items if item.due_on), default=None)


def _long_late(facts: MessageFacts, write: Writer) -> str | None:
    oldest = _oldest_due(facts)
    return YES if oldest is not None and (write.today - oldest).days > LONG_LATE_DAYS else None


def _credit_total(facts: MessageFacts, write: Writer) -> str | None:
    credits = facts.credits
    return (
        write.money(total((credit.amount for credit in credits), facts.total.currency)) if credits else None
    )


# The company's own are the same in all of its messages.
_line_once, _lines_once = lru_cache(maxsize=1024)(clean_line), lru_cache(maxsize=256)(clean_lines)
_PARTIES: Mapping[str, _Field] = {
    "company": lambda facts, _: _line_once(facts.company.name),
    "contact_name": lambda facts, _: _line_once(facts.company.contact_name),
    "contact_role": lambda facts, _: _line_once(facts.company.contact_role),
    "contact_phone": lambda facts, _: _line_once(facts.company.contact_phone),
    "phone_hours": lambda facts, _: _line_once(facts.company.phone_hours),
    "reply_to": lambda facts, _: _line_once(facts.company.reply_to),
    "payment_instructions": lambda facts, _: _lines_once(facts.company.payment_instructions),
    "company_address": lambda facts, _: _line_once(
        (facts.company.address or "").replace("\n", ", "), SENTENCE_MAX
    ),
    "customer": lambda facts, _: clean_line(facts.customer.name),
    "first_name": lambda facts, _: clean_line(facts.customer.first_name),
    "full_name": lambda facts, _: clean_line(facts.customer.full_name),
    "greeting": lambda facts, _: (
        clean_line(facts.customer.first_name)
        or clean_line(facts.customer.full_name)
        or clean_line(facts.customer.name)
    ),
    "addressee": lambda facts, _: clean_line(facts.customer.full_name) or clean_line(facts.customer.name),
    "customer_email": lambda facts, _: clean_line(facts.customer.email),
    "customer_phone": lambda facts, _: clean_line(facts.customer.phone),
    "customer_address": lambda facts, _: clean_lines(facts.customer.address),
    "came_back": lambda facts, _: clean_line(facts.customer.came_back),
    # A step that the policy makes firmer than its text leaves the softer words out.
    "gently": lambda facts, _: YES if facts.tone not in ("firm", "final") else None,
}
_MONEY: Mapping[str, _Field] = {
    "number": lambda facts, write: _first(facts, write, "number"),
    "issued_on": lambda facts, write: _first(facts, write, "issued_on"),
    "due_on": lambda facts, write: _first(facts, write, "due_on"),
    "balance": lambda facts, write: _first(facts, write, "balance"),
    "items": lambda facts, write: write.asked_for(facts),
    "also_open": lambda facts, write: write.items(facts.also_open),
    "credits": lambda facts, write: write.credits(facts.credits),
    "count": lambda facts, _: str(len(facts.items)),
    "count_words": lambda facts, _: wording.count_in_words(len(facts.items), facts.locale),
    "many": lambda facts, _: YES if len(facts.items) > MANY else None,
    "several": lambda facts, _: YES if len(facts.items) > 1 else None,
    "numbers": lambda facts, write: write.cleaned([row["number"] for row in write.asked_for(facts).rows]),
    "total": lambda facts, write: write.money(facts.total),
    "items_total": lambda facts, write: write.money(
        total((item.balance for item in facts.items), facts.total.currency)
    ),
    "credit_total": _credit_total,
    "also_total": lambda facts, write: write.money(_also(facts)) if facts.also_open else None,
    "open_total": lambda facts, write: write.money(facts.total + _also(facts)),
    "oldest_due": lambda facts, write: write.long(_oldest_due(facts)),
    "long_late": _long_late,
    "terms": lambda facts, _: clean_line(facts.terms),
    "attached": lambda facts, write: write.list(facts.attachments),
    "pay_link": lambda facts, _: clean_line(facts.pay_link, SENTENCE_MAX),
}
_DAYS: Mapping[str, _Field] = {
    "as_of_date": lambda facts, write: write.long(write.today),
    "as_of_time": lambda facts, _: wording.clock_time(facts.as_of, facts.zone, facts.locale),
    "reply_by": lambda facts, write: write.soon(facts.reply_by),
    "act_by": lambda facts, write: write.weekday(facts.act_by),
    "deadline": lambda facts, write: write.weekday(facts.deadline),
    "deadline_date": lambda facts, write: write.long(facts.deadline),
    "letter_dates": lambda facts, write: write.days(facts.letters_on),
    "call_dates": lambda facts, write: write.days(facts.calls_on),
    "missed_call": lambda facts, write: write.near(facts.missed_call_on),
    "final_notice": lambda facts, write: write.long(facts.final_notice_on),
    "came_back_on": lambda facts, write: write.near(facts.customer.came_back_on),
    "unusual": lambda facts, _: YES if facts.unusual else None,
    "offers_plan": lambda facts, _: YES if facts.offers_plan else None,
}


def _of_promise(tell: Callable[[Promise, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.promise, write) if facts.promise else None


def _of_payment(tell: Callable[[Payment, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.payment, write) if facts.payment else None


def _of_dispute(tell: Callable[[Dispute, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.dispute, write) if facts.dispute else None


def _of_plan(tell: Callable[[PlanFacts, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.plan, write) if facts.plan else None


def _of_choice(tell: Callable[[Choice, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.decision, write) if facts.decision else None


def _of_call(tell: Callable[[CallFacts, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.call or _NO_CALL, write)


def _of_last_payment(tell: Callable[[Payment, Writer], Value]) -> _Field:
    return _of_call(lambda call, write: tell(call.last_payment, write) if call.last_payment else None)


def _of_oldest(tell: Callable[[Item, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.items[0], write) if facts.items else None


def _of_card(tell: Callable[[HandOver, Writer], Value]) -> _Field:
    return lambda facts, write: tell(facts.hand_over, write) if facts.hand_over else None


def _plan_shapes(facts: MessageFacts, write: Writer) -> Rows:
    shapes = facts.plan.shapes if facts.plan else ()
    return write.lines(tuple(f"{index}. {shape}" for index, shape in enumerate(shapes, 1)))


def _consequence(facts: MessageFacts, write: Writer) -> str:
    chosen = facts.consequence or steps.DEFAULT_CONSEQUENCE
    return steps.sentence(steps.CONSEQUENCES, chosen, write.today, facts.locale)


def _oldest_days(facts: MessageFacts, write: Writer) -> str | None:
    oldest = _oldest_due(facts)
    days = (write.today - oldest).days if oldest is not None else 0
    return _days_text(days) if days > 0 else None


def _days_text(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


_NO_CALL = CallFacts()
_PROMISE_AND_PAYMENT: Mapping[str, _Field] = {
    "promise_made": _of_promise(lambda promise, write: write.near(promise.made_on)),
    "promise_amount": _of_promise(lambda promise, write: write.money(promise.amount)),
    "promise_by": _of_promise(lambda promise, write: write.soon(promise.by_on)),
    "promise_received": _of_promise(lambda promise, write: write.money(promise.received)),
    "promise_missed": _of_promise(
        lambda promise, _: YES if promise.missed or promise.received is not None else None
    ),
    "promise_nothing": _of_promise(
        lambda promise, _: YES if promise.received is not None and not promise.received else None
    ),
    "payment_amount": _of_payment(lambda payment, write: write.money(payment.amount)),
    "payment_on": _of_payment(lambda payment, write: write.near(payment.on)),
    "payment_numbers": _of_payment(lambda payment, write: write.list(payment.numbers)),
    "payment_several": _of_payment(lambda payment, _: YES if len(payment.numbers) > 1 else None),
}
_DISPUTE: Mapping[str, _Field] = {
    "dispute_number": _of_dispute(lambda dispute, _: clean_line(dispute.number)),
    "dispute_balance": _of_dispute(lambda dispute, write: write.money(dispute.balance)),
    "dispute_owner": _of_dispute(lambda dispute, _: clean_line(dispute.owner)),
    "dispute_answer_by": _of_dispute(lambda dispute, write: write.soon(dispute.answer_by_on)),
    "dispute_reason": _of_dispute(lambda dispute, _: clean_line(dispute.reason, SENTENCE_MAX)),
    "dispute_done": _of_dispute(lambda dispute, _: clean_line(dispute.done, SENTENCE_MAX)),
}
_PLAN: Mapping[str, _Field] = {
    "plan": _of_plan(lambda plan, _: clean_line(plan.label)),
    "plan_shapes": _plan_shapes,
    "plan_example": _of_plan(
        lambda plan, _: clean_line(plan.shapes[0], SENTENCE_MAX) if plan.shapes else None
    ),
    "plan_part": _of_plan(lambda plan, _: str(plan.part) if plan.part else None),
    "plan_count": _of_plan(lambda plan, _: str(plan.count) if plan.count else None),
    "plan_amount": _of_plan(lambda plan, write: write.money(plan.amount)),
    "plan_on": _of_plan(lambda plan, write: write.soon(plan.on)),
    "plan_remaining": _of_plan(lambda plan, write: write.money(plan.remaining) if plan.remaining else None),
    "plan_grace_end": _of_plan(lambda plan, write: write.soon(plan.grace_end_on)),
}
_CHOICE: Mapping[str, _Field] = {
    "consequence": _consequence,
    "decision": _of_choice(
        lambda chosen, write: steps.sentence(steps.DECISIONS, chosen, write.today, write.locale)
    ),
    "effective_on": _of_choice(lambda chosen, write: write.long(chosen.on)),
    "handover_contact": _of_choice(lambda chosen, _: clean_line(chosen.contact)),
}
_CALL: Mapping[str, _Field] = {
    "caller": lambda facts, _: (
        clean_line((facts.call or _NO_CALL).caller) or clean_line(facts.company.contact_name)
    ),
    "local_time": _of_call(lambda call, _: clean_line(call.local_time)),
    "habit": _of_call(lambda call, _: clean_line(call.habit, SENTENCE_MAX)),
    "last_paid": _of_last_payment(lambda paid, write: write.money(paid.amount)),
    "last_paid_on": _of_last_payment(lambda paid, write: write.long(paid.on)),
    "last_paid_how": _of_last_payment(lambda paid, _: clean_line(paid.how)),
    "history": _of_call(lambda call, write: write.lines(call.history[-HISTORY_MAX:])),
    "promises": _of_call(lambda call, write: write.lines(call.promises)),
    "disputed": _of_call(lambda call, write: write.lines(call.disputed)),
    "documents": _of_call(lambda call, write: write.list(call.documents)),
    "bought": _of_call(lambda call, write: write.money(call.bought)),
    "offer": _of_call(lambda call, _: clean_line(call.offer, SENTENCE_MAX)),
    "approver": _of_call(lambda call, _: clean_line(call.approver)),
    "oldest_number": _of_oldest(lambda item, _: clean_line(item.number)),
    "oldest_month": _of_oldest(lambda item, write: wording.month(item.issued_on, write.locale)),
    "oldest_balance": _of_oldest(lambda item, write: write.money(item.balance)),
    "oldest_partly": _of_oldest(lambda item, _: YES if item.balance != item.total else None),
}
_HAND_OVER: Mapping[str, _Field] = {
    "why": _of_card(lambda card, _: clean_line(card.why, SENTENCE_MAX)),
    "card": _of_card(lambda card, _: YES),
    "oldest_days": _oldest_days,
    "known_from": _of_card(lambda card, write: write.long(card.known_from)),
    "bought_in_year": _of_card(lambda card, write: write.money(card.bought)),
    "paid_in_year": _of_card(lambda card, _: str(card.paid) if card.paid else None),
    "late_in_year": _of_card(lambda card, _: str(card.late) if card.late else None),
    "late_by": _of_card(lambda card, _: _days_text(card.late_days) if card.late_days else None),
    "promises_made": _of_card(lambda card, _: str(card.promises_made) if card.promises_made else None),
    "promises_kept": _of_card(lambda card, _: str(card.promises_kept)),
    "can_go_on": _of_card(lambda card, _: YES if card.can_go_on else None),
}
_FIELDS: Mapping[str, _Field] = {
    **_PARTIES,
    **_MONEY,
    **ages.FIELDS,
    **_DAYS,
    **_PROMISE_AND_PAYMENT,
    **_DISPUTE,
    **_PLAN,
    **_CHOICE,
    **_CALL,
    **_HAND_OVER,
}
# What is the same in all messages of a company.
OF_COMPANY = frozenset(
    {
        *("company", "contact_name", "contact_role", "contact_phone", "phone_hours"),
        *("reply_to", "payment_instructions", "company_address"),
    }
)
SHAPE = Shape(
    frozenset(_FIELDS),
    {
        **dict.fromkeys(("items", "also_open"), ITEM_NAMES),
        "credits": CREDIT_NAMES,
        **dict.fromkeys(("plan_shapes", "history", "promises", "disputed"), LINE_NAMES),
    },
)
Fields.shape = SHAPE
