"""What every message carries, whoever wrote it last: what is owed, since when, how to pay, whom to ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from qb_collections.messages import banned, wording
from qb_collections.messages.check_figures import plain
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.faults import Fault
from qb_collections.messages.fields import fields_of
from qb_collections.messages.library import packaged
from qb_collections.messages.reminders import Message
from qb_collections.messages.template import Rows, TemplateRefused

_PAY = ("payment_instructions",)
# By block, the fields that have to be said; whatever a company's own template leaves out is missed.
_FIELDS = {
    "items": ("total", "as_of_date"),
    "pay": _PAY,
    "pay_plan": _PAY,
    "signature": ("company", "contact_name", "contact_phone", "reply_to"),
}
_SAID = {
    "total": "the total",
    "as_of_date": "as of which day the figures are",
    "payment_instructions": "how to pay",
    "company": "the name of your company",
    "contact_name": "whom to turn to",
    "contact_phone": "which number to call",
    "reply_to": "where to write to",
}
_MAY_BE_EMPTY = frozenset({"reply_to"})
_OF_EACH = (("number", "its number"), ("balance", "what is open of it"), ("due_on", "the day it was due"))


def needed(message: Message, facts: MessageFacts) -> Iterator[Fault]:
    """What the text that ships for this step says, this one must say too: edited, or a company's own."""
    named, text, blocks = fields_of(facts), plain(message.text), _blocks(message)
    for block in blocks:
        for name in _FIELDS.get(block, ()):
            value = named[name]
            if not isinstance(value, str):
                if name not in _MAY_BE_EMPTY:
                    yield Fault("needed", f"The text does not say {_SAID[name]}. Fill it in for the company.")
            elif plain(value) not in text:
                yield Fault("needed", f"The text no longer says {_SAID[name]}. Add: {_short(value)}")
    if "items" in blocks:
        yield from _each_invoice(named["items"], text)
    if "thanks" in blocks and not re.search(
        banned.of(wording.language_of(message.locale)).if_paid, text, re.I
    ):
        said = "The text no longer says what holds for somebody who has just paid."
        yield Fault("needed", f"{said} Add a line such as: If you have paid in the last few days, thank you.")


def closed_days(facts: MessageFacts, is_business_day: Callable[[date], bool] | None) -> Iterator[Fault]:
    for day in dict.fromkeys((facts.reply_by, facts.act_by, facts.deadline)):
        if day is not None and is_business_day is not None and not is_business_day(day):
            named = wording.weekday_date(day, facts.locale)
            yield Fault("closed", f"{named} is not a business day. Name one that is.")


def _each_invoice(items: object, text: str) -> Iterator[Fault]:
    """The first invoice of which something is missing says enough."""
    assert isinstance(items, Rows)
    for row in items.rows:
        for name, said in _OF_EACH:
            value = row[name]
            if value and plain(value) not in text:
                line = f"The text no longer says {said} of invoice {row['number']}"
                yield Fault("needed", f"{line}. Add: {_short(value)}")
                return


def _blocks(message: Message) -> tuple[str, ...]:
    """Those of the message, and those of the text that ships for this step."""
    try:
        shipped = packaged().text(message.template).blocks
    except TemplateRefused:  # a text of the company's own, for which none ships
        shipped = ()
    return tuple(dict.fromkeys((*message.blocks, *shipped)))


def _short(value: str) -> str:
    line = " / ".join(value.splitlines())
    return line if len(line) <= 120 else f"{line[:119]}…"
