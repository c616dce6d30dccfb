"""Dates, times, amounts and lists as people of a locale write them (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list

from qb_collections.core.money import Money

NEAR_DAYS = 180
_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ENGLISH = dict(enumerate(_SMALL, 1))


@cache
def locale_of(name: str) -> str:
    """The locale if it is known, else American English: an odd setting must not stop a message."""
    try:
        return str(Locale.parse(name.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return "en_US"


def language_of(locale: str) -> str:
    return locale_of(locale).split("_")[0]


def in_language(locale: str, language: str) -> str:
    """The locale for a text in that language: its own if they agree, else that language as written there."""
    if language_of(locale) == language:
        return locale_of(locale)
    territory = locale_of(locale).split("_")[-1]
    try:
        return str(Locale.parse(f"{language}_{territory}"))
    except (UnknownLocaleError, ValueError):
        return f"{language}_GB" if language == "en" else language


def long_date(day: date, locale: str) -> str:
    """November 3, 2026; 3 November 2026."""
    return _plain(format_date(day, "long", locale=locale_of(locale)))


def weekday_date(day: date, locale: str) -> str:
    """Tuesday, November 3, 2026: for days on which somebody is asked to do something."""
    return _plain(format_date(day, "full", locale=locale_of(locale)))


def weekday_near(day: date, locale: str, today: date) -> str:
    """Tuesday, November 3: without the year when the day is less than half a year away."""
    pattern = Locale.parse(locale_of(locale)).date_formats["full"].pattern
    without_year = re.sub(r"(,| 'de'| 'del')? ?y+\Z", "", pattern)
    if abs((day - today).days) > NEAR_DAYS or "y" in without_year:
        return weekday_date(day, locale)
    return _plain(format_date(day, without_year, locale=locale_of(locale)))


def short_date(day: date, locale: str) -> str:
    """Nov 3, 2026; 3 Nov 2026."""
    return _plain(format_date(day, "medium", locale=locale_of(locale)))


def day_and_month(day: date, locale: str, today: date) -> str:
    """November 3, without the year when it is this year's."""
    if day.year != today.year:
        return long_date(day, locale)
    pattern = Locale.parse(locale_of(locale)).datetime_skeletons.get("MMMMd")
    return (
        _plain(format_date(day, str(pattern), locale=locale_of(locale)))
        if pattern
        else long_date(day, locale)
    )


def month(day: date, locale: str) -> str:
    """September."""
    return str(Locale.parse(locale_of(locale)).months["stand-alone"]["wide"][day.month])


def clock_time(at: datetime, zone: str, locale: str) -> str:
    """9:02 AM; 09:02."""
    return _plain(format_time(at, "short", tzinfo=ZoneInfo(zone), locale=locale_of(locale)))


def amount(money: Money, locale: str) -> str:
    return money.format(locale_of(locale))


def count_in_words(count: int, locale: str) -> str:
    """two, eleven, 13: small numbers as a person writes them in English, others in figures."""
    return _ENGLISH.get(count, str(count)) if language_of(locale) == "en" else str(count)


def and_list(words: Sequence[str], locale: str) -> str:
    """a, b, and c."""
    return format_list(list(words), locale=locale_of(locale)) if words else ""


def _plain(text: str) -> str:
    """Without narrow spaces and direction marks, which many mail programs show as boxes."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u200f", "").replace("\u200e", "")
