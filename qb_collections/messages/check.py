"""The check before a text is shown as ready: words, figures, dates and sums.

It reads the finished text, not the template, so that a text edited by a person is held to the same rules.
What people typed into books and settings (names, payment instructions) is not ours to judge and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime

from babel import Locale

from qb_collections.core.money import Money, total
from qb_collections.messages import banned, wording
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.fields import fields_of
from qb_collections.messages.reminders import Message
from qb_collections.messages.steps import legal_is_confirmed
from qb_collections.messages.template import Rows

SENTENCE_WORDS_MAX = 45

_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_MISSING = re.compile(r"[{}]|\[\[|\]\]|  | [.,](?=\s|$)|\(\s*\)")


# Fields that hold what people typed into the books or the settings.
_TYPED = (
    *(
        "company",
        "company_address",
        "contact_name",
        "contact_role",
        "contact_phone",
        "phone_hours",
        "reply_to",
    ),
    *("payment_instructions", "customer", "first_name", "full_name", "customer_email", "customer_phone"),
    *("customer_address", "terms", "attached", "pay_link", "number", "numbers", "plan", "plan_example"),
    *("handover_contact", "payment_numbers", "dispute_number", "dispute_owner", "dispute_reason"),
    *("dispute_done", "caller", "local_time", "habit", "last_paid_how", "documents", "offer", "approver"),
    *("why", "came_back"),
)
_TYPED_IN_ROWS = ("number", "label", "line", "work", "purchase_order")
_SAID = {
    "total": "the total",
    "as_of_date": "as of which day the figures are",
    "payment_instructions": "how to pay",
    "contact_name": "whom to turn to",
    "contact_phone": "which number to call",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason not to show a text as ready."""

    rule: str
    what: str  # a sentence for the person who edits the text


def check(
    message: Message, facts: MessageFacts, *, is_business_day: Callable[[date], bool] | None = None
) -> tuple[Fault, ...]:
    """Everything that is wrong with the text; empty when it may be shown as ready.

    A text for the company's own people is checked for figures, sums and gaps only.  With is_business_day,
    a day on which the customer is to answer or pay must be one.
    """
    facts = replace(facts, locale=message.locale)
    typed = _any_of(_typed_by_people(facts))
    subject, text = typed.sub("·", _plain(message.subject)), typed.sub("·", _plain(message.text))
    faults = [*_sums(facts), *_gaps(subject, text), *_figures(message, facts)]
    if message.tone != "person":
        ours = f"{subject}\n{text}"
        faults += [*_words(ours, subject, message, facts), *_manner(ours), *_length(message)]
        faults += [*_needed(message, facts), *_closed_days(facts, is_business_day)]
    return tuple(dict.fromkeys(faults))


def _words(text: str, subject: str, message: Message, facts: MessageFacts) -> Iterator[Fault]:
    today = facts.as_of_on
    legal = legal_is_confirmed(facts.consequence, today) or legal_is_confirmed(facts.decision, today)
    for found in banned.found(banned.RUDE, text):
        yield Fault("words", f'"{found}" does not belong into a message to a customer.')
    for found in banned.found(banned.THREATS, text):
        yield Fault("threat", f'"{found}" reads as a threat.')
    for found in () if legal and message.tone == "final" else banned.found(banned.LEGAL, text):
        yield Fault("legal", f'"{found}" may stand here only once a person has confirmed the legal step.')
    if message.tone != "final":
        for found in banned.found((r"final notice", r"final (demand|reminder)"), text):
            yield Fault("words", f'"{found}" belongs to the last notice only.')
    if message.tone == "soft":
        for found in banned.found(banned.SUBJECT_SOFT, subject):
            yield Fault("subject", f'"{found}" in the subject tells others about the customer\'s account.')


def _manner(text: str) -> Iterator[Fault]:
    if "!" in text:
        yield Fault("manner", "There is an exclamation mark.")
    for word in dict.fromkeys(_CAPITALS.findall(text)):
        if word not in banned.ACRONYMS:
            yield Fault("manner", f'"{word}" is written in capitals.')


def _gaps(subject: str, text: str) -> Iterator[Fault]:
    for line in (subject, *text.splitlines()):
        found = _MISSING.search(line)
        if found:
            yield Fault(
                "gap", f'Something is missing at "{line[max(0, found.start() - 30) : found.end() + 10]}".'
            )
    if not subject.strip() or not text.strip():
        yield Fault("gap", "The subject or the text is empty.")


def _sums(facts: MessageFacts) -> Iterator[Fault]:
    currency = facts.total.currency
    items = total((item.balance for item in facts.items), currency)
    credits = total((credit.amount for credit in facts.credits), currency)
    if facts.items and items - credits != facts.total:
        wanted, given = (wording.amount(money, facts.locale) for money in (items - credits, facts.total))
        yield Fault("sum", f"The total says {given}; the invoices less the credits come to {wanted}.")


