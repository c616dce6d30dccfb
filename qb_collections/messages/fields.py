"""Turns facts into the fields of templates: cleaned, and written as in the customer's locale."""

from __future__ import annotations

from datetime import date

from qb_collections.core.money import Money, total
from qb_collections.messages import steps, wording
from qb_collections.messages.clean import clean_line, clean_lines
from qb_collections.messages.facts import CallFacts, Credit, HandOver, Item, MessageFacts
from qb_collections.messages.template import Rows, Value

ITEM_NAMES = (
    "number",
    "issued_on",
    "due_on",
    "total",
    "balance",
    "partly",
    "days_late",
    "work",
    "purchase_order",
)
CREDIT_NAMES = ("label", "amount")
LINE_NAMES = ("line",)
SENTENCE_MAX = 240
HISTORY_MAX = 5  # contacts on a call sheet, the newest
LONG_LATE_DAYS = 60  # more than this past due: the question comes late, and the text says so
YES = "yes"


def fields_of(facts: MessageFacts) -> dict[str, Value]:
    """Every field there is; None for what these facts do not have.  The names are the same for all facts."""
    write = _Writer(facts)
    return {
        **_parties(facts),
        **_money(facts, write),
        **_days(facts, write),
        **_promise_and_payment(facts, write),
        **_dispute(facts, write),
        **_plan(facts, write),
        **_choice(facts, write),
        **_call(facts.call or CallFacts(), facts, write),
        **_hand_over(facts.hand_over, facts, write),
    }


class _Writer:
    """Writes dates and amounts in one locale; None stays None."""

    def __init__(self, facts: MessageFacts) -> None:
        self.locale = facts.locale
        self.today = facts.as_of_on

    def money(self, value: Money | None) -> str | None:
        return None if value is None else wording.amount(value, self.locale)

    def long(self, day: date | None) -> str | None:
        return None if day is None else wording.long_date(day, self.locale)

    def weekday(self, day: date | None) -> str | None:
        return None if day is None else wording.weekday_date(day, self.locale)

    def soon(self, day: date | None) -> str | None:
        return None if day is None else wording.weekday_near(day, self.locale, self.today)

    def near(self, day: date | None) -> str | None:
        return None if day is None else wording.day_and_month(day, self.locale, self.today)

    def days(self, days: tuple[date, ...]) -> str | None:
        return self.list(
            tuple(wording.day_and_month(day, self.locale, self.today) for day in sorted(set(days)))
        )

    def list(self, words: tuple[str, ...]) -> str | None:
        return wording.and_list([word for word in map(clean_line, words) if word], self.locale) or None

    def items(self, items: tuple[Item, ...]) -> Rows:
        return Rows(ITEM_NAMES, tuple(self._item(item) for item in items))

    def credits(self, credits: tuple[Credit, ...]) -> Rows:
        rows = (
            {"label": clean_line(credit.label), "amount": self.money(-credit.amount)} for credit in credits
        )
        return Rows(CREDIT_NAMES, tuple(rows))

    def lines(self, lines: tuple[str, ...]) -> Rows:
        cleaned = (clean_line(line, SENTENCE_MAX) for line in lines)
        return Rows(LINE_NAMES, tuple({"line": line} for line in cleaned if line))

    def _item(self, item: Item) -> dict[str, str | None]:
        days_late = (self.today - item.due_on).days if item.due_on else 0
        return {
            "number": clean_line(item.number),
            "issued_on": self.long(item.issued_on),
            "due_on": self.long(item.due_on),
            "total": self.money(item.total),
            "balance": self.money(item.balance),
            "partly": YES if item.balance != item.total else None,
            "days_late": str(days_late) if days_late > 0 else None,
            "work": clean_line(item.work),
            "purchase_order": clean_line(item.purchase_order),
        }


