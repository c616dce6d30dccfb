"""Letters: the pieces of a finished text, put on paper with address window, letterhead and page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale

from qb_collections.messages.clean import clean_line, clean_lines
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.layout import MONEY_COLUMNS, Paragraph, Piece, Section, Table, layout_of
from qb_collections.messages.library import Library
from qb_collections.messages.look import PLAIN, Look
from qb_collections.messages.reminders import SUBJECT_MAX, Message
from qb_collections.messages.typesetting import LETTERS_MAX, LetterRefused, pdf_of
from qb_collections.messages.wording import locale_of, long_date
from qb_collections.messages.words import say

# Countries whose paper is 8.5 by 11 inches (Unicode CLDR, paperSize "US-Letter").
LETTER_PAPER = frozenset(
    {"BZ", "CA", "CL", "CO", "CR", "DO", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"}
)
LOGO_HEIGHT, LOGO_WIDTH = 15.0, 60.0  # millimetres, at most
RECIPIENT_LINES_MAX = 6  # as many as a window shows


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished text that goes out on paper, with what it was filled with."""

    message: Message
    facts: MessageFacts


def letter_pdf(
    message: Message,
    facts: MessageFacts,
    look: Look = PLAIN,
    *,
    country: str | None = None,
    library: Library | None = None,
) -> bytes:
    """One letter as PDF.  country: where it is printed; decides paper and window, left out the locale's.

    Raises LetterRefused with a sentence.
    """
    return batch_pdf([Letter(message, facts)], look, country=country, library=library)


def batch_pdf(
    letters: Sequence[Letter],
    look: Look = PLAIN,
    *,
    country: str | None = None,
    library: Library | None = None,
) -> bytes:
    """Many letters of one company as one PDF: each begins on a page of its own and counts its own pages."""
    return pdf_of(data_of(letters, look, country=country, library=library))


def data_of(
    letters: Sequence[Letter],
    look: Look = PLAIN,
    *,
    country: str | None = None,
    library: Library | None = None,
) -> dict[str, Any]:
    """What templates/letters/letter.typ is given: texts and numbers, nothing that could be a command."""
    if not letters:
        raise LetterRefused("There is no letter to print.")
    if len(letters) > LETTERS_MAX:
        raise LetterRefused(f"{len(letters)} letters are too many for one file; {LETTERS_MAX} are the most.")
    first = letters[0]
    locale = Locale.parse(locale_of(first.message.locale))
    where = country or locale.territory or ("US" if locale.language == "en" else "")
    on_letter_paper = where in LETTER_PAPER
    return {
        "title": _line(first.message.subject, SUBJECT_MAX),
        "author": _line(first.facts.company.name),
        "lang": locale.language,
        "region": locale.territory,
        "dir": locale.text_direction,
        "fonts": [],
        "paper": "us-letter" if on_letter_paper else "a4",
        "window": "number10" if on_letter_paper else "din",
        "page": say("page", first.message.locale, library, number="⟨n⟩", count="⟨m⟩"),
        "logo": _logo(look, first.facts),
        "letters": [_letter(letter, library) for letter in letters],
    }


def _letter(letter: Letter, library: Library | None) -> dict[str, Any]:
    message, facts = letter.message, letter.facts
    company, customer = facts.company, facts.customer
    address = (clean_lines(company.address) or "").split("\n") if company.address else []
    recipient = [_line(customer.name), *(clean_lines(customer.address) or "").split("\n")]
    if customer.full_name and customer.full_name != customer.name:
        recipient.insert(1, _line(customer.full_name))
    pieces = layout_of(message, facts, library)
    date = long_date(facts.as_of_on, message.locale)
    above = {line.strip() for text in (message.subject, date) for line in text.split("\n")}
    above |= {*recipient, *address, _line(company.name), ", ".join(address)}
    above |= {_line(customer.full_name), _line((company.address or "").replace("\n", ", "), 240)}
    return {
        "company": {"name": _line(company.name), "lines": address},
        "sender_line": " · ".join([_line(company.name), *address]),
        "recipient": [line for line in recipient if line][:RECIPIENT_LINES_MAX],
        "date": date,
        "subject": _line(message.subject, SUBJECT_MAX),
        "pieces": [_piece(piece) for piece in _without_head(pieces, above)],
    }


def _without_head(pieces: Sequence[Piece], above: set[str]) -> Sequence[Piece]:
    """The pieces after those that only repeat what stands in the window and the letterhead."""
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Paragraph) or not set(piece.lines) <= above:
            return pieces[index:]
    return ()


def _piece(piece: Piece) -> dict[str, Any]:
    if isinstance(piece, Section):
        return {"kind": "section", "heading": piece.heading, "lines": piece.lines}
    if isinstance(piece, Paragraph):
        return {"kind": piece.kind, "lines": piece.lines}
    return _table(piece)


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {"heading": heading, "money": name in MONEY_COLUMNS}
        for name, heading in zip(table.columns, table.headings, strict=True)
    ]
    rows = [{"cells": row.cells, "credit": row.is_credit} for row in table.rows]
    return {
        "kind": "table",
        "caption": table.caption if table.headed else None,
        "columns": columns,
        "rows": rows,
        "total": table.total,
        "note": table.note,
    }


def _logo(look: Look, facts: MessageFacts) -> dict[str, Any] | None:
    if look.logo is None or look.logo_size is None:
        return None
    width, height = look.logo_size
    return {
        "bytes": list(look.logo),
        "format": "png" if look.logo_type == "image/png" else "jpg",
        "alt": _line(facts.company.name),
        "height": min(LOGO_HEIGHT, LOGO_WIDTH * height / width),
    }


def _line(text: str | None, most: int = 80) -> str:
    return clean_line(text, most) or ""
