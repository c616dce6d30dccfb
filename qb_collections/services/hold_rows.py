"""Reading a list of holds: a table as spreadsheets write it (CSV), or what `hold list --json` printed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import NumberFormatError, get_currency_symbol, parse_decimal

from qb_collections.core.case import DISPUTE_CODES, HoldKind
from qb_collections.core.wording import short
from qb_collections.services import finding

BYTES_MAX = 1_000_000
ROWS_MAX = 1_000
CELL_MAX = 400  # characters; what may stand in a field is said by the hold itself
AMOUNT_MAX = Decimal(10) ** 12
COLUMNS = ("kind", "customer", "invoice", "reason", "until", "amount", "owner", "answer_by", "code")
# What `hold list --json` calls them, and what it tells besides.
_SAME = {"until_on": "until", "answer_by_on": "answer_by"}
_BESIDE = frozenset({"id", "customer_id", "invoice_id", "placed_by", "placed_on"})
_SEPARATORS = (",", ";", "\t")
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
KINDS = tuple(kind.value.replace("_", "-") for kind in HoldKind)


class Unreadable(Exception):
    """The file as a whole cannot be read; its message is a sentence for the person."""


class Wrong(Exception):
    """A value that cannot be; its message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was written: nothing is looked up yet."""

    line: int
    kind: HoldKind
    customer: str | None
    invoice: str | None
    reason: str
    until_on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None  # of the amount, where the list says
    owner: str | None = None
    answer_by_on: date | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """One row that cannot be placed, and why."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How the company's people write amounts: 4,286.90 or 4.286,90, with their sign of money or without."""

    locale: str = "en_US"
    sign: str = "$"


def writing_of(locale: str, currency: str) -> Writing:
    return Writing(locale, get_currency_symbol(currency, locale))


