"""Files for a spreadsheet: nothing in them runs, amounts and days are what they are."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from qb_collections.core.money import Money
from qb_collections.services import spreadsheet
from qb_collections.services.spreadsheet import Sheet

AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# What Excel, LibreOffice and Google's spreadsheets take for a formula (OWASP, CSV injection).
RUNS = [
    "=1+1",
    '=HYPERLINK("https://evil.example","pay")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
]


def sheet(*rows, header=("Customer", "Balance"), title="Aging"):
    return Sheet(title, header, rows)


def cells(body):
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def of_xlsx(body):
    """The rows of the only sheet as (type, text) cells, its formulas, and the texts of its styles."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        page = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
        texts = ["".join(one.itertext()) for one in _parts(packed)]
        styles = packed.read("xl/styles.xml").decode()
        names = packed.namelist()
    rows = [
        [
            texts[int(cell.find(f"{MAIN}v").text)] if cell.get("t") == "s" else cell.find(f"{MAIN}v").text
            for cell in row
        ]
        for row in page.iter(f"{MAIN}row")
    ]
    return rows, list(page.iter(f"{MAIN}f")), styles, names


def _parts(packed):
    return ElementTree.fromstring(packed.read("xl/sharedStrings.xml")).iter(f"{MAIN}si")


@pytest.mark.parametrize("words", RUNS)
def test_no_text_runs_in_a_csv(words):
    body = spreadsheet.as_csv(sheet((words, Money(Decimal("1.00"), "USD")), header=(words, "Balance")))

    (head, row) = cells(body)
    assert head[0] == f"'{words}"
    assert row == [f"'{words}", "1.00"]


@pytest.mark.parametrize("words", RUNS)
def test_a_text_stays_a_text_in_excel_also_when_its_cell_is_edited(words):
    rows, formulas, styles, names = of_xlsx(spreadsheet.as_xlsx(sheet((words, 1)), AT))

    assert rows[1] == [words.replace("\r", "_x000D_"), "1"]  # as Excel writes it (ECMA-376, 22.9.2.19)
    assert formulas == []
    assert 'quotePrefix="1"' in styles
    assert not [one for one in names if "vba" in one or "external" in one or "hyperlink" in one.lower()]


def test_a_negative_amount_is_a_figure_and_no_formula():
    credit = Money(Decimal("-150.00"), "USD")

    assert cells(spreadsheet.as_csv(sheet(("Old Mill Brewing", credit))))[1] == [
        "Old Mill Brewing",
        "-150.00",
    ]
    rows, _, styles, _ = of_xlsx(spreadsheet.as_xlsx(sheet(("Old Mill Brewing", credit)), AT))
    assert rows[1] == ["Old Mill Brewing", "-150.00"]
    assert "#,##0.00" in styles or 'numFmtId="4"' in styles  # 4 is Excel's own number for it


def test_days_are_days_and_nothing_is_nothing():
    rows, _, _, _ = of_xlsx(
        spreadsheet.as_xlsx(sheet((date(2026, 11, 2), None, "x"), header=("Day", "Nothing", "Word")), AT)
    )

    assert rows[1] == ["46328", "x"]  # days since 30 December 1899
    assert cells(
        spreadsheet.as_csv(sheet((date(2026, 11, 2), None, "x"), header=("Day", "Nothing", "Word")))
    )[1] == ["2026-11-02", "", "x"]


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("Fish & Chips <b>", "Fish & Chips <b>"),
        ("a\x01b", "a_x0001_b"),  # what XML cannot hold, as Excel writes it (ECMA-376, 22.9.2.19)
        ("_x0041_", "_x005F_x0041_"),  # and what looks like it, so that Excel does not read an A
        ("\ud800", "?"),  # half of a character, which no file can hold
        ("two\nlines ", "two\nlines "),
        ("x" * 40_000, "x" * 32_767),  # Excel refuses a file with a longer text
    ],
)
def test_whatever_a_name_holds_excel_reads_it_as_it_stands(words, written):
    rows, _, _, _ = of_xlsx(spreadsheet.as_xlsx(sheet((words, 1), (words, 2), title=words[:60]), AT))

    assert rows[1:] == [[written, "1"], [written, "2"]]


def test_amounts_have_the_decimals_of_their_currency():
    amounts = [
        Money(Decimal(one), code) for one, code in (("1200", "JPY"), ("1.50", "USD"), ("0.125", "KWD"))
    ]

    body = spreadsheet.as_xlsx(sheet(*[(one,) for one in amounts], header=("Balance",)), AT)

    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        page = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(packed.read("xl/styles.xml"))
    formats = [one.get("numFmtId") for one in styles.find(f"{MAIN}cellXfs")]
    cells = [row[0] for row in page.iter(f"{MAIN}row")][1:]
    assert [cell.find(f"{MAIN}v").text for cell in cells] == ["1200", "1.50", "0.125"]
    assert [formats[int(cell.get("s"))] for cell in cells] == ["3", "4", "164"]  # #,##0; #,##0.00; our own


def test_the_rows_behind_the_first_thousands_are_there_too():
    body = spreadsheet.as_xlsx(sheet(*[(f"Customer {n}", n) for n in range(2500)]), AT)

    rows, _, _, _ = of_xlsx(body)
    assert len(rows) == 2501
    assert rows[2500] == ["Customer 2499", "2499"]
    assert body == spreadsheet.as_xlsx(sheet(*[(f"Customer {n}", n) for n in range(2500)]), AT)


def test_more_rows_than_are_allowed_are_cut(monkeypatch):
    monkeypatch.setattr(spreadsheet, "ROWS_MAX", 2)

    assert len(cells(spreadsheet.as_csv(sheet(*[("a", 1)] * 5)))) == 3


@pytest.mark.parametrize("title", ["Aging [a]:*?/\\'", "x" * 80, "[]"])
def test_every_title_makes_a_sheet_that_excel_opens(title):
    body = spreadsheet.as_xlsx(sheet(("a", 1), title=title), AT)

    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
