"""Payment terms, and the due dates they give."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import Asked, Filters, inside
from qb_collections.emulator.entities.lists import LIST_FILTERS, NameList
from qb_collections.emulator.fields import COMMON, Fields, of_kind, text
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work


class Term(NameList):
    name = "Term"
    sequence = "Term"
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=31),
        **of_kind("flag", "Active"),
        **of_kind(
            "number", "DueDays DiscountDays DiscountPercent DayOfMonthDue DueNextMonthDays DiscountDayOfMonth"
        ),
        **of_kind("answer", "Type"),
    }
    filters: ClassVar[Filters] = {
        **LIST_FILTERS,
        "DueDays": inside("DueDays", "number"),
        "Type": inside("Type"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        # python-quickbooks sends 0 for every number it does not know: a day of the month of 0 is none.
        day = new.get("DayOfMonthDue") or 0
        if day and not 1 <= day <= 31:
            raise errors.invalid_number("DayOfMonthDue", day)
        if day:
            new["Type"] = "DATE_DRIVEN"
            new.pop("DueDays", None)
        else:
            new["Type"] = "STANDARD"
            due_days = new.setdefault("DueDays", Decimal(0))
            if not 0 <= due_days <= 999:
                raise errors.invalid_number("DueDays", due_days)
            for name in ("DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth"):
                new.pop(name, None)
        return super().prepare(work, new, old, asked)


def due_on(term: Body, txn_on: date) -> date:
    """Return the day an invoice of this day is due.

    A date-driven term means a day of this month, or of the next when fewer than DueNextMonthDays are left;
    a month too short for the day ends it.
    """
    if term["Type"] == "STANDARD":
        return txn_on + timedelta(days=int(term.get("DueDays", 0)))
    day = int(term["DayOfMonthDue"])
    due = _in_month(txn_on.year, txn_on.month, day)
    if (due - txn_on).days < int(term.get("DueNextMonthDays", 0)) or due < txn_on:
        due = _in_month(txn_on.year + txn_on.month // 12, txn_on.month % 12 + 1, day)
    return due


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
