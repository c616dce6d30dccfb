"""Tables as files for a spreadsheet, which opens them without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from qb_collections.core.money import Money
from qb_collections.services import workbook
from qb_collections.services.workbook import Cell

ROWS_MAX = 200_000
# What a spreadsheet would take for a formula (OWASP, CSV injection): an apostrophe makes it a text.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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
    return workbook.of_one_sheet(
        _sheet_name(sheet.title),
        sheet.title,
        sheet.header,
        _bounded(sheet.rows),
        made_at=made_at,
        is_quoted=lambda words: words.startswith(RUNS),
    )


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
