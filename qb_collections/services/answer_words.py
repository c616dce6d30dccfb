"""An answer in words, from what the mirror says at that moment; or why it must not be given any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import answers, plan_standing, promises
from qb_collections.core.answers import AnswerKind
from qb_collections.core.case import Case, Hold, HoldKind
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.money import Money, total
from qb_collections.core.plan_terms import shapes
from qb_collections.core.promises import PromiseState
from qb_collections.core.rules import Rules
from qb_collections.core.wording import day_text, money_text
from qb_collections.messages.facts import Dispute, MessageFacts, Payment, PlanFacts, Promise
from qb_collections.messages.reminders import Message, compose, missing_setting
from qb_collections.messages.template import TemplateRefused
from qb_collections.services import composing
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voice
from qb_collections.store import answers as stored
from qb_collections.store import contacts, mirror, restored
from qb_collections.store import holds as stored_holds
from qb_collections.store.companies import Company

REPLY_BUSINESS_DAYS = 5
PROMPT_BUSINESS_DAYS = 5  # how long what somebody said may wait for its line
_PROMPT = (
    AnswerKind.PROMISE_NOTED,
    AnswerKind.DISPUTE_RECEIVED,
    AnswerKind.DISPUTE_ANSWERED,
    AnswerKind.PLAN_OFFER,
)
NO_ADDRESS = "Not sent: QuickBooks has no address of theirs that can be used."
_NOTHING = "Not sent: nothing of it is open any more."


@dataclass(frozen=True, slots=True)
class Made:
    """The finished answer.  message None: a setting is missing, and lacking names it; it waits."""

    facts: MessageFacts
    message: Message | None
    invoice_ids: tuple[str, ...]
    amount: Money | None
    lacking: str | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """Why it must not be given, for good."""

    because: str


@dataclass(frozen=True, slots=True)
class _About:
    """What one kind of answer says beside the usual facts."""

    facts: MessageFacts
    invoice_ids: tuple[str, ...] = ()
    amount: Money | None = None
    template: str | None = None  # another than that of the kind


def made(
    conn: Connection,
    company: Company,
    book: Rulebook,
    case: Case,
    one: stored.Answer,
    at: datetime,
    voice: Voice,
) -> Made | Objection:
    """The words of an answer with the facts as they are now.  Asks QuickBooks nothing."""
    today = company.today(at)
    kind, rules = AnswerKind(one.kind), book.rules(case)
    because = answers.kept_by(case, kind, rules, today) or _too_late(kind, one, rules, today)
    if because is not None:
        return Objection(because)
    found = _SAYS[kind](_Asked(conn, company, rules, case, one, at, today, voice))
    if isinstance(found, str):
        return Objection(found)
    if kind is AnswerKind.THANK_YOU and found.facts.customer.email is None:
        return Objection(NO_ADDRESS)
    try:
        message = compose("", kind.value, found.facts, template=found.template, library=voice.library)
    except TemplateRefused as refused:
        place = f"{refused.template}, line {refused.line}"
        wanted = missing_setting(refused) or f"another wording ({place}: {refused.what})"
        return Made(found.facts, None, found.invoice_ids, found.amount, wanted)
    return Made(found.facts, message, found.invoice_ids, found.amount)


def _too_late(kind: AnswerKind, one: stored.Answer, rules: Rules, today: date) -> str | None:
    """What was owed while sending was off, or nobody approved it, sounds wrong a week later."""
    if kind not in _PROMPT or today <= rules.calendar.add_business_days(one.wanted_on, PROMPT_BUSINESS_DAYS):
        return None
    day = day_text(one.wanted_on, today.year, rules.locale)
    return f"Not sent: it was owed on {day}, and is too late by now."


@dataclass(frozen=True, slots=True)
class _Asked:
    conn: Connection
    company: Company
    rules: Rules
    case: Case
    one: stored.Answer
    at: datetime
    today: date
    voice: Voice

    def facts(self, invoice_ids: tuple[str, ...] = (), reply_by: date | None = None) -> MessageFacts:
        """The usual facts; without invoices there are no items and nothing is asked for."""
        case = self.case
        plain = Decision(
            case.customer.id,
            case.currency,
            Outcome.REMIND,
            self.one.reason,
            "answer",
            (),
            (),
            None,
            invoice_ids=invoice_ids,
            reply_by_on=reply_by,
        )
        found = composing.facts_of(self.company, case, plain, self.at, voice=self.voice)
        items = found.items if invoice_ids else ()
        owed = total((item.balance for item in items), case.currency)
        return replace(found, items=items, total=owed, credits=(), promise=None)

    def money(self, amount: Money) -> str:
        return money_text(amount, self.company.locale)

    def reply_by(self) -> date:
        return self.rules.calendar.add_business_days(self.today, REPLY_BUSINESS_DAYS)

    def hold(self, name: str = "hold_id") -> Hold | None:
        """The mark that it answers, while nobody has lifted it."""
        found = stored_holds.get(self.conn, self.company.id, self.one.about[name])
        return None if found.lifted_at is not None else found.hold


def _thank_you(asked: _Asked) -> _About | str:
    case, about = asked.case, asked.one.about
    payments = mirror.payments_of(asked.conn, asked.company.id, case.members or [case.customer.id])
    known = {payment.id for payment in payments}
    if not known.issuperset(about["payment_ids"]):
        return "Not sent: the payment was taken back in QuickBooks, so there is nothing to thank for."
    late = answers.past_due(case, asked.today)
    if late:
        return f"Not sent: invoice {late[0]} is past due, so not everything late is paid."
    said = [
        one.contact
        for one in contacts.of_customer(asked.conn, asked.company.id, case.customer.id, case.currency)
        if one.contact.cycle == about["cycle"]
    ]
    links = mirror.links_of_payments(asked.conn, asked.company.id, known)
    found = answers.thanks(said, payments, links, case.currency, asked.today)
    if found is None:
        return "Not sent: the payment is too long ago, or does not pay what we wrote about any more."
    put_back = restored.of(asked.conn, asked.company.id)
    if put_back is not None and found.on <= asked.company.today(put_back.found_at):
        return "Not sent: older records were put back after this payment, so our thanks may have left before."
    invoices = mirror.invoices(asked.conn, asked.company.id, found.invoice_ids)
    numbers = tuple(invoices[one].label for one in found.invoice_ids if one in invoices)
    facts = replace(asked.facts(), payment=Payment(found.amount, found.on, numbers))
    return _About(facts, found.invoice_ids, found.amount)


def _promise_noted(asked: _Asked) -> _About | str:
    hold = asked.hold()
    if hold is None:
        return "Not sent: the promise was taken back."
    rest = asked.hold("rest_id") if "rest_id" in asked.one.about else None
    last = rest or hold
    if answers.late_promise(last, asked.today):
        return "Not sent: the promised day has come."
    if promises.judge(hold, asked.case, asked.rules, asked.today).state is not PromiseState.OPEN:
        return "Not sent: what they promised has come already, or the promise is over."
    assert last.until_on is not None
    about = _promised(asked, last)
    if not about:
        return _NOTHING
    facts = asked.facts(about)
    amount = hold.amount or facts.total
    promise = Promise(hold.placed_on, amount, hold.until_on or last.until_on)
    if rest is None:
        return _About(replace(facts, promise=promise), about, amount)
    left = facts.total - amount
    if left.amount <= 0:
        return _About(replace(facts, promise=promise), about, amount)
    plan = PlanFacts(remaining=left, on=rest.until_on)
    return _About(replace(facts, promise=promise, plan=plan), about, amount, "mail/part_noted")


def _promised(asked: _Asked, hold: Hold) -> tuple[str, ...]:
    """Its invoice; else all that is due by the promised day."""
    by = hold.until_on or asked.today
    return tuple(
        one.id
        for one in asked.case.invoices
        if one.id == hold.invoice_id
        or (hold.invoice_id is None and one.due_on is not None and one.due_on <= by)
    )


def _dispute_received(asked: _Asked) -> _About | str:
    hold = asked.hold()
    if hold is None:
        return "Not sent: the question was dealt with meanwhile."
    invoice = next((one for one in asked.case.invoices if one.id == hold.invoice_id), None)
    if invoice is None:
        return _NOTHING
    if hold.answer_by_on is None or hold.answer_by_on < asked.today:
        return "Not sent: the day by which they were to be answered is over."
    others = tuple(one.id for one in asked.case.invoices if one.id != invoice.id)
    facts = asked.facts(others)  # the text speaks of the others, which keep their dates
    owner = hold.owner or hold.placed_by
    dispute = Dispute(invoice.label, invoice.balance, owner, hold.answer_by_on)
    return _About(replace(facts, dispute=dispute), (invoice.id,), invoice.balance)


def _dispute_answered(asked: _Asked) -> _About | str:
    about = asked.one.about
    invoice = next((one for one in asked.case.invoices if one.id == about["invoice_id"]), None)
    if invoice is None:
        return _NOTHING
    standing = [
        one for one in asked.case.holds if one.kind is HoldKind.DISPUTE and one.invoice_id == invoice.id
    ]
    if standing:
        return "Not sent: they question the invoice again."
    reply_by = asked.reply_by()
    facts = asked.facts((invoice.id,), reply_by)
    dispute = Dispute(invoice.label, invoice.balance, about["owner"], reply_by, done=about["done"])
    return _About(replace(facts, dispute=dispute), (invoice.id,), invoice.balance)


def offered(case: Case, rules: Rules, today: date) -> tuple[tuple[str, ...], Money]:
    """What a plan may be offered for: what is late, without what is questioned or on a plan already."""
    planned = {one for plan in case.plans for one in (*plan.original_ids, *plan.installment_ids)}
    questioned = {one.invoice_id for one in case.holds if one.kind is HoldKind.DISPUTE}
    late = [
        one
        for one in case.invoices
        if one.due_on is not None and one.due_on < today and one.id not in planned | questioned
    ]
    return tuple(one.id for one in late), total((one.balance for one in late), case.currency)


def _plan_offer(asked: _Asked) -> _About | str:
    invoice_ids, whole = offered(asked.case, asked.rules, asked.today)
    if not invoice_ids:
        return _NOTHING
    found = shapes(whole, asked.rules.policy.plans, asked.today, asked.rules.calendar)
    if not found:
        return f"Not sent: your policy has no way to spread {asked.money(whole)}."
    locale = asked.voice.locale
    said = tuple(one.text(locale, asked.today.year) for one in found)
    reply_by = min(asked.reply_by(), min(one.split[0][0] for one in found) - timedelta(days=1))
    reply_by = asked.rules.calendar.next_business_day(reply_by)
    facts = asked.facts(invoice_ids, reply_by)
    return _About(replace(facts, plan=PlanFacts(shapes=said)), invoice_ids, whole)


def _installment(asked: _Asked) -> _About | str:
    about, case = asked.one.about, asked.case
    plan = next((one for one in case.plans if one.id == about["plan_id"]), None)
    found = plan_standing.of_case(plan, case, asked.today) if plan is not None else None
    if plan is None or found is None:
        return "Not sent: the plan has ended."
    due = answers.installment_due(plan, found, asked.rules.policy.plans, asked.today)
    if due is None or (due[0].value, due[1].number) != (asked.one.kind, about["number"]):
        return "Not sent: the payment has come, or its day is over."
    part = due[1]
    left = found.remaining - part.amount
    said = PlanFacts(
        label=plan.label,
        part=part.number,
        count=found.count,
        amount=part.amount,
        on=part.due_on,
        remaining=left,
        grace_end_on=found.broken_on - timedelta(days=1) if found.broken_on else None,
    )
    ids = tuple(one.invoice_id for one in plan.parts if one.number == part.number and one.invoice_id)
    return _About(replace(asked.facts(), plan=said), ids, part.amount)


_SAYS = {
    AnswerKind.THANK_YOU: _thank_you,
    AnswerKind.PROMISE_NOTED: _promise_noted,
    AnswerKind.DISPUTE_RECEIVED: _dispute_received,
    AnswerKind.DISPUTE_ANSWERED: _dispute_answered,
    AnswerKind.PLAN_OFFER: _plan_offer,
    AnswerKind.INSTALLMENT_BEFORE: _installment,
    AnswerKind.INSTALLMENT_MISSED: _installment,
}
