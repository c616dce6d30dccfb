"""A template filled for a real customer while somebody edits it, with everything the check finds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.messages.check import check
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.html import html_of
from qb_collections.messages.look import Look
from qb_collections.messages.reminders import Message, compose, missing_setting
from qb_collections.messages.template import TEMPLATE_MAX, TemplateRefused
from qb_collections.services import composing, finding, logos, template_check
from qb_collections.services.context import Context
from qb_collections.services.deciding import in_cycle
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_check import Problem
from qb_collections.services.template_library import Voice, Voices, library_of, own_of
from qb_collections.services.template_samples import samples
from qb_collections.store import cases, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.together import together

# What is never taken from the made-up customer: it is the real one's, or nobody's.
_REAL = frozenset(
    {"company", "customer", "as_of", "zone", "total", "items", "also_open", "credits", "locale"}
    | {"letters_on", "calls_on", "attachments", "pay_link", "terms", "consequence", "call", "hand_over"}
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the customer would read.  Without a message, problems say why there is none."""

    customer: str
    message: Message | None
    html: str | None
    problems: tuple[Problem, ...]
    made_up: tuple[str, ...]  # facts that this customer does not have now, taken from an example
    look: Look


def preview(
    context: Context, company: Company, name: str, text: str, customer: str, *, language: str | None = None
) -> Preview | Refusal:
    """Fill a text, in force or not, with what is known of this customer (a name or QuickBooks id) now.

    language: of the template; left out, the customer's.  Reads only, asks QuickBooks nothing.
    """
    if name not in template_check.names() or name.startswith(("notes/", "mail/blocks/", "mail/words")):
        return Refusal("Only whole messages and letters can be shown for a customer.")
    if len(text) > TEMPLATE_MAX:
        return Refusal(f"The text has {len(text):,} characters; a template has at most {TEMPLATE_MAX:,}.")
    now = context.clock.now()
    today = company.today(now)
    with reading(context.engine) as conn:
        (who, loaded), book, voices, own, look = together(
            conn,
            lambda conn: _customer(conn, company, customer, today),
            lambda conn: Rulebook(conn, company, today),
            lambda conn: Voices(conn, company),
            lambda conn: own_of(conn, company),
            lambda conn: logos.look_for(conn, company),
        )
    if isinstance(who, Refusal):
        return who
    if not loaded or not loaded[0].invoices:
        return Refusal(f"Nothing of {who.name} is open, so there is nothing to fill the text with.")
    voice = voices.of(who.id)
    spoken = language or voice.library.language(name, voice.locale.split("_")[0])
    others = tuple(one for one in own if one[:2] != (name, spoken))
    voice = Voice(library_of((*others, (name, spoken, text))), voice.locale)
    case = in_cycle(book, loaded[0], today)
    rules = book.rules(case)
    decision = decide(case, rules, today)
    facts = composing.facts_of(company, case, decision, now, voice=voice)
    facts, made_up = _completed(facts, book.calendar)
    try:
        message = compose("", "", facts, template=name, library=voice.library)
    except TemplateRefused as refused:
        return Preview(who.name, None, None, (_problem(refused, name),), made_up, look)
    faults = check(message, facts, is_business_day=book.calendar.is_business_day)
    problems = tuple(Problem(name, template_check.line_of(text, one.what), one.what) for one in faults)
    html = html_of(message, facts, look, voice.library) if message.tone != "person" else None
    return Preview(who.name, message, html, problems, made_up, look)


def _customer(
    conn: Connection, company: Company, name: str, today: date
) -> tuple[Customer | Refusal, list[Case]]:
    """By QuickBooks id at once; by name, everybody's is looked at."""
    who = mirror.customers(conn, company.id, [name]).get(name) or finding.customer(conn, company, name)
    if isinstance(who, Refusal):
        return who, []
    key = cases.key_of(conn, company.id, who.id)
    return who, cases.load(conn, company.id, [key], today) if key else []


def _completed(facts: MessageFacts, calendar: Calendar) -> tuple[MessageFacts, tuple[str, ...]]:
    """What this customer lacks, from an example: a text about a promise can be read before there is one."""
    example = samples(facts.locale.split("_")[0])[0]
    missing = {
        one.name: getattr(example, one.name)
        for one in fields(MessageFacts)
        if one.name not in _REAL
        and getattr(facts, one.name) is None
        and getattr(example, one.name) is not None
    }
    today = facts.as_of_on
    for name, days in (("reply_by", 5), ("act_by", 5), ("deadline", 10)):
        if name in missing:
            missing[name] = calendar.add_business_days(today, days)
    if "missed_call_on" in missing:
        missing["missed_call_on"] = today
    return replace(facts, **missing), tuple(sorted(missing))


def _problem(refused: TemplateRefused, name: str) -> Problem:
    wanted = missing_setting(refused)
    if wanted is not None:
        return Problem(name, refused.line, f"This text needs {wanted}. Fill it in for the company.")
    return Problem(name, refused.line, refused.what, refused.allowed)
