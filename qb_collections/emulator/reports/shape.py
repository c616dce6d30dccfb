"""The pieces every report is made of."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from qb_collections.emulator import errors
from qb_collections.emulator.reports import macros
from qb_collections.emulator.wire import Body, parse_day, stamp
from qb_collections.emulator.work import Work

_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}


class Column(NamedTuple):
    """A column's title, its type, and what else is said of it (recorded: at least its key)."""

    title: str
    kind: str
    meta: tuple[tuple[str, str], ...] = ()


def amount(value: Decimal) -> str:
    """Return a report's number; zero is empty."""
    return f"{value:.2f}" if value else ""


def cells(first: str, values: Sequence[str], id_: str | None = None) -> list[Body]:
    """Return a row's ColData: a name, with its id where it has one, and values."""
    head: Body = {"value": first} | ({"id": id_} if id_ else {})
    return [head, *({"value": value} for value in values)]


def data_row(first: str, values: Sequence[str], id_: str | None = None) -> Body:
    return {"ColData": cells(first, values, id_), "type": "Data"}


def section(
    rows: list[Body], summary: list[Body], *, group: str | None = None, header: list[Body] | None = None
) -> Body:
    """Return a Section with its rows and its summary."""
    found: Body = {}
    if header is not None:
        found["Header"] = {"ColData": header}
    if rows:
        found["Rows"] = {"Row": rows}
    found["Summary"] = {"ColData": summary}
    found["type"] = "Section"
    return found | ({"group": group} if group else {})


def report(
    work: Work,
    name: str,
    columns: Sequence[Column],
    rows: list[Body],
    *,
    header: Body,
    options: Mapping[str, str] | None = None,
) -> Body:
    """Put a report together."""
    shown = {"NoReportData": "false" if rows else "true"} | dict(options or {})
    return {
        "Header": {
            "Time": stamp(work.at, work.switches.zone),
            "ReportName": name,
            **header,
            "Currency": work.home_currency,
            "Option": [{"Name": key, "Value": value} for key, value in shown.items()],
        },
        "Columns": {"Column": [_column(column) for column in columns]},
        "Rows": {"Row": rows},
    }


def _column(column: Column) -> Body:
    meta = [{"Name": name, "Value": value} for name, value in column.meta]
    return {"ColTitle": column.title, "ColType": column.kind} | ({"MetaData": meta} if meta else {})


def day(params: Mapping[str, str], name: str, otherwise: date) -> date:
    """Return a date parameter; raises Fault 2090."""
    text = params.get(name)
    if not text:
        return otherwise
    try:
        return parse_day(text)
    except ValueError as error:
        raise errors.invalid_date(name, text) from error


def basis(work: Work, params: Mapping[str, str]) -> str:
    """Return Cash or Accrual: what is asked for, else the company's preference."""
    asked = params.get("accounting_method") or work.preference("ReportPrefs", "ReportBasis") or "Accrual"
    if asked.lower() not in ("cash", "accrual"):
        raise errors.invalid_enum("accounting_method", asked)
    return str(asked).capitalize()


def fiscal_start(work: Work, on: date) -> date:
    """Return the first day of the fiscal year that a day lies in."""
    month = _MONTHS.get(str(work.preference("AccountingInfoPrefs", "FirstMonthOfFiscalYear")), 1)
    return date(on.year if on.month >= month else on.year - 1, month, 1)


def period(work: Work, params: Mapping[str, str]) -> tuple[date, date]:
    """Return the report's days: as asked, by macro, else from the start of the fiscal year through today."""
    if params.get("date_macro") and not (params.get("start_date") or params.get("end_date")):
        return macros.period(params["date_macro"], work.today(), fiscal_start(work, work.today()))
    end = day(params, "end_date", work.today())
    return day(params, "start_date", fiscal_start(work, end)), end


def as_of(work: Work, params: Mapping[str, str]) -> date:
    """Return the day of a report that looks at one: report_date, else end_date, else the macro's last day."""
    if params.get("report_date"):
        return day(params, "report_date", work.today())
    if params.get("end_date") or params.get("date_macro"):
        return period(work, params)[1]
    return work.today()


def day_before(on: date) -> date:
    return on - timedelta(days=1)
