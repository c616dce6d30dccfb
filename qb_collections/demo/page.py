"""Lines of at most a hundred columns: paragraphs, labelled rows, tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from qb_collections.demo.words import WIDTH


def paragraph(text: str, indent: int = 0) -> list[str]:
    space = " " * indent
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=space,
        subsequent_indent=space,
        break_on_hyphens=False,
        break_long_words=False,
    )


def labelled(label: str, texts: Sequence[str], width: int) -> list[str]:
    """The label once, then every text in a column beside it."""
    lines: list[str] = []
    for text in texts:
        wrapped = textwrap.wrap(text, WIDTH - width, break_on_hyphens=False, break_long_words=False) or [""]
        for line in wrapped:
            lines.append(f"{label if not lines else '':<{width}}{line}")
    return lines


def heading(text: str) -> list[str]:
    return ["", text, "-" * len(text)]


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
