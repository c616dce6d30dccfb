"""Templates as a person handles them: look at one, try another, put it in force, go back."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core.policy_text import nearest
from qb_collections.messages.library import is_language, packaged
from qb_collections.messages.template import TEMPLATE_MAX
from qb_collections.services import template_check
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_check import Problem
from qb_collections.services.template_library import Own, library_for, library_of, own_of
from qb_collections.store import audit
from qb_collections.store import templates as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.templates import TemplateVersion
from qb_collections.store.together import together

NOTE_MAX = 200
VERSIONS_MAX = 500  # of one template; more than one a day for a year
SHIPPED = 0  # the number of the version that ships


@dataclass(frozen=True, slots=True)
class Listed:
    """One template: version 0 is the one that ships; author and the rest are then empty."""

    name: str
    language: str
    version: int
    own: bool  # a text of the company's own holds
    author: str | None = None
    note: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    language: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A text that was not taken; nothing was changed."""

    problems: tuple[Problem, ...]


def every(context: Context, company: Company) -> list[Listed]:
    """All templates by name and language, with what holds of each."""
    with reading(context.engine) as conn:
        last = {(one.name, one.language): one for one in stored.in_force(conn, company.id)}
    ships = {key for key in packaged().names() if key[0] in template_check.names()}
    return [_listed(key, last.get(key)) for key in sorted(ships | set(last))]


def show(
    context: Context, company: Company, name: str, *, language: str = "en", number: int | None = None
) -> Shown | Refusal:
    """The text in force, or that of a version; number 0 is the one that ships."""
    refusal = _unknown(name, language)
    if refusal is not None:
        return refusal
    with reading(context.engine) as conn:
        versions = stored.versions(conn, company.id, name, language)
    return _shown(company, name, language, versions, number)


def history(
    context: Context, company: Company, name: str, *, language: str = "en"
) -> list[TemplateVersion] | Refusal:
    """Every version of the company's own, the first one first."""
    refusal = _unknown(name, language)
    if refusal is not None:
        return refusal
    with reading(context.engine) as conn:
        return stored.versions(conn, company.id, name, language)


def compare(
    context: Context, company: Company, name: str, before: int, after: int, *, language: str = "en"
) -> tuple[str, ...] | Refusal:
    """The lines that differ between two versions, as in a patch; 0 is the one that ships."""
    old = show(context, company, name, language=language, number=before)
    new = show(context, company, name, language=language, number=after)
    if isinstance(old, Refusal):
        return old
    if isinstance(new, Refusal):
        return new
    was, now = (f"version {one}" if one else "as it ships" for one in (before, after))
    return tuple(difflib.unified_diff(old.text.splitlines(), new.text.splitlines(), was, now, lineterm=""))


@dataclass(frozen=True, slots=True)
class Opened:
    """One template with a text of it on the desk."""

    in_force: Shown | Refusal
    text: str
    problems: tuple[Problem, ...] | Refusal
    versions: tuple[TemplateVersion, ...]  # of the company's own, the first one first


def opened(
    context: Context, company: Company, name: str, *, language: str = "en", text: str | None = None
) -> Opened | Refusal:
    """The text in force, or another that somebody tries, with what is wrong with it and every version."""
    refusal = _unknown(name, language)
    if refusal is not None:
        return refusal
    with reading(context.engine) as conn:
        versions, own = together(
            conn,
            lambda conn: stored.versions(conn, company.id, name, language),
            lambda conn: own_of(conn, company),
        )
    shown = _shown(company, name, language, versions, None)
    if text is None:
        if isinstance(shown, Refusal):
            return shown
        text = shown.text
    return Opened(shown, text, _tried(own, name, text, language), tuple(versions))


def try_out(
    context: Context, company: Company, name: str, text: str, *, language: str = "en"
) -> tuple[Problem, ...] | Refusal:
    """What is wrong with a text before it is put in force: it changes nothing."""
    with reading(context.engine) as conn:
        own = own_of(conn, company)
    return _tried(own, name, text, language)


def check(context: Context, company: Company) -> tuple[Problem, ...]:
    """What is wrong with any template as it holds now, in every language there is."""
    with reading(context.engine) as conn:
        library = library_for(conn, company)
    found: list[Problem] = []
    for name, language in library.names():
        # Blocks are tried in the texts that they stand under.
        if name in template_check.names() and not name.startswith(template_check.BLOCKS):
            found += template_check.problems(library, name, language)
    return tuple(dict.fromkeys(found))