def read(content: bytes, writing: Writing = Writing()) -> list[Row | Bad]:  # it is frozen
    """Every row of the list, in its order.  Raises Unreadable when it is no such list."""
    if len(content) > BYTES_MAX:
        raise Unreadable(
            f"The file has {len(content):,} bytes; up to {BYTES_MAX:,} can be read. Split it into several."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(
            "The file is not UTF-8 text. In the spreadsheet choose: save as, CSV UTF-8 (comma-separated)."
        ) from None
    if "\0" in text:
        raise Unreadable("The file is not text. Save the sheet as CSV UTF-8 (comma-separated) first.")
    cells = _of_json(text) if text.lstrip()[:1] in ("{", "[") else _of_csv(text)
    rows = [(line, values) for line, values in cells if any(values.values())]
    if not rows:
        raise Unreadable("The file has no row below its header, so nothing would be placed.")
    if len(rows) > ROWS_MAX:
        raise Unreadable(
            f"The file has {len(rows):,} rows; up to {ROWS_MAX:,} can be read at once. Split it into several."
        )
    return [_row(line, values, writing) for line, values in rows]


def _of_csv(text: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    """(line, cells by column).  The separator is the one that the header uses most."""
    lines = text.splitlines()
    header = next((line for line in lines if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] | None = None
    found = []
    began = 1
    try:
        for cells in reader:
            line, began = began, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = _columns(cells)
                continue
            values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            if any(cell.strip() for cell in cells[len(names) :]):
                values["*"] = (
                    f"it has {len(cells)} values for {len(names)} columns; a value with a "
                    f"{_called(separator)} in it needs quotation marks around it"
                )
            found.append((line, values))
    except csv.Error as error:
        raise Unreadable(f"Line {began} cannot be read as a row of a table ({error}).") from None
    if names is None:
        raise Unreadable(f"The file is empty. Its first line names the columns: {','.join(COLUMNS)}")
    return found


def _columns(cells: list[str]) -> list[str]:
    names = [_SAME.get(name := cell.strip().lower().replace(" ", "_"), name) for cell in cells]
    for name in names:
        if name and name not in COLUMNS and name not in _BESIDE:
            near = finding.nearest(name, list(COLUMNS))
            raise Unreadable(
                f'"{short(name, 40)}" is not a column of this list. There are: {", ".join(COLUMNS)}.{near}'
            )
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise Unreadable(f'The column "{twice}" is there twice. Keep one of them.')
    missing = [name for name in ("kind", "reason") if name not in names]
    if not {"customer", "invoice"} & set(names):
        missing.append("customer (or invoice)")
    if missing:
        raise Unreadable(f"The first line names the columns; missing is {' and '.join(missing)}.")
    return names


def _of_json(text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """The rows' places count from one, as the list printed them."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise Unreadable("The file begins like JSON and cannot be read as such.") from None
    rows = found.get("holds") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("The file is not what `hold list --json` prints: it has no list of holds.")
    return [(place, {_SAME.get(name, name): row[name] for name in row}) for place, row in enumerate(rows, 1)]


def _row(line: int, values: Mapping[str, Any], writing: Writing) -> Row | Bad:
    try:
        return _parsed(line, values, writing)
    except Wrong as wrong:
        return Bad(line, str(wrong))


def _parsed(line: int, values: Mapping[str, Any], writing: Writing) -> Row:
    if "*" in values:
        raise Wrong(str(values["*"]))
    amount: Any = values.get("amount")
    currency = None
    if isinstance(amount, dict):
        amount, currency = amount.get("amount"), _text("currency", amount.get("currency"))
    text = {name: _text(name, values.get(name)) for name in COLUMNS if name != "amount"}
    if text["customer"] is None and text["invoice"] is None:
        raise Wrong("it names neither an invoice nor a customer")
    return Row(
        line=line,
        kind=_kind(text["kind"]),
        customer=text["customer"],
        invoice=text["invoice"],
        reason=text["reason"] or "",
        until_on=_day("until", text["until"]),
        amount=_amount(_text("amount", amount), writing),
        currency=currency,
        owner=text["owner"],
        answer_by_on=_day("answer_by", text["answer_by"]),
        code=_code(text["code"]),
    )


def _text(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Wrong(f"{name} is not a text")
    if len(value) > CELL_MAX:
        raise Wrong(f"{name} has {len(value)} characters; up to {CELL_MAX} can be read")
    clean = " ".join(value.split())
    if not clean.isprintable():
        raise Wrong(f"{name} holds a character that cannot be printed")
    return clean or None


def _kind(text: str | None) -> HoldKind:
    name = (text or "").lower().replace("_", "-").replace(" ", "-")
    if name not in KINDS:
        near = finding.nearest(name, list(KINDS))
        raise Wrong(f'kind "{short(text or "", 40)}" is not one of {", ".join(KINDS)}.{near}')
    return HoldKind(name.replace("-", "_"))


def _code(text: str | None) -> str | None:
    if text is None:
        return None
    name = text.lower().replace("-", "_").replace(" ", "_")
    if name not in DISPUTE_CODES:
        known = [code.replace("_", " ") for code in DISPUTE_CODES]  # as people write them
        near = finding.nearest(name.replace("_", " "), known)
        raise Wrong(f'code "{short(text, 40)}" is not one of {", ".join(known)}.{near}')
    return name


def _day(name: str, text: str | None) -> date | None:
    """Only year-month-day: whether 06.11. or 11/06 means June or November is nobody's to guess."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Wrong(f'{name} "{short(text, 40)}" is not a day written year-month-day, as in 2026-11-06')
    return day


def _amount(text: str | None, writing: Writing) -> Decimal | None:
    """As computers write it, or as people of the company's locale do, with its own sign of money."""
    if text is None:
        return None
    amount: Decimal | None = None
    figure = text.strip().removeprefix(writing.sign).removesuffix(writing.sign).strip()
    try:
        amount = (
            Decimal(figure)
            if _PLAIN.fullmatch(figure)
            else parse_decimal(figure, writing.locale, strict=True)
        )
    except (InvalidOperation, NumberFormatError):
        amount = None
    if amount is None or not amount.is_finite() or not 0 < amount <= AMOUNT_MAX:
        raise Wrong(f'amount "{short(text, 40)}" is not an amount above zero, written as in 1240.00')
    return amount


def _called(separator: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab"}[separator]
