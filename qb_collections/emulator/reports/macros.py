"""The named periods of reports (date_macro), as Intuit's reference lists them."""

from calendar import monthrange
from datetime import date, timedelta

from qb_collections.emulator import errors

_FIRST_DAY = date(1900, 1, 1)  # where "all" begins


def period(name: str, today: date, fiscal_start: date) -> tuple[date, date]:
    """Return a macro's first and last day; weeks begin on Sunday.  Raises Fault 2170 for an unknown one."""
    macro = name.strip().lower().replace("_", " ").replace("-to-date", " to date")
    macro = " ".join(macro.split())
    if macro == "today":
        return today, today
    if macro == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if macro == "all":
        return _FIRST_DAY, today
    which, _, unit = macro.partition(" ")
    to_date = unit.endswith(" to date")
    steps = {"last": -1, "this": 0, "next": 1}
    if which not in steps:
        raise errors.invalid_enum("date_macro", name)
    first, last = _unit(unit.removesuffix(" to date"), steps[which], today, fiscal_start, name)
    if to_date:
        last = first + (today - _unit(unit.removesuffix(" to date"), 0, today, fiscal_start, name)[0])
    return first, last


def _unit(unit: str, step: int, today: date, fiscal_start: date, name: str) -> tuple[date, date]:
    if unit in ("week", "4 weeks"):
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        weeks = 4 if unit == "4 weeks" else 1
        first = sunday + timedelta(days=7 * step * weeks)
        return first, first + timedelta(days=7 * weeks - 1)
    months = {"month": 1, "calendar quarter": 3, "fiscal quarter": 3, "quarter": 3}
    months |= {"calendar year": 12, "fiscal year": 12, "year": 12}
    if unit not in months:
        raise errors.invalid_enum("date_macro", name)
    size = months[unit]
    start = fiscal_start.month if unit.startswith("fiscal") else 1
    index = today.year * 12 + today.month - start
    first_month = index // size * size + step * size + start - 1
    first = date(first_month // 12, first_month % 12 + 1, 1)
    end = first_month + size - 1
    year, month = end // 12, end % 12 + 1
    return first, date(year, month, monthrange(year, month)[1])
