"""Amounts, days and counts on a page, in the company's own language and zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from flask import Flask, g

from qb_collections.core.money import Money, total
from qb_collections.core.wording import day_text, money_text
from qb_collections.services.overview import REASONS
from qb_collections.store.companies import Company

LEAP_YEAR = 2000


def install(app: Flask) -> None:
    app.jinja_env.filters |= {
        "money": money,
        "figure": figure,
        "day": day,
        "weekday": weekday,
        "month_day": month_day,
        "month_and_day": month_and_day,
        "month_year": month_year,
        "instant": instant,
        "counted": counted,
        "days_late": days_late,
        "quantity": quantity,
        "language_name": language_name,
        "left_alone": left_alone,
        "summed": total,
        "listed_tasks": listed_tasks,
        "task_word": task_word,
        "spent": spent,
        "dialled": dialled,
    }
    app.jinja_env.globals["run_state"] = run_state


def money(value: Money | None) -> str:
    """$1,240.00; nothing for nothing known."""
    return "" if value is None else money_text(value, _locale())


def figure(value: int) -> str:
    return format_decimal(value, locale=_locale())


def day(value: date | None) -> str:
    """Nov 3, 2026, as the company's country writes it."""
    return "" if value is None else _date(value, _locale())


def month_day(value: tuple[int, int]) -> str:
    """December 24: a day of every year, given as month and day."""
    return format_skeleton("MMMMd", date(LEAP_YEAR, *value), locale=_locale())


def month_and_day(value: date) -> str:
    """Dec 24, where the year goes without saying."""
    return _month_and_day(value, _locale())


@lru_cache(maxsize=4096)
def _month_and_day(value: date, locale: str) -> str:
    return format_skeleton("MMMd", value, locale=locale)


def month_year(value: date) -> str:
    """Nov 2026: a whole month, under a chart."""
    return format_skeleton("yMMM", value, locale=_locale())


def weekday(value: date | None) -> str:
    """Friday, November 6, or Friday 6 November: as the reasons say it there."""
    return "" if value is None else day_text(value, value.year, _locale())


def instant(value: datetime | None) -> str:
    """Nov 3, 2026, 9:10 AM, on the company's clocks."""
    if value is None:
        return ""
    company = _company()
    return _instant(value, company.zone if company else "UTC", _locale())


@lru_cache(maxsize=4096)
def _instant(value: datetime, zone: str, locale: str) -> str:
    there = ZoneInfo(zone)
    clock = format_time(value, "short", tzinfo=there, locale=locale)
    return f"{_date(value.astimezone(there).date(), locale)}, {clock}"


@lru_cache(maxsize=4096)
def _date(value: date, locale: str) -> str:
    """A list names the same days again and again."""
    return str(format_date(value, "medium", locale=locale))


def language_name(code: str) -> str:
    """German, for de."""
    try:
        return Locale.parse(code).get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def counted(count: int, one: str, many: str | None = None) -> str:
    """1 customer, 22 customers."""
    return f"{figure(count)} {one if count == 1 else many or one + 's'}"


def quantity(value: Decimal) -> str:
    """2, 1.5: as many decimals as it has."""
    return format_decimal(value.normalize(), locale=_locale(), decimal_quantization=False)


def days_late(days: int | float) -> str:
    """12 days after the due date; 3.5 days, where the middle lies between two."""
    if days == 0:
        return "on the due date"
    said = figure(abs(days)) if isinstance(days, int) else format_decimal(abs(days), locale=_locale())
    return f"{said} {'day' if abs(days) == 1 else 'days'} {'after' if days > 0 else 'before'} the due date"


def left_alone(gate: str, count: int) -> str:
    """2 owe less than your limit: why so many customers are left alone tonight."""
    one, many = REASONS.get(gate, ("has another reason", "have another reason"))
    return f"{figure(count)} {one if count == 1 else many}"


TASKS = {
    "call": ("call to make", "calls to make"),
    "message": ("message to send", "messages to send"),
    "decide": ("decision", "decisions"),
    "parked": ("thing to look up in QuickBooks", "things to look up in QuickBooks"),
    "verify": ("difference in QuickBooks", "differences in QuickBooks"),
}
RUN_STATES = {
    "deciding": "Being decided",
    "held": "Held back",
    "waiting": "Waits for you",
    "released": "Decided",
    "ended": "Finished",
}


def listed_tasks(by_kind: Mapping[str, int]) -> str:
    """2 calls to make, 1 decision and 3 other things: what is there, and nothing else."""
    parts = [counted(by_kind[kind], *words) for kind, words in TASKS.items() if by_kind.get(kind)]
    others = sum(count for kind, count in by_kind.items() if kind not in TASKS)
    if others:
        parts.append(
            counted(others, "other thing")
            if parts
            else counted(others, "thing to look at", "things to look at")
        )
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


TASK_WORDS = {
    "call": "Call",
    "message": "Message to send",
    "parked": "Please look",
    "verify": "Please look",
    "decide": "Decision",
    "answer_dispute": "Answer them",
    "follow_up": "Follow up",
    "look_at_hardship": "Look again",
    "look_at_old": "Old invoices",
    "apply_credits": "Credits",
    "find_credit": "Credits",
    "add_email": "Address",
    "plan_missed": "Plan",
}


def task_word(kind: str) -> str:
    return TASK_WORDS.get(kind, "To do")


def spent(minutes: int) -> str:
    """45 minutes, an hour, 2 hours and a half: nobody plans by the minute beyond an hour."""
    if minutes < 60:
        return counted(minutes, "minute")
    hours, rest = divmod(minutes + 15, 60)
    whole = counted(hours, "hour")
    return f"{whole} and a half" if rest >= 30 else whole


def dialled(phone: str) -> str:
    """What a phone dials: figures, with the + before them."""
    return "".join(letter for letter in phone if letter in "+0123456789")


def run_state(state: str) -> str:
    """Where a night stands, in the owner's words."""
    return RUN_STATES[state]


def _company() -> Company | None:
    company: Company | None = g.get("company")
    return company


def _locale() -> str:
    company = _company()
    return company.locale if company else "en_US"


def minutes(span: timedelta) -> str:
    """12 minutes; never fewer than one."""
    return counted(max(-int(-span.total_seconds() // 60), 1), "minute")
