"""Tries a company's templates on made-up customers: do they read, and does what they say pass the check?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from qb_collections.messages import banned, words
from qb_collections.messages.check import check
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.library import Library, packaged
from qb_collections.messages.notes import note_line
from qb_collections.messages.reminders import TEMPLATES, compose
from qb_collections.messages.template import TemplateRefused
from qb_collections.messages.wording import in_language
from qb_collections.services.template_samples import samples

NOTES = "notes/lines"
BLOCKS = "mail/blocks/"
WORDS_MAX = 300  # for any text, whatever its own heading says
_FOLDERS = ("mail/", "letters/", "notes/", "calls/")
_ON = date(2026, 11, 3)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a template, and where; allowed says what may stand there."""

    template: str
    line: int
    what: str
    allowed: str = ""

    def __str__(self) -> str:
        allowed = f" Allowed: {self.allowed}." if self.allowed else ""
        return f"{self.template}, line {self.line}: {self.what}{allowed}"


def names() -> tuple[str, ...]:
    """Every template that may have a version of a company's own."""
    return tuple(sorted({name for name, _ in packaged().names() if name.startswith(_FOLDERS)}))


def problems(library: Library, name: str, language: str) -> tuple[Problem, ...]:
    """What is wrong with this template as the library has it; empty when it may be used."""
    try:
        found = tuple(_problems(library, name, language))
    except TemplateRefused as refused:
        return (_of(refused, name),)
    return tuple(dict.fromkeys(found))[:20]


def _problems(library: Library, name: str, language: str) -> Iterator[Problem]:
    if name == NOTES:
        yield from _lines(library, language)
    elif name == words.NAME:
        yield from _same_keys(library, name, language)
    elif name.startswith(BLOCKS):
        block = name.removeprefix(BLOCKS)
        library.text(name, language)
        for user in sorted(set(_composed())):
            if block in packaged().text(user).blocks:
                yield from _of_text(library, user, language, name)
    else:
        yield from _heading(library, name, language)
        yield from _of_text(library, name, language, name)


def _composed() -> tuple[str, ...]:
    return (*TEMPLATES.values(), "mail/s1_several")


def _heading(library: Library, name: str, language: str) -> Iterator[Problem]:
    """What a company's own version may not change: who reads it, and what stands under it."""
    own, ours = library.text(name, language), packaged().text(name)
    if own.tone != ours.tone:
        yield Problem(name, 1, f'the tone "{own.tone}" is not that of this text.', f"tone: {ours.tone}")
    missing = [block for block in ours.blocks if block not in own.blocks]
    if missing:
        said = f"{', '.join(missing)} must stand under this text."
        yield Problem(name, 1, said, f"blocks: {' '.join(ours.blocks)}")
    if own.tone != "person" and own.words_max > WORDS_MAX:
        yield Problem(name, 1, f"{own.words_max} words are too many for a customer.", f"up to {WORDS_MAX}")


def _of_text(library: Library, name: str, language: str, blamed: str) -> Iterator[Problem]:
    """Everything that the check finds in the text, filled with each sample."""
    source = library.source(blamed, language)
    for facts in samples(language):
        if not _fits(name, facts):
            continue
        try:
            message = compose("", "", facts, template=name, library=library)
        except TemplateRefused as refused:
            yield _of(refused, blamed)
            return
        for fault in check(message, facts):
            yield Problem(blamed, line_of(source, fault.what), fault.what)


@lru_cache(maxsize=256)
def _fits(name: str, facts: MessageFacts) -> bool:
    """Whether the text that ships can be filled with this sample: one about a single invoice needs one."""
    try:
        compose("", "", facts, template=name)
    except TemplateRefused:
        return False
    return True


def _lines(library: Library, language: str) -> Iterator[Problem]:
    """Each note line fits, and says nothing that a statement should not say."""
    strange = list(_same_keys(library, NOTES, language))
    if strange:
        yield from strange
        return
    lists, source = banned.of(language), library.source(NOTES, language)
    for key in packaged().lines(NOTES):
        line = note_line(
            key,
            on=_ON,
            phone="(423) 555-0142",
            ref="7F3A9C",
            name="Dana Whitlock",
            plan="P-0007",
            part=2,
            count=6,
            last_on=date(2027, 4, 15),
            numbers=("1061", "1068"),
            locale=in_language("en_US", language),
            library=library,
        )
        place = next((n for n, text in enumerate(source.splitlines(), 1) if text.startswith(f"{key}:")), 1)
        if not line.endswith("(ref 7F3A9C)"):
            yield Problem(NOTES, place, "the line must end in its marker.", "(ref {ref})")
        for found in banned.found((*lists.rude, *lists.threats, *lists.legal, *lists.last), line):
            yield Problem(NOTES, place, f'"{found}" does not belong onto a statement. Say it plainly.')
        if "!" in line:
            yield Problem(NOTES, place, "There is an exclamation mark. Take it out.")


def _same_keys(library: Library, name: str, language: str) -> Iterator[Problem]:
    own, ours = library.lines(name, language), packaged().lines(name)
    for key in ours:
        if key not in own:
            yield Problem(name, 1, f'the line "{key}" is missing.', ", ".join(ours))
        elif own[key].names - ours[key].names:
            strange = ", ".join(sorted(own[key].names - ours[key].names))
            allowed = ", ".join(f"{{{field}}}" for field in sorted(ours[key].names)) or "no fields"
            yield Problem(name, 1, f'the line "{key}" cannot have {strange}.', allowed)


def _of(refused: TemplateRefused, name: str) -> Problem:
    template = refused.template.split(" (")[0]
    return Problem(template if template in names() else name, refused.line, refused.what, refused.allowed)


def line_of(source: str, what: str) -> int:
    """The line that holds the first words quoted in the sentence; the first line of the text else."""
    quoted = re.search(r'"([^"…]+)', what)
    rows = source.splitlines()
    if quoted:
        for number, row in enumerate(rows, 1):
            if quoted[1].lower() in row.lower():
                return number
    return next((number + 1 for number, row in enumerate(rows, 1) if row == "---"), 1)
