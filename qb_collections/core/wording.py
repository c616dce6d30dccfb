"""How dates, amounts and names are written in the sentences that people read.

Stored sentences name days, never ages, so that they stay true.  Every sentence is at
most 240 characters, whatever QuickBooks holds in a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money, quantum

SENTENCE_MAX = 240
_LABEL_MAX = 24
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@lru_cache(maxsize=16384)
def day_text(day: date, year: int, locale: str = "en_US") -> str:
    """Friday, November 6 or Friday 6 November, as the locale orders it; with the year if it is another."""
    weekday, month = _WEEKDAYS[day.weekday()], _MONTHS[day.month - 1]
    if _month_first(locale):
        text = f"{weekday}, {month} {day.day}"
        return text if day.year == year else f"{text}, {day.year}"
    text = f"{weekday} {day.day} {month}"
    return text if day.year == year else f"{text} {day.year}"


class DayTexts(dict[date, str]):
    """Days as sentences of one year write them: a night names a few hundred days, thousands of times."""

    def __init__(self, year: int, locale: str) -> None:
        self._as = year, locale

    def __missing__(self, day: date) -> str:
        text = self[day] = day_text(day, *self._as)
        return text


@lru_cache(maxsize=1024)
def date_text(day: date, locale: str = "en_US") -> str:
    """November 6, 2026 or 6 November 2026, as the locale orders it."""
    month = _MONTHS[day.month - 1]
    return f"{month} {day.day}, {day.year}" if _month_first(locale) else f"{day.day} {month} {day.year}"


@lru_cache(maxsize=64)
def _month_first(locale: str) -> bool:
    """Whether English there writes the month before the day; our sentences are English everywhere."""
    found = Locale.parse(locale)
    pattern = found.date_formats["long"].pattern
    return found.language == "en" and pattern.index("M") < pattern.index("d")


def count_text(count: int, noun: str) -> str:
    """One business day, two business days, 11 business days."""
    figure = _SMALL[count] if 0 <= count < len(_SMALL) else str(count)
    return f"{figure} {noun}" if count == 1 else f"{figure} {noun}s"


@lru_cache(maxsize=16384)
def short(text: str, longest: int) -> str:
    """One line of at most longest characters; control and direction characters become spaces."""
    if len(text) <= longest and text.isprintable():  # nearly every name and number
        return " ".join(text.split())
    clean = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * longest]).split())
    return clean if len(clean) <= longest else f"{clean[: longest - 1].rstrip()}…"


def fit(sentence: str) -> str:
    """The sentence, cut at a word when a long name has made it longer than people want to read."""
    if len(sentence) <= SENTENCE_MAX:
        return sentence
    return f"{sentence[: SENTENCE_MAX - 1].rsplit(' ', 1)[0].rstrip(' ,;:')}…"


def money_text(money: Money, locale: str) -> str:
    """As Money.format, but quick: a night writes thousands of amounts in one or two currencies."""
    return amount_text(money.currency, locale)(money.amount)


@lru_cache(maxsize=256)
def amount_text(currency: str, locale: str) -> Callable[[Decimal], str]:
    """How amounts of one currency are written there."""
    shape = _shape(currency, locale)

    def slow(amount: Decimal) -> str:
        return Money(amount, currency).format(locale)

    if shape is None:
        return slow
    prefix, suffix, digits, swap = shape
    form = f",.{digits}f"

    def quick(amount: Decimal) -> str:
        if amount.is_signed():
            return slow(amount)
        figure = format(amount, form)
        return f"{prefix}{figure.translate(swap) if swap else figure}{suffix}"

    return quick


def _shape(currency: str, locale: str) -> tuple[str, str, int, dict[int, str]] | None:
    """What surrounds and separates the figures; None where they are not grouped by thousands."""
    digits = -int(quantum(currency).as_tuple().exponent)
    # Figures 1 to 9 once each, so that every separator can be read off by its place.
    sample = Money(Decimal("12345678.9123").quantize(quantum(currency)), currency)
    written, plain = sample.format(locale), f"{sample.amount:,.{digits}f}"
    start, end = written.find(plain[0]), written.rfind(plain[-1]) + 1
    figure = written[start:end]
    swap = {ord(ours): theirs for ours, theirs in zip(plain, figure, strict=False) if ours != theirs}
    if plain.translate(swap) != figure or any(chr(ours).isdigit() for ours in swap):
        return None
    return written[:start], written[end:], digits, swap


def invoice_text(invoice: Invoice, written: Callable[[Decimal], str]) -> str:
    """invoice 10612 ($780.40); written: how amounts of its currency are (amount_text)."""
    return f"invoice {label(invoice)} ({written(invoice.balance.amount)})"


def label(invoice: Invoice) -> str:
    number = invoice.number
    if number and len(number) <= _LABEL_MAX and number.isalnum() and number.isascii():
        return number  # nearly every one
    return short(invoice.label, _LABEL_MAX)


def list_text(words: Sequence[str]) -> str:
    """10231, 10240 and 4 more: never more than three by name."""
    if len(words) <= 1:
        return "".join(words)
    if len(words) <= 3:
        return f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{', '.join(words[:2])} and {len(words) - 2} more"
