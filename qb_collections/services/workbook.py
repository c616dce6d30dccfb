"""A workbook of one sheet as Excel reads it: texts, figures and days, never a formula.

Written row by row, so that a hundred thousand of them take a few seconds and little memory; what the parts
are called and mean is ECMA-376, part 1 (Office Open XML).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from xml.sax.saxutils import escape, quoteattr

from qb_collections.core.money import Money, quantum

Cell = str | int | Decimal | date | Money | None

TEXT_MAX = 32_767  # characters that Excel takes in a cell (its own limits, Microsoft support)
_WIDTH_MAX = 48
_MEASURED = 1000  # rows from which the widths of the columns are taken
_ROWS_AT_ONCE = 1000
_DAY_ZERO = date(1899, 12, 30).toordinal()
_MADE_AT = (1980, 1, 1, 0, 0, 0)  # of each part: the same figures make the same file
_WRITTEN_ONCE = (str, date)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# The places of the formats in _STYLES.
_HEAD, _DAY, _QUOTED, _WHOLE, _CENTS, _MILLS = range(1, 7)
_OF_DECIMALS = {0: _WHOLE, 3: _MILLS}

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/>'
    "</Types>"
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
    'Target="docProps/core.xml"/></Relationships>'
)
_BOOK_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.000"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/></border>'
    "</borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    # With it the text stays one when somebody edits the cell (18.8.45).
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>'
    '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def of_one_sheet(
    name: str,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    made_at: datetime,
    is_quoted: Callable[[str], bool],
) -> bytes:
    """The file.  name: of the sheet, as Excel allows it; at most 26 columns.

    is_quoted: texts that keep being texts when somebody edits them.
    """
    assert len(header) <= len(_LETTERS), "a column of two letters"
    out = io.BytesIO()
    cells = _Cells(is_quoted)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("docProps/core.xml", _about(title, made_at)),
            ("xl/workbook.xml", _book(name)),
            ("xl/_rels/workbook.xml.rels", _BOOK_RELATIONS),
            ("xl/styles.xml", _STYLES),
        ):
            packed.writestr(_part(path), text)
        with packed.open(_part("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            for text in _sheet(header, rows, cells):
                sheet.write(text.encode())
        with packed.open(_part("xl/sharedStrings.xml"), "w", force_zip64=True) as shared:
            for text in cells.shared():
                shared.write(text.encode())
    return out.getvalue()


def _sheet(header: Sequence[str], rows: Iterable[Sequence[Cell]], cells: _Cells) -> Iterator[str]:
    left = iter(rows)
    first = list(islice(left, _MEASURED))
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{_columns(header, first)}</cols><sheetData>'
    )
    heads = "".join(f'<c r="{_LETTERS[at]}1"{cells.head(words)}' for at, words in enumerate(header))
    yield f'<row r="1">{heads}</row>'
    numbered = enumerate(chain(first, left), start=2)
    while some := list(islice(numbered, _ROWS_AT_ONCE)):
        yield "".join(cells.row(number, row) for number, row in some)
    yield "</sheetData></worksheet>"


class _Cells:
    """Cells as XML, from behind their place on; each text and each day is written out once."""

    def __init__(self, is_quoted: Callable[[str], bool]) -> None:
        self._is_quoted = is_quoted
        self._texts: dict[str, int] = {}
        self._known: dict[str | date, str] = {}
        self._looks: dict[str, int] = {}  # by currency

    def row(self, number: int, row: Sequence[Cell]) -> str:
        known = self._known
        parts = [f'<row r="{number}">']
        for letter, cell in zip(_LETTERS, row, strict=False):
            if cell is None or cell == "":
                continue
            if isinstance(cell, _WRITTEN_ONCE):
                made = known.get(cell) or self._once(cell)
            elif isinstance(cell, Money):
                made = f' s="{self._look(cell.currency)}"><v>{cell.amount:f}</v></c>'
            else:
                made = f"><v>{cell:f}</v></c>" if isinstance(cell, Decimal) else f"><v>{cell}</v></c>"
            parts.append(f'<c r="{letter}{number}"{made}')
        parts.append("</row>")
        return "".join(parts)

    def head(self, words: str) -> str:
        return f' s="{_HEAD}" t="s"><v>{self._place(words)}</v></c>'

    def shared(self) -> Iterator[str]:
        """The table of texts; what XML cannot hold is written as Excel does (22.9.2.19)."""
        yield f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(self._texts)}">'
        texts = iter(self._texts)
        while some := list(islice(texts, _ROWS_AT_ONCE)):
            yield "".join(f'<si><t xml:space="preserve">{escape(_holdable(text))}</t></si>' for text in some)
        yield "</sst>"

    def _once(self, cell: str | date) -> str:
        if isinstance(cell, date):
            made = f' s="{_DAY}"><v>{cell.toordinal() - _DAY_ZERO}</v></c>'
        else:
            style = f' s="{_QUOTED}"' if self._is_quoted(cell) else ""
            made = f'{style} t="s"><v>{self._place(cell)}</v></c>'
        self._known[cell] = made
        return made

    def _place(self, text: str) -> int:
        return self._texts.setdefault(text[:TEXT_MAX], len(self._texts))

    def _look(self, currency: str) -> int:
        look = self._looks.get(currency)
        if look is None:
            decimals = -int(quantum(currency).as_tuple().exponent)
            look = self._looks[currency] = _OF_DECIMALS.get(decimals, _CENTS)
        return look


def _holdable(text: str) -> str:
    """Also what looks like such a sign already is written as one, so that it reads as it stood."""
    return _NOT_HELD.sub(lambda found: "".join(f"_x{ord(one):04X}_" for one in found[0]), text)


_NOT_HELD = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def _columns(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    widths = [len(one) for one in header]
    for row in rows:
        for place, cell in enumerate(row):
            if cell is not None:
                long = len(str(cell.amount if isinstance(cell, Money) else cell))
                widths[place] = max(widths[place], long)
    return "".join(
        f'<col min="{place}" max="{place}" width="{min(width + 2, _WIDTH_MAX)}" customWidth="1"/>'
        for place, width in enumerate(widths, start=1)
    )


def _about(title: str, made_at: datetime) -> str:
    at = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(_holdable(title))}</dc:title>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created></cp:coreProperties>'
    )


def _book(name: str) -> str:
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f'<sheets><sheet name={quoteattr(_holdable(name))} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _part(path: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(path, _MADE_AT)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part
