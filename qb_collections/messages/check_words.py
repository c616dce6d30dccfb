"""The rules about words: none that blame or threaten, no shouting, short enough, easy to read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from qb_collections.messages import banned, steps
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.faults import Fault
from qb_collections.messages.reminders import Message
from qb_collections.messages.steps import legal_is_confirmed
from qb_collections.messages.wording import language_of

SENTENCE_WORDS_MAX = 45
# LIX: words in a sentence, plus words of more than six letters in a hundred (Björnsson: Läsbarhet, 1968).
# English newspapers stand near 45.  German words are longer: the same ease is about ten points higher.
LIX_MAX = {"en": 42, "de": 52}
LIX_WORDS_MIN = 25  # too few words give no measure

_CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{2,}\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_SENTENCE_END = re.compile(r"[.?!:;](?=\s|$)")


def words(text: str, subject: str, message: Message, facts: MessageFacts) -> Iterator[Fault]:
    """Words banned at this step.  text and subject are without what people typed into books and settings."""
    lists, ours, today = banned.of(language_of(message.locale)), f"{subject}\n{text}", facts.as_of_on
    legal = legal_is_confirmed(facts.consequence, today) or legal_is_confirmed(facts.decision, today)
    for found in banned.found(lists.rude, ours):
        yield Fault("words", f'"{found}" does not belong into a message to a customer. Say it plainly.')
    every = banned.every()  # a threat is one in any language that we know
    for found in banned.found([one for each in every for one in each.threats], ours):
        yield Fault("threat", f'"{found}" reads as a threat. Take it out.')
    spoken = [one for each in every for one in each.legal]
    for found in () if legal and message.tone == "final" else banned.found(spoken, ours):
        said = f'"{found}" may stand here only once a person has confirmed the legal step. Take it out.'
        yield Fault("legal", said)
    for found, label in steps.unconfirmed(ours, facts.consequence, today):
        said = f'"{found}" announces a consequence ("{label}") that nobody has confirmed. Take it out, or'
        yield Fault("threat", f"{said} confirm that it is meant.")
    if message.tone != "final":
        for found in banned.found(lists.last, ours):
            yield Fault("words", f'"{found}" belongs to the last notice only. Take it out.')
    if message.tone == "soft":
        for found in banned.found(lists.soft_subject, subject):
            told = "in the subject tells others about the customer's account. Write a neutral subject."
            yield Fault("subject", f'"{found}" {told}')


def strange(text: str) -> Iterator[Fault]:
    """Where money or a click would go must come from the settings; letters of two alphabets hide words."""
    for found in dict.fromkeys(_LINK.findall(text)):
        said = f'"{found[:60]}" is a link that the settings do not have. Take it out, or put it under how to'
        yield Fault("link", f"{said} pay.")
    for found in dict.fromkeys(_IBAN.findall(text)):
        said = f'"{found}" is an account that the settings do not have. Take it out, or put it under how to'
        yield Fault("link", f"{said} pay.")
    for found in _WORD.findall(text):
        if len({_alphabet(letter) for letter in found if letter.isalpha()}) > 1:
            yield Fault("words", f'"{found}" mixes letters of two alphabets. Type the word again.')
            return


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "LATIN").partition(" ")[0]


def manner(text: str) -> Iterator[Fault]:
    if "!" in text:
        yield Fault("manner", "There is an exclamation mark. End the sentence with a full stop.")
    for word in dict.fromkeys(_CAPITALS.findall(text)):
        if word not in banned.ACRONYMS:
            yield Fault("manner", f'"{word}" is written in capitals. Write it in small letters.')


def length(message: Message, body: str) -> Iterator[Fault]:
    count = len(message.body.split())
    if count > message.words_max:
        said = f"The text has {count} words; {message.words_max} is the most for this step. Shorten it."
        yield Fault("length", said)
    for sentence in re.split(r"(?<=[.?:;])\s+|\n", body):
        if len(sentence.split()) > SENTENCE_WORDS_MAX:
            begins = f'The sentence "{sentence[:60]}…" is too long to read in one go.'
            yield Fault("length", f"{begins} Make two of it.")


def reading(message: Message, body: str) -> Iterator[Fault]:
    most = LIX_MAX.get(language_of(message.locale), max(LIX_MAX.values()))
    found = lix(body)
    if found is not None and found > most:
        said = f"The text is hard to read: LIX {found}, and {most} is the most."
        yield Fault("reading", f"{said} Use shorter sentences and shorter words.")


def lix(text: str) -> int | None:
    """The measure, rounded; None for a text too short to be measured."""
    found = _WORD.findall(text)
    if len(found) < LIX_WORDS_MIN:
        return None
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    long_words = sum(len(word) > 6 for word in found)
    return round(len(found) / sentences + 100 * long_words / len(found))
