"""Statements: every open invoice and every credit of one customer on one day, as PDF."""

from __future__ import annotations

from dataclasses import replace

from qb_collections.core.money import total
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.letters import Letter, letter_pdf
from qb_collections.messages.library import Library
from qb_collections.messages.look import PLAIN, Look
from qb_collections.messages.reminders import compose


def statement_pdf(
    facts: MessageFacts, look: Look = PLAIN, *, country: str | None = None, library: Library | None = None
) -> bytes:
    """The statement of the facts' customer.  facts: items are all that is open, credits all there are.

    country: where it is printed.  Raises TemplateRefused while a setting is missing (missing_setting), and
    LetterRefused with a sentence.
    """
    letter = statement_of(facts, library)
    return letter_pdf(letter.message, letter.facts, look, country=country, library=library)


def statement_of(facts: MessageFacts, library: Library | None = None) -> Letter:
    """The statement as a text: to be shown, checked, or printed with other letters."""
    items = tuple(sorted((*facts.items, *facts.also_open), key=lambda item: (item.issued_on, item.number)))
    currency = facts.total.currency
    owed = total((item.balance for item in items), currency)
    credits = total((credit.amount for credit in facts.credits), currency)
    whole = replace(facts, items=items, also_open=(), total=owed - credits)
    return Letter(compose("", "statement", whole, library=library), whole)
