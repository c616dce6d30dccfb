"""Tables as files for a spreadsheet, which opens them without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from qb_collections.core.money import Money, quantum

ROWS_MAX = 200_000
# What a spreadsheet would take for a formula (OWASP, CSV injection): an apostrophe makes it a text.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTH_MAX = 48
_ROWS_LOOKED_AT = 1000  # for how wide the columns are to be
_TEXT_MAX = 32_767  # characters of a cell (Excel's own limit, Microsoft support)

Cell = str | int | Decimal | date | Money | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """title: of the file and the sheet.  At most ROWS_MAX rows are written."""

    title: str
    header: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def as_text(words: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(RUNS) else words


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by; amounts plain, days as 2026-11-30."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([as_text(one) for one in sheet.header])
    for row in _bounded(sheet.rows):
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet, made_at: datetime) -> bytes:
    """Texts stay texts, also when somebody edits the cell; amounts and days are numbers and dates."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": _kept(sheet.title), "created": made_at.replace(tzinfo=None)})
        page = book.add_worksheet(_sheet_name(_kept(sheet.title)))
        looks = _Looks(book)
        widths = [len(one) for one in sheet.header]
        for place, words in enumerate(sheet.header):
            page.write_string(0, place, words, looks.of("head"))
        for number, row in enumerate(_bounded(sheet.rows), start=1):
            for place, cell in enumerate(row):
                _write(page, number, place, cell, looks)
                if number <= _ROWS_LOOKED_AT:
                    widths[place] = max(widths[place], len(_plain(cell)))
        for place, width in enumerate(widths):
            page.set_column(place, place, min(width + 2, _WIDTH_MAX))
        page.freeze_panes(1, 0)
    return out.getvalue()


_LOOKS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 1},
    "day": {"num_format": "yyyy-mm-dd"},
    # With it the text stays one when somebody edits the cell (ECMA-376, 18.8.45: quotePrefix).
    "text": {"quote_prefix": True},
    "0": {"num_format": 3},  # #,##0
    "2": {"num_format": 4},  # #,##0.00
    "3": {"num_format": "#,##0.000"},
}


class _Looks:
    """The formats of one file, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def of(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._book.add_format(_LOOKS[name])
        return self._made[name]


def _write(page: Any, row: int, place: int, cell: Cell, looks: _Looks) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Money):
        decimals = -int(quantum(cell.currency).as_tuple().exponent)
        page.write_number(row, place, cell.amount, looks.of(str(decimals) if decimals in (0, 3) else "2"))
    elif isinstance(cell, date):
        page.write_datetime(row, place, cell, looks.of("day"))
    elif isinstance(cell, str):
        page.write_string(row, place, _kept(cell), looks.of("text") if cell.startswith(RUNS) else None)
    else:
        page.write_number(row, place, cell)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return str(cell.amount)
    if isinstance(cell, date):
        return cell.isoformat()
    return as_text(cell) if isinstance(cell, str) else str(cell)


def _bounded(rows: Iterable[tuple[Cell, ...]]) -> Iterable[tuple[Cell, ...]]:
    for number, row in enumerate(rows):
        if number == ROWS_MAX:
            return
        yield row


def _sheet_name(title: str) -> str:
    """Excel takes 31 characters and none of []:*?/\\ (its own limits, Microsoft support)."""
    kept = "".join(" " if one in "[]:*?/\\'" else one for one in title)
    return kept[:31].strip() or "Report"


def _kept(words: str) -> str:
    """As much as a cell takes; half of a character, which nothing can write, becomes a mark."""
    return words[:_TEXT_MAX].encode("utf-8", "replace").decode()