def _figures(message: Message, facts: MessageFacts) -> Iterator[Fault]:
    """Every amount and date in the text is one of the facts; a figure with no fact behind it is named."""
    # A bare number, such as an invoice's, must not hide the day in "November 15".
    texts = (*_known_texts(facts), *_typed_by_people(facts))
    known = _any_of(text for text in texts if not text.isdecimal())
    for place in (message.subject, message.text):
        rest = known.sub("·", _plain(place))
        for pattern, what in ((_amount_pattern(facts), "amount"), (_date_pattern(facts), "date")):
            for found in pattern.finditer(rest):
                yield Fault("figure", f'The {what} "{found[0].strip()}" is not among the facts.')


def _needed(message: Message, facts: MessageFacts) -> Iterator[Fault]:
    """What every message of this kind carries, also after a person edited it."""
    named, text = fields_of(facts), _plain(message.text)
    wanted = {"items": ("total", "as_of_date"), "pay": ("payment_instructions",)}
    names = [name for block in message.blocks for name in wanted.get(block, ())]
    if "signature" in message.blocks:
        names += ["contact_name", "contact_phone"]
    for name in names:
        value = named[name]
        if not isinstance(value, str) or _plain(value) not in text:
            yield Fault("needed", f"The text no longer says {_SAID[name]}.")


def _length(message: Message) -> Iterator[Fault]:
    words = len(message.body.split())
    if words > message.words_max:
        yield Fault("length", f"The text has {words} words; {message.words_max} is the most for this step.")
    for sentence in re.split(r"(?<=[.?:;])\s+|\n", message.body):
        if len(sentence.split()) > SENTENCE_WORDS_MAX:
            yield Fault("length", f'The sentence "{sentence[:60]}…" is too long to read in one go.')


def _closed_days(facts: MessageFacts, is_business_day: Callable[[date], bool] | None) -> Iterator[Fault]:
    for day in (facts.reply_by, facts.act_by, facts.deadline):
        if day is not None and is_business_day is not None and not is_business_day(day):
            yield Fault("closed", f"{wording.weekday_date(day, facts.locale)} is not a business day.")


def _typed_by_people(facts: MessageFacts) -> list[str]:
    """Texts from the books and the settings, as they appear in the message."""
    named = fields_of(facts)
    texts = [value for value in (named[name] for name in _TYPED) if isinstance(value, str)]
    for value in named.values():
        if isinstance(value, Rows):
            texts += [text for row in value.rows for name in _TYPED_IN_ROWS if (text := row.get(name))]
    who = [choice.who for choice in (facts.consequence, facts.decision) if choice and choice.who]
    return [*texts, *who]


def _known_texts(facts: MessageFacts) -> list[str]:
    """Every amount and date of the facts, in each way that people write it, and every field as written."""
    locale, today = facts.locale, facts.as_of_on
    texts: list[str] = []
    for value in {today, *_values(facts)}:
        if isinstance(value, Money):
            texts += [wording.amount(value, locale), wording.amount(-value, locale)]
        else:
            texts += [write(value, locale) for write in (wording.long_date, wording.weekday_date)]
            texts += [write(value, locale, today) for write in (wording.day_and_month, wording.weekday_near)]
            texts.append(wording.short_date(value, locale))
    for field in fields_of(facts).values():
        texts += [field] if isinstance(field, str) else []
    return texts


def _values(value: object) -> Iterator[Money | date]:
    """The amounts and days anywhere inside the facts."""
    if isinstance(value, Money | date) and not isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _values(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _values(getattr(value, each.name))


def _any_of(known: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the pieces, longest first, but not inside a longer figure or word."""
    pieces = {_plain(line) for text in known for line in text.splitlines()} - {""}
    either = "|".join(map(re.escape, sorted(pieces, key=lambda piece: (-len(piece), piece))))
    return re.compile(rf"(?<![\w])(?<!\d[.,'’ ])(?:{either or '(?!)'})(?![\w])(?![.,'’]\d)")


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _amount_pattern(facts: MessageFacts) -> re.Pattern[str]:
    """A figure with a currency beside it, or one with decimals."""
    sign = re.sub(
        r"[\d.,\s'’\u00a0\u202f]", "", wording.amount(Money.zero(facts.total.currency), facts.locale)
    )
    signs = "|".join(re.escape(mark) for mark in {sign, "$", "€", "£", "¥", facts.total.currency} if mark)
    figure = r"\d[\d.,'’]*"
    return re.compile(rf"(?:{signs}) ?{figure}|{figure} ?(?:{signs})|\b\d[\d,.'’]*[.,]\d{{2}}\b")


def _date_pattern(facts: MessageFacts) -> re.Pattern[str]:
    locale = Locale.parse(wording.locale_of(facts.locale))
    months = {
        str(name).rstrip(".")
        for kind in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for name in locale.months[kind][width].values()
    }
    names = "|".join(re.escape(name) for name in sorted(months, key=len, reverse=True) if not name.isdigit())
    return re.compile(
        rf"\b(?:{names})\.? \d{{1,2}}\b|\b\d{{1,2}}\.? (?:de )?(?:{names})\b"
        r"|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b",
        re.IGNORECASE,
    )
