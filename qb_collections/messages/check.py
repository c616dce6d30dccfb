"""The check before a text is shown as ready, and again before it is sent: words, figures, days and sums.

It reads the finished text, not the template, so that a text edited by a person is held to the same rules.
What people typed into books and settings (names, payment instructions) is not ours to judge and is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from qb_collections.messages import banned, check_figures, check_needed, check_words
from qb_collections.messages.check_figures import plain, typed_by_people, without
from qb_collections.messages.clean import JOINERS
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.faults import Fault
from qb_collections.messages.reminders import Message
from qb_collections.messages.wording import language_of

__all__ = ["Fault", "check"]

_MISSING = re.compile(r"[{}]|\[\[|\]\]|  | [.,](?=\s|$)|\(\s*\)")


def check(
    message: Message, facts: MessageFacts, *, is_business_day: Callable[[date], bool] | None = None
) -> tuple[Fault, ...]:
    """Everything that is wrong with the text; empty when it may be shown as ready, and sent.

    facts are those of the last look into the books: a figure that is not among them is named.  A text for
    the company's own people is checked for figures, sums and gaps only.  With is_business_day, a day on
    which the customer is to answer or pay must be one.
    """
    facts = replace(facts, locale=message.locale)
    typed = typed_by_people(facts)
    subject, text, body = (
        without(typed, plain(part)) for part in (message.subject, message.text, message.body)
    )
    faults = [*check_figures.sums(facts), *_gaps(subject, text), *check_figures.figures(message, facts)]
    faults += _hidden(f"{subject}\n{text}", language_of(message.locale))
    if message.tone != "person":
        faults += [
            *check_words.words(text, subject, message, facts),
            *check_words.manner(f"{subject}\n{text}"),
            *check_words.strange(f"{subject}\n{text}"),
        ]
        faults += [*check_words.length(message, body), *check_words.reading(message, body)]
        faults += [*check_needed.needed(message, facts), *check_needed.closed_days(facts, is_business_day)]
    return tuple(dict.fromkeys(faults))


def _hidden(text: str, language: str) -> Iterator[Fault]:
    """Marks that no reader sees can split a word, so that the lists of banned words do not find it.

    Joiners are letters' marks in the scripts that need them, and none in the languages that ship.
    """
    allowed = "\n\r\t" if language in banned.LANGUAGES else f"\n\r\t{JOINERS}"
    for place, one in enumerate(text):
        if unicodedata.category(one) in ("Cc", "Cf") and one not in allowed:
            around = " ".join(text[max(0, place - 20) : place].split())
            said = f'There is an invisible character after "{around}". Type the words there again.'
            yield Fault("gap", said)
            return


def _gaps(subject: str, text: str) -> Iterator[Fault]:
    for line in (subject, *text.splitlines()):
        found = _MISSING.search(line)
        if found:
            around = line[max(0, found.start() - 30) : found.end() + 10]
            yield Fault("gap", f'Something is missing at "{around}". Fill it in, or take the sentence out.')
    if not subject.strip() or not text.strip():
        yield Fault("gap", "The subject or the text is empty. Write both.")
    if "\n" in subject.strip() or "\r" in subject:
        yield Fault("gap", "The subject has several lines. Write it on one.")
