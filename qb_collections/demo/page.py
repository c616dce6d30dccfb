"""Lines of at most a hundred columns: paragraphs, labelled rows, headings."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from qb_collections.demo.words import WIDTH


def paragraph(text: str, indent: int = 0, *, width: int = WIDTH) -> list[str]:
    return _wrapped(text, width - indent, " " * indent)


def labelled(label: str, texts: Sequence[str], width: int) -> list[str]:
    """The label once, then every text in a column beside it."""
    lines = [line for text in texts for line in _wrapped(text, WIDTH - width) or [""]]
    return [f"{label if place == 0 else '':<{width}}{line}" for place, line in enumerate(lines)]


def heading(text: str) -> list[str]:
    return ["", text, "-" * len(text)]


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    lines = textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)
    return [f"{indent}{line}" for line in lines]
