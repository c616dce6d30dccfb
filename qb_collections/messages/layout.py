"""What stands where in a finished text: paragraphs, tables, how to pay, the signature.

HTML and letters are made of this and never of a template of their own, so that they cannot say anything
else than the text.  It reads the text itself, also after a person edited it: what is no longer as it was
filled in stays a plain paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.fields import Fields, fields_of
from qb_collections.messages.library import Library
from qb_collections.messages.reminders import Message
from qb_collections.messages.template import Rows
from qb_collections.messages.words import say

LINE_MAX = 4000  # characters of one line that are shown
COLUMNS = ("number", "issued_on", "due_on", "total", "balance")
MONEY_COLUMNS = frozenset({"total", "balance"})
_WORDS = (*COLUMNS, "caption", "left_out")


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[str, ...]
    kind: str = "text"  # text, signature


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the lines under it.  link: the part of a line that is an address to pay at."""

    heading: str
    lines: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one invoice, one for each column; or one label and an amount, for a credit."""

    cells: tuple[str, ...]
    is_credit: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]  # of COLUMNS
    headings: tuple[str, ...]
    caption: str
    headed: bool  # the caption is a line of the text
    rows: tuple[Row, ...]
    total: tuple[str, str] | None = None  # label and amount
    note: str | None = None  # what the line of the total said after the amount


Piece = Paragraph | Section | Table


def layout_of(message: Message, facts: MessageFacts, library: Library | None = None) -> tuple[Piece, ...]:
    """The pieces of the text, in its order.  facts are those that it was filled with."""
    facts = replace(facts, locale=message.locale)
    reader = _Reader(facts, fields_of(facts), {key: say(key, message.locale, library) for key in _WORDS})
    pieces: list[Piece] = []
    rest = message.text
    for name, filled in zip(message.blocks, message.filled, strict=False):
        before, found, after = rest.partition(filled) if filled else (rest, "", "")
        if not found:
            continue
        pieces += reader.paragraphs(before)
        pieces += reader.block(name, filled)
        rest = after
    return (*pieces, *reader.paragraphs(rest))


class _Reader:
    def __init__(self, facts: MessageFacts, fields: Fields, words: Mapping[str, str]) -> None:
        self._facts = facts
        self._words = words
        self._total = _line(str(fields["total"])) or ""
        self._items = _rows(fields, "items") + _rows(fields, "also_open")
        self._credits = _rows(fields, "credits")
        self._link = fields["pay_link"]
        self._left_out = frozenset(words["left_out"].lower().split())

    def paragraphs(self, text: str) -> Iterator[Paragraph]:
        for part in re.split(r"\n[ \t]*\n", text):
            lines = tuple(line for line in map(_line, part.split("\n")) if line)
            if lines:
                yield Paragraph(lines)

    def block(self, name: str, text: str) -> Iterator[Piece]:
        lines = [line for line in map(_line, text.split("\n")) if line]
        if name in ("pay", "pay_plan") and len(lines) > 1:
            yield Section(lines[0], tuple(lines[1:]), self._link_in(lines))
        elif name == "signature":
            yield Paragraph(tuple(lines), "signature")
        elif name == "items":
            yield from self._tables(lines)
        else:
            yield from self.paragraphs(text)

    def _link_in(self, lines: list[str]) -> str | None:
        link = self._link
        fits = isinstance(link, str) and re.fullmatch(r"https://[^\s\"'<>]+", link)
        return link if isinstance(link, str) and fits and any(link in line for line in lines) else None

    def _tables(self, lines: list[str]) -> Iterator[Piece]:
        """Runs of lines that say what rows say become tables; every other line stays a line."""
        items, credits = list(self._items), list(self._credits)
        run: list[Mapping[str, str]] = []
        before: str | None = None  # a line that ends in ":" heads the table below it
        for line in lines:
            row = self._item(line, items) or self._credit(line, credits)
            if row is not None:
                run.append(row)
                continue
            if run:
                total = self._total_in(line)
                yield self._table(run, before, total)
                run, before = [], None
                if total:
                    continue
            if before:
                yield Paragraph((before,))
            before = line
            if not line.endswith(":"):
                yield Paragraph((line,))
                before = None
        if run:
            yield self._table(run, before, None)
        elif before:
            yield Paragraph((before,))

    def _total_in(self, line: str) -> tuple[str, str, str] | None:
        """Label, amount and what follows, of the line of the total."""
        label, found, note = line.partition(self._total)
        if not found or not label.strip(" :") or self._total in note:
            return None
        return label.strip(" :"), found, note.strip(" ,")

    def _item(self, line: str, items: list[Mapping[str, str | None]]) -> Mapping[str, str] | None:
        """The cells that this line says, if it is the line of the next invoice and says nothing more."""
        if not items:
            return None
        item, rest, cells = items[0], line, {}
        names = [name for name in COLUMNS if name != "total" or item["partly"]]
        for name in sorted(names, key=lambda name: -len(item[name] or "")):
            value = item[name]
            if value and value in rest:
                cells[name] = value
                rest = rest.replace(value, " ", 1)
        said = {word.lower() for word in re.findall(r"[^\s,.:;()]+", rest)}
        if not {"number", "balance"} <= set(cells) or not said <= self._left_out:
            return None
        del items[0]
        return {"total": cells["balance"], **cells} if not item["partly"] else cells

    def _credit(self, line: str, credits: list[Mapping[str, str | None]]) -> Mapping[str, str] | None:
        if not credits:
            return None
        label, amount = credits[0]["label"] or "", credits[0]["amount"] or ""
        if not label or line.replace(label, "", 1).replace(amount, "", 1).strip(" :"):
            return None
        del credits[0]
        return {"label": label, "amount": amount}

    def _table(
        self, run: list[Mapping[str, str]], heading: str | None, total: tuple[str, str, str] | None
    ) -> Table:
        partly = any(row.get("total") != row.get("balance") for row in run)
        columns = tuple(
            name for name in COLUMNS if any(name in row for row in run) and (name != "total" or partly)
        )
        rows = tuple(
            Row((row["label"], row["amount"]), True)
            if "label" in row
            else Row(tuple(row.get(name, "") for name in columns))
            for row in run
        )
        return Table(
            columns=columns or ("number", "balance"),
            headings=tuple(self._words[name] for name in columns or ("number", "balance")),
            caption=heading.rstrip(" :") if heading else self._words["caption"],
            headed=heading is not None,
            rows=rows,
            total=total[:2] if total else None,
            note=(total[2] or None) if total else None,
        )


def _rows(fields: Fields, name: str) -> tuple[Mapping[str, str | None], ...]:
    rows = fields[name]
    assert isinstance(rows, Rows)
    return tuple({key: _line(value or "") for key, value in row.items()} for row in rows.rows)


def _line(text: str) -> str | None:
    return clean_line(text, LINE_MAX)
