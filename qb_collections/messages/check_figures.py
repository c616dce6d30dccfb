"""The rules about figures: each amount, day and number of a text is a fact of it, and the sum is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache

from babel import Locale

from qb_collections.core.money import Money, total
from qb_collections.messages import wording
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.faults import Fault
from qb_collections.messages.fields import fields_of
from qb_collections.messages.reminders import Message
from qb_collections.messages.template import Rows

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
_PERCENT = r" ?(?:%|per ?cent\b|Prozent\b)"
_NUMBER = re.compile(
    rf"(?<![\w.,'’])\d[\d.,'’]*\d{_PERCENT}|\d{_PERCENT}|(?<![\w])\d{{3,}}(?![\w])", re.IGNORECASE
)


def sums(facts: MessageFacts) -> Iterator[Fault]:
    currency = facts.total.currency
    items = total((item.balance for item in facts.items), currency)
    credits = total((credit.amount for credit in facts.credits), currency)
    if facts.items and items - credits != facts.total:
        wanted, given = (wording.amount(money, facts.locale) for money in (items - credits, facts.total))
        said = f"The total says {given}; the invoices less the credits come to {wanted}."
        yield Fault("sum", f"{said} Look at the customer again in QuickBooks.")


def figures(message: Message, facts: MessageFacts) -> Iterator[Fault]:
    """Every amount and day in the text is one of the facts, and so is every number of three figures or more.

    Shorter numbers pass, so that a person can write "after 2 o'clock"; a percentage never does.
    """
    # A bare number, such as an invoice's, must not hide the day in "November 15".
    texts = (*_known_texts(facts), *typed_by_people(facts))
    written = [text for text in texts if not text.isdecimal()]
    for place in (message.subject, message.text):
        rest = without(written, plain(place))
        for pattern, what in ((_amount_pattern(facts), "amount"), (_date_pattern(facts.locale), "date")):
            for found in pattern.finditer(rest):
                yield _unknown(what, found[0])
            rest = pattern.sub("·", rest)
        for found in _NUMBER.finditer(without(texts, rest)):
            yield _unknown("number", found[0])


def _unknown(what: str, found: str) -> Fault:
    said = f'The {what} "{found.strip()}" is not among the facts of this message.'
    return Fault("figure", f"{said} Correct it, or take it out.")


def typed_by_people(facts: MessageFacts) -> list[str]:
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


def without(known: Iterable[str], text: str) -> str:
    """The text with "·" for each of the pieces: longest first, but not inside a longer figure or word."""
    lines = {plain(line) for piece in known for line in piece.splitlines()} - {""}
    # A pattern of the few that stand there is quick to make; one of all of them is not.
    there = sorted((line for line in lines if line in text), key=lambda line: (-len(line), line))
    if not there:
        return text
    either = "|".join(map(re.escape, there))
    return re.sub(rf"(?<![\w])(?<!\d[.,'’ ])(?:{either})(?![\w])(?![.,'’]\d)", "·", text)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _amount_pattern(facts: MessageFacts) -> re.Pattern[str]:
    """A figure with a currency beside it, or one with decimals."""
    sign = re.sub(
        r"[\d.,\s'’\u00a0\u202f]", "", wording.amount(Money.zero(facts.total.currency), facts.locale)
    )
    signs = "|".join(re.escape(mark) for mark in {sign, "$", "€", "£", "¥", facts.total.currency} if mark)
    figure = r"\d[\d.,'’]*"
    return re.compile(
        rf"(?:{signs}) ?{figure}|{figure} ?(?:{signs})|{figure} (?:dollars?|euros?|pounds?)\b"
        rf"|\b\d[\d,.'’]*[.,]\d{{2}}\b"
    )


@lru_cache(maxsize=64)
def _date_pattern(name: str) -> re.Pattern[str]:
    locale = Locale.parse(wording.locale_of(name))
    months = {
        str(name).rstrip(".")
        for kind in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for name in locale.months[kind][width].values()
    }
    names = "|".join(re.escape(name) for name in sorted(months, key=len, reverse=True) if not name.isdigit())
    return re.compile(
        rf"\b(?:{names})\.? \d{{1,2}}(?:, \d{{4}})?\b"
        rf"|\b\d{{1,2}}\.? (?:de )?(?:{names})(?:(?: de)? \d{{4}})?\b"
        r"|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b",
        re.IGNORECASE,
    )
