"""Sets letters as PDF with typst.  Data goes in as JSON, so that no text of anybody can become a command.

The same data always gives the same bytes: no clock, no font of this computer, nothing from the network.
Only a name in a script that the fonts which come along cannot write (Chinese, Arabic) brings in this
computer's own fonts; where these cannot write it either, no letter is made with a box in the name's place.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Literal

import typst

from qb_collections.messages.library import packaged

LETTERS_MAX = 500  # in one PDF
# What Libertinus Serif, which comes with typst, can write: Latin, Greek, Cyrillic, Hebrew, signs and arrows.
_WRITTEN = re.compile(
    "[\u0000-\u052f\u0590-\u05ff\u1d00-\u1fff\u2000-\u23ff\u2500-\u27bf\ufb00-\ufb4f\ufeff\ufffd]*"
)


class LetterRefused(Exception):
    """A letter that cannot be set; the text is a sentence for the person who wanted it."""


def pdf_of(data: dict[str, Any]) -> bytes:
    """The PDF of one or more letters: tagged (PDF/UA-1), fonts embedded."""
    (pdf,) = _compiled(data, "pdf")
    return pdf


def pictures_of(data: dict[str, Any], *, ppi: float = 96) -> tuple[bytes, ...]:
    """The pages as PNG, to be looked at."""
    return _compiled(data, "png", ppi)


def _compiled(
    data: dict[str, Any], format: Literal["pdf", "png"], ppi: float | None = None
) -> tuple[bytes, ...]:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    compiler = _compiler(bool(_WRITTEN.fullmatch(text)))
    try:
        done = compiler.compile(
            sys_inputs={"data": text},
            format=format,
            ppi=ppi,
            pdf_standards=["ua-1"] if format == "pdf" else [],
            timestamp=0,
        )
    except typst.TypstError as error:
        raise LetterRefused(_sentence(error.message)) from error
    assert done is not None
    return tuple(done) if isinstance(done, list) else (done,)


def _sentence(said: str) -> str:
    unwritten = re.search(r'the text `"(.+?)"` could not be displayed', said)
    if unwritten:
        return (
            f"This computer has no font that can write “{unwritten[1]}”. "
            "Install one (on Debian: fonts-noto-core or fonts-noto-cjk), and print again."
        )
    return f"The letter could not be set: {said}"


@lru_cache(maxsize=2)
def _compiler(own_fonts_only: bool) -> typst.Compiler:
    """Reading the fonts costs more than a letter, so a compiler is kept."""
    folder = packaged().folders[0] / "letters"
    return typst.Compiler(str(folder / "letter.typ"), root=str(folder), ignore_system_fonts=own_fonts_only)
