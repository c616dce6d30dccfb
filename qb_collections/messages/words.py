"""Words that stand in messages outside of their sentences, in the customer's language: mail/words."""

from __future__ import annotations

from qb_collections.messages.clean import clean_line
from qb_collections.messages.library import Library, packaged
from qb_collections.messages.template import TemplateRefused
from qb_collections.messages.wording import language_of

NAME = "mail/words"


def say(key: str, locale: str, library: Library | None = None, **fields: str | None) -> str:
    """The words under that key: say("credit_memo", "de_DE", number="1187") is "Gutschrift 1187".

    Raises TemplateRefused for an unknown key or an empty field.
    """
    library = library or packaged()
    lines = library.lines(NAME, library.language(NAME, language_of(locale)))
    if key not in lines:
        raise TemplateRefused(NAME, 1, f'there are no words "{key[:40]}".', ", ".join(lines), "key")
    return lines[key].render({name: clean_line(text, 240) for name, text in fields.items()})
