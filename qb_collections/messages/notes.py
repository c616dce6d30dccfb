"""Note lines in QuickBooks: one line per delivered contact in the memo, with a marker to find it again.

The memo (PrivateNote) belongs to the people who keep the books; we append, and take away what we appended.
It is printed on statements, so a line says only what the customer has been told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from qb_collections.messages.clean import clean_line
from qb_collections.messages.library import Library, packaged
from qb_collections.messages.template import Fields, TemplateRefused
from qb_collections.messages.wording import in_language, language_of, short_date
from qb_collections.messages.words import say

LINE_MAX = 120  # characters of one line
NAME_MAX = 24
PHONE_MAX = 17
PLAN_MAX = 16
MEMO_MAX = 4000  # QuickBooks' limit for PrivateNote (Accounting API, Invoice)

_REF = re.compile(r"[A-Z0-9]{6}\Z")
_MARKER = re.compile(r"\(ref [A-Z0-9]{6}\)")


def note_line(
    kind: str,
    *,
    on: date,
    phone: str | None,
    ref: str,
    name: str | None = None,
    plan: str | None = None,
    part: int | None = None,
    count: int | None = None,
    last_on: date | None = None,
    numbers: Sequence[str] = (),
    locale: str = "en_US",
    library: Library | None = None,
) -> str:
    """The line for one kind of contact, at most 120 characters, ending in its marker.

    Kinds are stage codes and the keys of templates/notes/lines.txt.  A long name, phone or list of invoice
    numbers is cut, never the marker.  Raises TemplateRefused for an unknown kind or a missing value.
    """
    library = library or packaged()
    language = library.language("notes/lines", language_of(locale))
    lines, locale = library.lines("notes/lines", language), in_language(locale, language)
    key = kind.lower()
    if key not in lines:
        raise TemplateRefused("notes/lines", 1, f'there is no line "{kind[:40]}".', ", ".join(lines), "kind")
    if not _REF.match(ref):
        raise TemplateRefused(
            "notes/lines", 1, f'"{ref[:20]}" is not a marker of six letters or figures.', "", "ref"
        )
    plan = clean_line(plan, 80)
    if plan is not None and len(plan) > PLAN_MAX:
        raise TemplateRefused(
            "notes/lines", 1, f"a plan's label has at most {PLAN_MAX} characters.", "", "plan"
        )

    fields: Fields = {
        "date": short_date(on, locale),
        "phone": clean_line(phone, PHONE_MAX),
        "ref": ref,
        "plan": plan,
        "part": str(part) if part else None,
        "count": str(count) if count else None,
        "last_date": short_date(last_on, locale) if last_on else None,
    }
    shortenings = (
        (most, words) for words in _ways_to_list(numbers, locale, library) for most in (NAME_MAX, 16, 8)
    )
    for name_max, words in shortenings:
        line = lines[key].render({**fields, "name": clean_line(name, name_max), "numbers": words})
        if len(line) <= LINE_MAX:
            return line
    raise TemplateRefused(f"notes/lines ({key})", 1, f"the line would be longer than {LINE_MAX} characters.")


def append_line(existing: str | None, line: str) -> str | None:
    """The memo with our line below what people wrote, which stays as it is; None if that is too long."""
    assert "\n" not in line and _MARKER.search(line), "a note is one line with its marker"
    text = f"{existing}\n{line}" if existing else line
    # QuickBooks does not say how it counts; UTF-16 units are the strictest of the usual ways.
    return text if len(text.encode("utf-16-le")) // 2 <= MEMO_MAX else None


def remove_line(text: str, ref: str, line: str | None = None) -> str:
    """Take back what append_line added; everything that people wrote before, after or beside it stays.

    With `line`, the exact words we wrote, only these are taken away; if a person changed them, the text is
    returned as it is.  Without it, the line goes from its beginning through the marker.
    Line ends may have become those of another system meanwhile.
    """
    start = _line_start(text, ref, line)
    if start is None:
        return text
    end = start + len(line) if line else text.index(_marker(ref), start) + len(_marker(ref))
    before, after = text[:start], text[end:]
    if after and after[0] not in "\r\n":
        return before + after  # a person wrote on behind our line: their words keep the place
    if before.endswith(("\n", "\r")):
        return re.sub(r"(\r\n|\n|\r)\Z", "", before) + after
    if not before:
        return re.sub(r"\A(\r\n|\n|\r)", "", after)
    return before + after


def has_marker(text: str | None, ref: str) -> bool:
    return bool(text) and _marker(ref) in (text or "")


def count_ours(text: str | None) -> int:
    """How many lines carry a marker of ours."""
    return sum(bool(_MARKER.search(line)) for line in (text or "").splitlines())


def _marker(ref: str) -> str:
    return f"(ref {ref})"


def _line_start(text: str, ref: str, line: str | None) -> int | None:
    if line:
        return text.find(line) if line in text else None
    place = text.find(_marker(ref))
    if place < 0:
        return None
    return max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1


def _ways_to_list(numbers: Sequence[str], locale: str, library: Library) -> list[str | None]:
    """ "invoices 10231, 10240", or shorter: "invoices 10231 and 4 more"."""
    cleaned = [number for number in (clean_line(number, 21) for number in numbers) if number]
    if not cleaned:
        return [None]
    first, others = cleaned[0], str(len(cleaned) - 1)
    if len(cleaned) == 1:
        return [say("numbers_one", locale, library, number=first)]
    return [
        say("numbers_many", locale, library, numbers=", ".join(cleaned)),
        say("numbers_more", locale, library, number=first, count=others),
    ]
