"""Read a CSV ledger of invoices, and name every row that cannot be right."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

NEEDED = ("customer", "number", "issued", "due", "amount")
OPTIONAL = ("settled", "disputed")
_NUMBER_MOST = 21  # DocNumber, Intuit's API reference
_NAME_MOST = 500  # DisplayName, likewise
_AMOUNT_MOST = Decimal(10) ** 11
_SHOWN_MOST = 20


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that was refused; line counts from 1, the header being line 1."""

    line: int
    reason: str


class LedgerRefused(ValueError):
    """The ledger has rows that cannot be right; `rows` names them all."""

    def __init__(self, rows: list[BadRow]) -> None:
        self.rows = rows
        shown = [f"line {row.line}: {row.reason}" for row in rows[:_SHOWN_MOST]]
        if len(rows) > _SHOWN_MOST:
            shown.append(f"and {len(rows) - _SHOWN_MOST} more")
        count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        super().__init__(f"{count} of the ledger cannot be read: {'; '.join(shown)}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One invoice of the ledger; settled_on is None while it is unpaid."""

    line: int
    customer: str
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    settled_on: date | None
    disputed: bool


def read(path: Path, columns: Mapping[str, str], date_format: str) -> tuple[list[Entry], list[BadRow]]:
    """Return the good rows in the file's order, and the bad ones with their reasons.

    columns maps roles to the file's own headings.  Raises ValueError when a role or a heading is missing,
    OSError when the file cannot be opened.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        _check_columns(columns, reader.fieldnames or ())
        good: list[Entry] = []
        bad: list[BadRow] = []
        first_lines: dict[str, int] = {}
        for row in reader:
            line = reader.line_num
            values = {role: (row.get(heading) or "").strip() for role, heading in columns.items()}
            try:
                entry = _entry(line, values, date_format)
                earlier = first_lines.setdefault(entry.number, line)
                if earlier != line:
                    raise ValueError(f"invoice number {entry.number} stands in line {earlier} already")
            except ValueError as problem:
                bad.append(BadRow(line, str(problem)))
            else:
                good.append(entry)
    return good, bad


def _check_columns(columns: Mapping[str, str], headings: object) -> None:
    known = (*NEEDED, *OPTIONAL)
    missing = [role for role in NEEDED if role not in columns]
    unknown = [role for role in columns if role not in known]
    if missing or unknown:
        raise ValueError(
            f"The columns must name {', '.join(NEEDED)} and may name {', '.join(OPTIONAL)};"
            f" missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}."
        )
    assert isinstance(headings, list | tuple)
    absent = [heading for heading in columns.values() if heading not in headings]
    if absent:
        raise ValueError(
            f"The file has no column {', '.join(absent)}; it has: {', '.join(headings) or 'none'}."
        )


def _entry(line: int, values: Mapping[str, str], date_format: str) -> Entry:
    for role in ("customer", "number"):
        if not values[role]:
            raise ValueError(f"the {role} is missing")
    if any(sign in values["customer"] for sign in ":\t\n") or len(values["customer"]) > _NAME_MOST:
        raise ValueError(f"QuickBooks does not take the customer name {values['customer'][:40]!r}")
    if len(values["number"]) > _NUMBER_MOST:
        raise ValueError(f"the number {values['number']} has more than {_NUMBER_MOST} characters")
    issued_on = _day("issued", values["issued"], date_format)
    due_on = _day("due", values["due"], date_format)
    if due_on < issued_on:
        raise ValueError(f"due {due_on} is before issued {issued_on}")
    settled = values.get("settled", "")
    settled_on = _day("settled", settled, date_format) if settled else None
    if settled_on is not None and settled_on < issued_on:
        raise ValueError(f"settled {settled_on} is before issued {issued_on}")
    disputed = values.get("disputed", "").lower() in ("yes", "y", "true", "1")
    return Entry(
        line,
        values["customer"],
        values["number"],
        issued_on,
        due_on,
        _amount(values["amount"]),
        settled_on,
        disputed,
    )


def _day(role: str, text: str, date_format: str) -> date:
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007  a date has no zone
    except ValueError:
        raise ValueError(f"{role} {text!r} is not a date of the form {date_format}") from None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"amount {text!r} is not a number") from None
    if not amount.is_finite() or not 0 < amount < _AMOUNT_MOST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"amount {text!r} is not a positive amount in whole cents")
    return amount.quantize(Decimal("0.01"))
