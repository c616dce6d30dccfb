"""A report as typed rows: every cell is text, empty is zero, titles are in the company's language."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from qb_collections.quickbooks.errors import Unreadable


class Cell(msgspec.Struct, gc=False):
    value: str | None = None
    id: str | None = None

    @property
    def amount(self) -> Decimal:
        """Raises Unreadable when it is no amount."""
        try:
            found = Decimal((self.value or "0").replace(",", ""))
        except InvalidOperation:
            raise Unreadable(detail="an amount in a report cannot be read") from None
        if not found.is_finite():
            raise Unreadable(detail="an amount in a report is not a number")
        return found


class Cells(msgspec.Struct, gc=False):
    ColData: tuple[Cell, ...] = ()


class Row(msgspec.Struct):
    """A row of data, or a section with a heading, rows and a sum."""

    ColData: tuple[Cell, ...] = ()
    Header: Cells | None = None
    Rows: Rows | None = None
    type: str = "Data"


class Rows(msgspec.Struct):
    Row: tuple[Row, ...] = ()


class Column(msgspec.Struct, gc=False):
    ColType: str = ""


class Columns(msgspec.Struct, gc=False):
    Column: tuple[Column, ...] = ()


class Report(msgspec.Struct):
    Rows: Rows
    Columns: Columns


def typed(report: dict[str, Any]) -> Report:
    """Raises Unreadable when it is no report."""
    try:
        return msgspec.convert(report, Report)
    except msgspec.ValidationError as error:
        raise Unreadable(detail=f"a report that cannot be read: {error}"[:200]) from None
