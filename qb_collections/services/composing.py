"""From a case and its decision to the words: what would be said, to whom, with today's figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from qb_collections.core import addresses, promises
from qb_collections.core.books import Invoice
from qb_collections.core.case import Case, Contact, ContactKind, HoldKind
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.money import Money, total
from qb_collections.core.wording import date_text
from qb_collections.messages.facts import (
    CallFacts,
    Choice,
    CompanyFacts,
    Credit,
    CustomerFacts,
    HandOver,
    Item,
    MessageFacts,
    Promise,
)
from qb_collections.messages.fields import fields_of
from qb_collections.messages.reminders import STEPS, Message, compose, missing_setting
from qb_collections.messages.template import TemplateRefused
from qb_collections.messages.words import say
from qb_collections.services import enclosing, plan_words
from qb_collections.services.effects import Draft
from qb_collections.services.template_library import Voice
from qb_collections.store.companies import Company

NOON = time(12)
SOFT_STEPS = ("S1", "S2")  # whose question a promise that was not kept replaces
FIRM_TONES = ("firm", "final")
_NO_CONTACTS = CallFacts()
LETTER_KINDS = (ContactKind.REMINDER, ContactKind.NOTICE)


def draft(
    company: Company,
    case: Case,
    decision: Decision,
    at: date | datetime,
    card: HandOver | None = None,
    *,
    voice: Voice | None = None,
) -> Draft:
    """The exact words of a decision; for silence none.

    at is the instant of the check, or a date for a preview (then noon of that
    day stands for it).  Where a setting is missing, the draft says which, in
    the place of the text.  card: what a person who decides wants to know (handing_over).
    voice: the company's own templates and the customer's language; without one, those that ship and the
    company's.
    """
    if decision.outcome is Outcome.SILENCE:
        return Draft(None, "", "")
    facts = facts_of(company, case, decision, _instant(company, at), card, voice=voice)
    if decision.channel is Channel.QUICKBOOKS:
        number = facts.numbers[0]
        to = facts.customer.email
        text = f"QuickBooks e-mails a copy of invoice {number} to {to}, in QuickBooks' own words.\n"
        return Draft(to, f"Invoice {number}", text)
    try:
        message = _message(decision, facts, voice)
    except TemplateRefused as refused:
        return Draft(facts.customer.email, "", incomplete(refused))
    return Draft(message.to, message.subject, message.text)


def incomplete(refused: TemplateRefused) -> str:
    """In the place of a text that cannot be filled: it waits for a person, and nobody else waits for it."""
    wanted = missing_setting(refused)
    if wanted is not None:
        return f"This text needs {wanted}. Add it, and the text is complete.\n"
    return (
        f"This text cannot be filled ({refused.template}, line {refused.line}): {refused.what} "
        "Correct it, or take the text that ships again.\n"
    )


@dataclass(frozen=True, slots=True)
class Words:
    """One text with the facts it was made of."""

    message: Message
    facts: MessageFacts
    draft: Draft


def words(
    company: Company,
    case: Case,
    decision: Decision,
    at: date | datetime,
    *,
    voice: Voice | None = None,
    pay_link: str | None = None,
) -> Words | None:
    """The words of a message of ours, with what they may say; None for a text that is incomplete."""
    facts = facts_of(company, case, decision, _instant(company, at), voice=voice)
    facts = replace(facts, pay_link=pay_link) if pay_link else facts
    try:
        message = _message(decision, facts, voice)
    except TemplateRefused:
        return None
    return Words(message, facts, Draft(message.to, message.subject, message.text))


def restamped(
    company: Company,
    case: Case,
    decision: Decision,
    text: str,
    of: date | datetime,
    at: date | datetime,
    *,
    voice: Voice | None = None,
) -> str:
    """The text with the instant of the check in the place of the one it was drafted with."""
    before, after = (
        _stamp(facts_of(company, case, decision, _instant(company, one), voice=voice)) for one in (of, at)
    )
    return text.replace(before, after)


def in_their_words(
    company: Company,
    case: Case,
    decision: Decision,
    ours: Draft,
    plan: Mapping[str, Any],
    read_at: datetime,
    voice: Voice | None = None,
) -> Draft:
    """A person's words while ours would be those that they replaced; else ours, with today's figures."""
    edited = plan.get("edited")
    if edited is None:
        return ours
    seen_on = date.fromisoformat(edited["on"])
    if draft(company, case, decision, seen_on, voice=voice).text != edited["of"]:
        return ours
    theirs = plan["draft"]
    text = restamped(company, case, decision, theirs["text"], seen_on, read_at, voice=voice)
    return Draft(ours.to, theirs["subject"], text)


def _stamp(facts: MessageFacts) -> str:
    """As it stands under the list of invoices: March 5, 2026, 9:00 AM."""
    fields = fields_of(facts)
    return f"{fields['as_of_date']}, {fields['as_of_time']}"


def _message(decision: Decision, facts: MessageFacts, voice: Voice | None) -> Message:
    library = voice.library if voice else None
    if decision.outcome is Outcome.TASK:
        assert decision.task_kind is not None
        return compose("", decision.task_kind, facts, library=library)
    if decision.outcome is Outcome.DECIDE or decision.template is None:
        return compose(STEPS["decision"], "", facts, library=library)
    if decision.backlog:  # one text, whatever the step that opens: a ladder of one's own may have any
        return compose("", "backlog", facts, library=library)
    if facts.promise is not None and facts.promise.missed and STEPS[decision.template] in SOFT_STEPS:
        # What they promised takes the place of what the step would have opened with.
        return compose("", "promise_missed", facts, library=library)
    variant = "missed_call" if decision.task_kind == "missed_call" else ""
    return compose(STEPS[decision.template], variant, facts, library=library)


def facts_of(
    company: Company,
    case: Case,
    decision: Decision,
    as_of: datetime,
    card: HandOver | None = None,
    *,
    voice: Voice | None = None,
) -> MessageFacts:
    """Everything a text may say, from the case alone."""
    by_id = {invoice.id: invoice for invoice in case.invoices}
    named = [by_id[one] for one in decision.invoice_ids if one in by_id] or case.invoices
    also = [by_id[one] for one in decision.also_open_ids if one in by_id]
    told = decision.credits or decision.outcome is Outcome.TASK
    credits = credits_of(company, case, voice) if told else ()
    owed = total([invoice.balance for invoice in named], case.currency)
    if decision.credits is not None:
        owed = owed - decision.credits
    cycle = case.cycle.number if case.cycle else None
    said = [contact for contact in case.contacts if cycle is not None and contact.cycle == cycle]
    customer = case.customer
    usable = addresses.usable(case, named, firm=decision.tone in FIRM_TONES)
    bounce = addresses.bounced(case, named) if not usable else None
    spoken_to = None
    if case.people:
        spoken_to = next((one for one in case.people if usable and one.email == usable[0]), None)
    return MessageFacts(
        company=_signed_by(company, decision.sender, voice),
        customer=CustomerFacts(
            name=customer.name,
            first_name=spoken_to.name.split()[0] if spoken_to else customer.first_name,
            full_name=spoken_to.name if spoken_to else customer.full_name,
            email=usable[0] if usable else None,
            phone=customer.phone,
            came_back=bounce.address if bounce else None,
            came_back_on=bounce.on if bounce else None,
        ),
        as_of=as_of,
        zone=company.zone,
        items=_items(named),
        total=owed,
        also_open=_items(also),
        credits=credits,
        reply_by=decision.reply_by_on,
        act_by=decision.act_by_on,
        offers_plan=decision.offers_plan,
        deadline=decision.act_by_on,
        missed_call_on=case.cycle.missed_call_on if case.cycle else None,
        letters_on=_days(said, LETTER_KINDS),
        calls_on=_days(said, (ContactKind.CALL,)),
        terms=next((invoice.terms for invoice in named if invoice.terms), None),
        promise=_missed_promise(case, decision),
        plan=plan_words.missed(case, company.today(as_of)) if decision.task_kind == "plan_missed" else None,
        consequence=_consequence(decision),
        tone=decision.tone,
        call=_so_far(case, company) if case.contacts else _NO_CONTACTS,
        locale=voice.locale if voice else company.locale,
        hand_over=card,
        attachments=enclosing.names(
            enclosing.wanted(case, decision), voice.locale if voice else company.locale
        ),
    )


def _signed_by(company: Company, sender: str, voice: Voice | None) -> CompanyFacts:
    """The company, with whoever the step's sender is under the message.

    Where the company named nobody for it, its contact person signs; and the accounts desk where there is
    no contact person either.
    """
    signer = (voice.signers if voice else {}).get(sender)
    if sender == "contact" and not company.contact_name and voice:
        signer = voice.signers.get("accounts")
    return _company_facts(
        company.name,
        signer.name if signer else company.contact_name,
        signer.role if signer else company.contact_role,
        (signer.phone if signer else None) or company.contact_phone,
        company.reply_to,
        company.payment_instructions,
        company.preferences.get("address"),
        company.phone_hours,
    )


@lru_cache(maxsize=256)
def _company_facts(
    name: str,
    contact_name: str | None,
    contact_role: str | None,
    contact_phone: str | None,
    reply_to: str | None,
    payment_instructions: str | None,
    address: str | None,
    phone_hours: str | None,
) -> CompanyFacts:
    """One value for all messages of a company that one person signs."""
    return CompanyFacts(
        name=name,
        contact_name=contact_name,
        contact_role=contact_role,
        contact_phone=contact_phone,
        phone_hours=phone_hours,
        reply_to=reply_to,
        payment_instructions=payment_instructions,
        address=address,
    )


def _consequence(decision: Decision) -> Choice | None:
    """What was confirmed; None: the sentence that threatens nothing.  Work stops the day after the last."""
    found = decision.announced
    if found is None:
        return None
    after = decision.act_by_on + timedelta(days=1) if decision.act_by_on else None
    return Choice(found.code, after, found.who, confirmed_on=found.confirmed_on)


def _missed_promise(case: Case, decision: Decision) -> Promise | None:
    """The latest promise about what the message demands, not kept: an open one would have held it back.

    What came in since is not known here, so nothing is said about it.
    """
    if not case.holds:
        return None
    made = [hold for hold in case.holds if hold.kind is HoldKind.PROMISE]
    hold = promises.latest_about(made, decision.invoice_ids, case.cycle) if decision.invoice_ids else None
    if hold is None or hold.until_on is None:
        return None
    return Promise(hold.placed_on, hold.amount, hold.until_on, missed=True)


def _instant(company: Company, at: date | datetime) -> datetime:
    return at if isinstance(at, datetime) else _noon(company.zone, at)


@lru_cache(maxsize=64)
def _noon(zone: str, on: date) -> datetime:
    return datetime.combine(on, NOON, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _items(invoices: Iterable[Invoice]) -> tuple[Item, ...]:
    return tuple([Item(one.label, one.issued_on, one.due_on, one.total, one.balance) for one in invoices])


def credits_of(company: Company, case: Case, voice: Voice | None = None) -> tuple[Credit, ...]:
    """Every credit that the customer has, named in the customer's language."""
    locale, library = (voice.locale, voice.library) if voice else (company.locale, None)
    looked_through = {plan.memo_id for plan in case.plans}
    memos = [
        Credit(say("credit_memo", locale, library, number=memo.number or memo.id), memo.remaining)
        for memo in case.credit_memos
        if memo.id not in looked_through
    ]
    unapplied = [Credit(say("unapplied", locale, library), payment.unapplied) for payment in case.payments]
    return tuple(credit for credit in (*memos, *unapplied) if credit.amount > Money.zero(case.currency))


def _days(contacts: Iterable[Contact], kinds: tuple[ContactKind, ...]) -> tuple[date, ...]:
    return tuple([contact.on for contact in contacts if contact.kind in kinds])


def _so_far(case: Case, company: Company) -> CallFacts:
    """For whoever calls, so in the company's words."""
    return CallFacts(history=tuple([_said(contact, company.locale) for contact in case.contacts[-5:]]))


def _said(contact: Contact, locale: str) -> str:
    words = {
        ContactKind.REMINDER: "we wrote",
        ContactKind.CALL: "we spoke",
        ContactKind.ANSWER: "we answered them",
        ContactKind.NOTICE: "we wrote about a payment of the plan",
        ContactKind.FOREIGN: "QuickBooks sent an invoice",
    }
    return f"{date_text(contact.on, locale)}: {words[contact.kind]}"
