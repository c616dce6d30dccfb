"""Amounts by account and column: one column, or one for each customer, class, location, product or period."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from qb_collections.emulator import accounts, books, errors
from qb_collections.emulator.ledger import Entry
from qb_collections.emulator.reports import shape
from qb_collections.emulator.work import Work

TOTAL = "TOTAL"
EARNINGS = ("Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense")
_UNNAMED = "Not Specified"
_SPANS_MOST = 400

Sum = dict[str, int]

# What summarize_column_by may name besides Total and periods: the entity, and where a line names it.
_NAMED: dict[str, tuple[str, Callable[[Entry], str | None]]] = {
    "customers": ("Customer", lambda entry: entry.customer),
    "classes": ("Class", lambda entry: entry.class_),
    "departments": ("Department", lambda entry: entry.department),
    "productsandservices": ("Item", lambda entry: entry.item),
}
_PERIODS = ("days", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Span:
    """One period of a report in columns: both days are in it."""

    start: date
    end: date
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """Units by account and column; a debit is positive.  The names are the columns in their order."""

    names: list[str]
    columns: list[shape.Column]
    rows: dict[str, Sum]


def earned(work: Work, start: date, end: date, method: str, by: str) -> Table:
    """Return income and expense of a period."""
    found = books.entries(work, since=start.isoformat(), until=end.isoformat(), basis=method)
    lines = [entry for entry in found if kind_of(work, entry.account) in EARNINGS]
    if (unit := by.lower()) in _PERIODS:
        return _by_period(lines, _spans(start, end, unit))
    return _by_name(work, ((entry.account, entry) for entry in lines), by)


def standing(work: Work, start: date, end: date, method: str, by: str) -> Table:
    """Return each account's balance; earnings of earlier fiscal years stand in retained earnings."""
    retained = accounts.find(work, accounts.RETAINED) or RETAINED_ID
    found = books.entries(work, until=end.isoformat(), basis=method)
    if (unit := by.lower()) in _PERIODS:
        return _standing_by_period(work, list(found), _spans(start, end, unit), retained)
    began = shape.fiscal_start(work, end).isoformat()
    return _by_name(work, ((_place(work, entry, began, retained), entry) for entry in found), by)


# A company that never needed the account has none: its row then carries this id.
RETAINED_ID = "retained"


def kind_of(work: Work, account: str) -> str:
    """Return an account's type."""
    return "Equity" if account == RETAINED_ID else str(books.account_named(work, account)["AccountType"])


def _place(work: Work, entry: Entry, began: str, retained: str) -> str:
    earlier = entry.on < began and kind_of(work, entry.account) in EARNINGS
    return retained if earlier else entry.account


def _by_name(work: Work, placed: Iterable[tuple[str, Entry]], by: str) -> Table:
    kind = by.lower()
    if kind not in ("total", *_NAMED):
        raise errors.invalid_enum("summarize_column_by", by)
    rows: dict[str, Sum] = {}
    seen: set[str] = set()
    payable = work.places().payable
    for account, entry in placed:
        row = rows.setdefault(account, defaultdict(int))
        row[TOTAL] += entry.units
        if kind in _NAMED:
            name = _NAMED[kind][1](entry) or ""
            if kind == "customers" and entry.account in payable:
                name = ""  # what stands there is a vendor
            seen.add(name)
            row[name] += entry.units
    names = [*sorted(seen, key=lambda name: (name == "", len(name), name)), TOTAL]
    columns = [shape.Column(_title(work, kind, name), "Money", _key(name)) for name in names]
    return Table(names, columns, rows)


def _key(name: str) -> tuple[tuple[str, str], ...]:
    return (("ColKey", "total" if name == TOTAL else name or "not_specified"),)


def _title(work: Work, kind: str, name: str) -> str:
    if name == TOTAL:
        return "Total"
    if name == "":
        return _UNNAMED
    body = work.body(_NAMED[kind][0], name) or {}
    return str(body.get("DisplayName") or body.get("FullyQualifiedName") or name)


def _by_period(lines: list[Entry], spans: list[Span]) -> Table:
    rows: dict[str, Sum] = {}
    for entry in lines:
        row = rows.setdefault(entry.account, defaultdict(int))
        span = next(span for span in spans if entry.on <= span.end.isoformat())
        row[span.start.isoformat()] += entry.units
        row[TOTAL] += entry.units
    columns = [_span_column(span) for span in spans]
    return Table(
        [*(span.start.isoformat() for span in spans), TOTAL],
        [*columns, shape.Column("Total", "Money", _key(TOTAL))],
        rows,
    )


def _standing_by_period(work: Work, lines: list[Entry], spans: list[Span], retained: str) -> Table:
    """At the end of each period, without a total: balances of several days do not add up to anything."""
    rows: dict[str, Sum] = {}
    for span in spans:
        began, name = shape.fiscal_start(work, span.end).isoformat(), span.start.isoformat()
        for entry in lines:
            if entry.on <= span.end.isoformat():
                rows.setdefault(_place(work, entry, began, retained), defaultdict(int))[name] += entry.units
    return Table([span.start.isoformat() for span in spans], [_span_column(span) for span in spans], rows)


def _span_column(span: Span) -> shape.Column:
    meta = (
        ("StartDate", span.start.isoformat()),
        ("EndDate", span.end.isoformat()),
        ("ColKey", span.title),
    )
    return shape.Column(span.title, "Money", meta)


def _spans(start: date, end: date, unit: str) -> list[Span]:
    """Cut a period at the ends of its weeks (on Saturday), months, quarters or years."""
    found: list[Span] = []
    day = start
    while day <= end:
        if len(found) == _SPANS_MOST:
            raise errors.invalid_enum("summarize_column_by", f"{unit} over {(end - start).days} days")
        last = min(_last_of(day, unit), end)
        found.append(Span(day, last, _span_title(day, last, unit)))
        day = last + timedelta(days=1)
    return found


def _last_of(day: date, unit: str) -> date:
    if unit == "days":
        return day
    if unit == "week":
        return day + timedelta(days=(5 - day.weekday()) % 7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first_after = day.month - (day.month - 1) % months + months
    return date(day.year + (first_after - 1) // 12, (first_after - 1) % 12 + 1, 1) - timedelta(days=1)


def _span_title(start: date, end: date, unit: str) -> str:
    whole = start.day == 1 and _last_of(end, unit) == end
    if unit == "days" or start == end:
        return f"{start:%b} {start.day}, {start.year}"
    if unit == "year" and whole and start.month == 1:
        return str(start.year)
    if unit == "month" and whole:
        return f"{start:%b} {start.year}"
    if unit == "month" or (start.year, start.month) == (end.year, end.month):
        return f"{start:%b} {start.day} - {end.day}, {start.year}"
    if unit == "quarter" and whole and start.month % 3 == 1:
        return f"{start:%b} - {end:%b}, {start.year}"
    return f"{start:%b} {start.day}, {start.year} - {end:%b} {end.day}, {end.year}"
