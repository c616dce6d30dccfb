"""Dates, times, amounts and lists as people of a locale write them (Unicode CLDR, through Babel)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list

from qb_collections.core.money import Money
from qb_collections.core.wording import amount_text, money_text

NEAR_DAYS = 180
DAYS_KEPT = 4096  # a night writes thousands of messages about a few hundred days
_SMALL = {
    "en": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "de": ("eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
}


@lru_cache(maxsize=256)
def locale_of(name: str) -> str:
    """The locale if it is known, else American English: an odd setting must not stop a message."""
    try:
        return str(Locale.parse(name.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return "en_US"


@lru_cache(maxsize=256)
def language_of(locale: str) -> str:
    return locale_of(locale).split("_")[0]


@lru_cache(maxsize=256)
def in_language(locale: str, language: str) -> str:
    """The locale for a text in that language: its own if they agree, else that language as written there."""
    if language_of(locale) == language:
        return locale_of(locale)
    territory = locale_of(locale).split("_")[-1]
    try:
        return str(Locale.parse(f"{language}_{territory}"))
    except (UnknownLocaleError, ValueError):
        return f"{language}_GB" if language == "en" else language


@lru_cache(maxsize=DAYS_KEPT)
def long_date(day: date, locale: str) -> str:
    """November 3, 2026; 3 November 2026."""
    return _plain(format_date(day, "long", locale=locale_of(locale)))


@lru_cache(maxsize=DAYS_KEPT)
def weekday_date(day: date, locale: str) -> str:
    """Tuesday, November 3, 2026: for days on which somebody is asked to do something."""
    return _plain(format_date(day, "full", locale=locale_of(locale)))


@lru_cache(maxsize=DAYS_KEPT)
def weekday_near(day: date, locale: str, today: date) -> str:
    """Tuesday, November 3: without the year when the day is less than half a year away."""
    pattern = Locale.parse(locale_of(locale)).date_formats["full"].pattern
    without_year = re.sub(r"(,| 'de'| 'del')? ?y+\Z", "", pattern)
    if abs((day - today).days) > NEAR_DAYS or "y" in without_year:
        return weekday_date(day, locale)
    return _plain(format_date(day, without_year, locale=locale_of(locale)))


@lru_cache(maxsize=DAYS_KEPT)
def short_date(day: date, locale: str) -> str:
    """Nov 3, 2026; 3 Nov 2026."""
    return _plain(format_date(day, "medium", locale=locale_of(locale)))


@lru_cache(maxsize=DAYS_KEPT)
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


@lru_cache(maxsize=DAYS_KEPT)
def month(day: date, locale: str) -> str:
    """September."""
    return str(Locale.parse(locale_of(locale)).months["stand-alone"]["wide"][day.month])


@lru_cache(maxsize=256)
def clock_time(at: datetime, zone: str, locale: str) -> str:
    """9:02 AM; 09:02."""
    return _plain(format_time(at, "short", tzinfo=ZoneInfo(zone), locale=locale_of(locale)))


def amount(money: Money, locale: str) -> str:
    return money_text(money, locale_of(locale))


def amounts(currency: str, locale: str) -> Callable[[Decimal], str]:
    """How amounts of one currency are written there."""
    return amount_text(currency, locale_of(locale))


def count_in_words(count: int, locale: str) -> str:
    """two, eleven, 13: numbers up to twelve as a person writes them, of invoices; others in figures."""
    words = _SMALL.get(language_of(locale), ())
    return words[count - 1] if 0 < count <= len(words) else str(count)


def and_list(words: Sequence[str], locale: str) -> str:
    """a, b, and c."""
    if len(words) < 2:
        return "".join(words)
    between = _between(locale)
    if between is None:
        return format_list(list(words), locale=locale_of(locale))
    pair, comma, last = between
    if len(words) == 2:
        return f"{words[0]}{pair}{words[1]}"
    return f"{comma.join(words[:-1])}{last}{words[-1]}"


@lru_cache(maxsize=256)
def _between(locale: str) -> tuple[str, str, str] | None:
    """What stands between two, between the first of many, and before the last; None where it is more."""
    pair = format_list(["1", "2"], locale=locale_of(locale))
    many = format_list(["1", "2", "3", "4"], locale=locale_of(locale))
    two = re.fullmatch("1(.*)2", pair)
    four = re.fullmatch(r"1(.*)2(.*)3(.*)4", many)
    if two is None or four is None or four[1] != four[2]:
        return None
    return two[1], four[1], four[3]


def _plain(text: str) -> str:
    """Without narrow spaces and direction marks, which many mail programs show as boxes."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u200f", "").replace("\u200e", "")