def _parties(facts: MessageFacts) -> dict[str, Value]:
    company, customer = facts.company, facts.customer
    name = clean_line(customer.name)
    return {
        "company": clean_line(company.name),
        "contact_name": clean_line(company.contact_name),
        "contact_role": clean_line(company.contact_role),
        "contact_phone": clean_line(company.contact_phone),
        "phone_hours": clean_line(company.phone_hours),
        "reply_to": clean_line(company.reply_to),
        "payment_instructions": clean_lines(company.payment_instructions),
        "company_address": clean_line((company.address or "").replace("\n", ", "), SENTENCE_MAX),
        "customer": name,
        "first_name": clean_line(customer.first_name),
        "full_name": clean_line(customer.full_name),
        "greeting": clean_line(customer.first_name) or clean_line(customer.full_name) or name,
        "addressee": clean_line(customer.full_name) or name,
        "customer_email": clean_line(customer.email),
        "customer_phone": clean_line(customer.phone),
        "customer_address": clean_lines(customer.address),
        "came_back": clean_line(customer.came_back),
    }


def _money(facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    items, credits = facts.items, facts.credits
    single = write.items(items).rows[0] if len(items) == 1 else {}
    currency = facts.total.currency
    due_days = [item.due_on for item in items if item.due_on]
    also = total((item.balance for item in facts.also_open), currency)
    return {
        **{name: single.get(name) for name in ("number", "issued_on", "due_on", "balance")},
        "items": write.items(items),
        "also_open": write.items(facts.also_open),
        "credits": write.credits(credits),
        "count": str(len(items)),
        "count_words": wording.count_in_words(len(items), facts.locale),
        "several": YES if len(items) > 1 else None,
        "numbers": write.list(facts.numbers),
        "total": write.money(facts.total),
        "items_total": write.money(total((item.balance for item in items), currency)),
        "credit_total": write.money(total((credit.amount for credit in credits), currency))
        if credits
        else None,
        "also_total": write.money(also) if facts.also_open else None,
        "open_total": write.money(facts.total + also),
        "oldest_due": write.long(min(due_days)) if due_days else None,
        "long_late": YES if due_days and (write.today - min(due_days)).days > LONG_LATE_DAYS else None,
        "terms": clean_line(facts.terms),
        "attached": write.list(facts.attachments),
        "pay_link": clean_line(facts.pay_link, SENTENCE_MAX),
    }


def _days(facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    return {
        "as_of_date": write.long(facts.as_of_on),
        "as_of_time": wording.clock_time(facts.as_of, facts.zone, facts.locale),
        "reply_by": write.soon(facts.reply_by),
        "act_by": write.weekday(facts.act_by),
        "deadline": write.weekday(facts.deadline),
        "deadline_date": write.long(facts.deadline),
        "letter_dates": write.days(facts.letters_on),
        "call_dates": write.days(facts.calls_on),
        "missed_call": write.near(facts.missed_call_on),
        "final_notice": write.long(facts.final_notice_on),
        "came_back_on": write.near(facts.customer.came_back_on),
        "unusual": YES if facts.unusual else None,
    }


def _promise_and_payment(facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    promise, payment = facts.promise, facts.payment
    return {
        "promise_made": write.near(promise.made_on) if promise else None,
        "promise_amount": write.money(promise.amount) if promise else None,
        "promise_by": write.soon(promise.by_on) if promise else None,
        "promise_received": write.money(promise.received) if promise else None,
        "promise_missed": YES if promise and (promise.missed or promise.received is not None) else None,
        "promise_nothing": YES if promise and promise.received is not None and not promise.received else None,
        "payment_amount": write.money(payment.amount) if payment else None,
        "payment_on": write.near(payment.on) if payment else None,
        "payment_numbers": write.list(payment.numbers) if payment else None,
        "payment_several": YES if payment and len(payment.numbers) > 1 else None,
    }


def _dispute(facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    dispute = facts.dispute
    return {
        "dispute_number": clean_line(dispute.number) if dispute else None,
        "dispute_balance": write.money(dispute.balance) if dispute else None,
        "dispute_owner": clean_line(dispute.owner) if dispute else None,
        "dispute_answer_by": write.soon(dispute.answer_by_on) if dispute else None,
        "dispute_reason": clean_line(dispute.reason, SENTENCE_MAX) if dispute else None,
        "dispute_done": clean_line(dispute.done, SENTENCE_MAX) if dispute else None,
    }


def _plan(facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    plan = facts.plan
    shapes = tuple(f"{index}. {shape}" for index, shape in enumerate(plan.shapes, 1)) if plan else ()
    return {
        "plan": clean_line(plan.label) if plan else None,
        "plan_shapes": write.lines(shapes),
        "plan_example": clean_line(plan.shapes[0], SENTENCE_MAX) if plan and plan.shapes else None,
        "plan_part": str(plan.part) if plan and plan.part else None,
        "plan_count": str(plan.count) if plan and plan.count else None,
        "plan_amount": write.money(plan.amount) if plan else None,
        "plan_on": write.soon(plan.on) if plan else None,
        "plan_remaining": write.money(plan.remaining) if plan and plan.remaining else None,
        "plan_grace_end": write.soon(plan.grace_end_on) if plan else None,
    }


def _choice(facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    decision = facts.decision
    consequence = facts.consequence or steps.DEFAULT_CONSEQUENCE
    return {
        "consequence": steps.sentence(steps.CONSEQUENCES, consequence, write.today, facts.locale),
        "decision": (
            steps.sentence(steps.DECISIONS, decision, write.today, facts.locale) if decision else None
        ),
        "effective_on": write.long(decision.on) if decision else None,
        "handover_contact": clean_line(decision.contact) if decision else None,
    }


def _call(call: CallFacts, facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    paid = call.last_payment
    return {
        "caller": clean_line(call.caller) or clean_line(facts.company.contact_name),
        "local_time": clean_line(call.local_time),
        "habit": clean_line(call.habit, SENTENCE_MAX),
        "last_paid": write.money(paid.amount) if paid else None,
        "last_paid_on": write.long(paid.on) if paid else None,
        "last_paid_how": clean_line(paid.how) if paid else None,
        "history": write.lines(call.history[-HISTORY_MAX:]),
        "promises": write.lines(call.promises),
        "disputed": write.lines(call.disputed),
        "documents": write.list(call.documents),
        "bought": write.money(call.bought),
        "offer": clean_line(call.offer, SENTENCE_MAX),
        "approver": clean_line(call.approver),
        "oldest_number": clean_line(facts.items[0].number) if facts.items else None,
        "oldest_month": wording.month(facts.items[0].issued_on, facts.locale) if facts.items else None,
        "oldest_balance": write.money(facts.items[0].balance) if facts.items else None,
        "oldest_partly": YES if facts.items and facts.items[0].balance != facts.items[0].total else None,
    }


def _hand_over(card: HandOver | None, facts: MessageFacts, write: _Writer) -> dict[str, Value]:
    days = [(write.today - item.due_on).days for item in facts.items if item.due_on]
    oldest_days = max(days, default=0)
    return {
        "why": clean_line(card.why, SENTENCE_MAX) if card else None,
        "card": YES if card else None,
        "oldest_days": _days_text(oldest_days) if oldest_days > 0 else None,
        "known_from": write.long(card.known_from) if card else None,
        "bought_in_year": write.money(card.bought) if card else None,
        "paid_in_year": str(card.paid) if card and card.paid else None,
        "late_in_year": str(card.late) if card and card.late else None,
        "late_by": _days_text(card.late_days) if card and card.late_days else None,
        "promises_made": str(card.promises_made) if card and card.promises_made else None,
        "promises_kept": str(card.promises_kept) if card else None,
        "can_go_on": YES if card and card.can_go_on else None,
    }


def _days_text(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
