"""Names and other texts from outside, made fit for a line of ours: people can type anything into a name."""

from __future__ import annotations

import re
import unicodedata

NAME_MAX = 80
LINES_MAX = 12
JOINERS = "\u200c\u200d"  # needed to write Persian, Hindi and others; they change no direction


def clean_line(text: str | None, most: int = NAME_MAX) -> str | None:
    """One line of at most `most` characters, or None when nothing readable is left.

    Control characters, marks that turn the writing direction and other invisible ones are taken out,
    line breaks become spaces, and what is too long ends in "…".
    """
    if text is None:
        return None
    if len(text) <= most and text.isalnum() and text.isascii():
        return text  # a number
    if len(text) <= most and text.isprintable():
        # Most names are like this: no space but the plain one, and nothing invisible.
        line = " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())
        if len(line) <= most:
            return line or None
    # Cut first with room to spare: a name of a million characters must not cost a second.
    spaced = "".join(map(_plain, unicodedata.normalize("NFC", text[: most * 8])))
    line = re.sub(r"\s+", " ", spaced).strip(" " + JOINERS)
    if len(line) > most:
        line = line[: most - 1].rstrip() + "…"
    return line or None


def clean_lines(text: str | None, most: int = NAME_MAX * 2) -> str | None:
    """The same for a text of several lines, such as payment instructions: at most twelve, none empty."""
    lines = [clean_line(line, most) for line in (text or "").splitlines()[: LINES_MAX * 2]]
    return "\n".join([line for line in lines if line][:LINES_MAX]) or None


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Zl", "Zp", "Zs") or character in "\t\n\r\v\f\x85":
        return " "
    if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and character not in JOINERS):
        return ""
    return character