def put(
    context: Context,
    company: Company,
    name: str,
    text: str,
    *,
    author: str,
    note: str,
    language: str = "en",
) -> TemplateVersion | Faulty | Refusal:
    """Put a text in force as the template's next version; Faulty when it has problems, and nothing changed.

    It holds from the next message that is written; what waits to be sent keeps its words until then.
    """
    refusal = _refused_note(note)
    if refusal is not None:
        return refusal
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    now = context.clock.now()
    with reading(context.engine) as conn:
        own = own_of(conn, company)
    found = _tried(
        own, name, text, language
    )  # up to a second for a part of many texts: before the transaction
    if isinstance(found, Refusal):
        return found
    if found:
        return Faulty(found)
    with durable(context.engine) as conn:
        if own_of(conn, company) != own:
            return Refusal("Somebody changed a template at the same moment. Look at it, then try again.")
        versions = stored.versions(conn, company.id, name, language)
        current = _shown(company, name, language, versions, None)
        if isinstance(current, Shown) and current.text == text:
            return Refusal("That is word for word the text in force. Nothing was changed.")
        return _add(conn, company, name, language, text, versions, author=author, note=note, now=now)


def roll_back(
    context: Context,
    company: Company,
    name: str,
    number: int,
    *,
    author: str,
    note: str,
    language: str = "en",
) -> TemplateVersion | Faulty | Refusal:
    """Put an earlier version in force again, as the next one; 0 is the text that ships.

    An earlier text is checked again: what fits together with it may have changed since.
    """
    if number != SHIPPED:
        found = show(context, company, name, language=language, number=number)
        if isinstance(found, Refusal):
            return found
        return put(context, company, name, found.text, author=author, note=note, language=language)
    refusal = _refused_note(note) or _unknown(name, language)
    if refusal is not None:
        return refusal
    now = context.clock.now()
    with durable(context.engine) as conn:
        versions = stored.versions(conn, company.id, name, language)
        if not versions or versions[-1].text is None:
            return Refusal(f"{name} is the text that ships already. Nothing was changed.")
        return _add(conn, company, name, language, None, versions, author=author, note=note, now=now)


def _add(
    conn: Connection,
    company: Company,
    name: str,
    language: str,
    text: str | None,
    versions: list[TemplateVersion],
    *,
    author: str,
    note: str,
    now: datetime,
) -> TemplateVersion | Refusal:
    if len(versions) >= VERSIONS_MAX:
        return Refusal(f"{name} has {VERSIONS_MAX} versions, and no more are kept.")
    added = stored.add(conn, company.id, name, language, text, author=author, note=note.strip(), at=now)
    detail = {"language": language, "version": added.number, "note": added.note, "ships": text is None}
    audit.append(conn, company.id, author, "template changed", name, detail, now)
    return added


def _tried(own: Own, name: str, text: str, language: str) -> tuple[Problem, ...] | Refusal:
    refusal = _unknown(name, language)
    if refusal is not None:
        return refusal
    if len(text) > TEMPLATE_MAX:
        return Refusal(f"The text has {len(text):,} characters; a template has at most {TEMPLATE_MAX:,}.")
    others = tuple(one for one in own if one[:2] != (name, language))
    return template_check.problems(library_of((*others, (name, language, text))), name, language)


def _shown(
    company: Company, name: str, language: str, versions: list[TemplateVersion], number: int | None
) -> Shown | Refusal:
    by_number = {one.number: one for one in versions}
    if number is None:
        number = versions[-1].number if versions else SHIPPED
    if number != SHIPPED and number not in by_number:
        known = f"1 to {len(versions)}" if versions else "none of your own"
        return Refusal(f"{company.name} has no version {number} of {name}; there are {known}, and 0 ships.")
    found = by_number.get(number)
    if found is not None and found.text is not None:
        return Shown(name, language, number, found.text)
    if packaged().language(name, language) != language:
        return Refusal(f"No {name} in this language ships. Write one, beginning with the English text.")
    return Shown(name, language, number, packaged().source(name, language))


def _unknown(name: str, language: str) -> Refusal | None:
    known = template_check.names()
    if name not in known:
        close = nearest(name, list(known))
        if close:
            return Refusal(f'There is no template "{name[:60]}". Did you mean {close}?')
        return Refusal(f'There is no template "{name[:60]}".', "See them with: qb-collections templates list")
    if not is_language(language):
        return Refusal(f'"{language[:20]}" is not a language; write two small letters, such as en or de.')
    return None


def _refused_note(note: str) -> Refusal | None:
    if not note.strip():
        return Refusal("A new text needs a note, in a few words: what changed and why.")
    if len(note) > NOTE_MAX:
        return Refusal(f"The note has {len(note)} characters; up to {NOTE_MAX} fit.")
    return None


def _listed(key: tuple[str, str], last: TemplateVersion | None) -> Listed:
    if last is None:
        return Listed(*key, SHIPPED, own=False)
    return Listed(*key, last.number, last.text is not None, last.author, last.note, last.created_at)
