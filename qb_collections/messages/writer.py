"""Writes amounts, dates, names and tables of a message as people of its locale do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qb_collections.core.money import Money
from qb_collections.messages import wording
from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import Credit, Item, MessageFacts
from qb_collections.messages.template import Rows

ITEM_NAMES = (
    "number",
    "issued_on",
    "due_on",
    "total",
    "balance",
    "partly",
    "days_late",
    "work",
    "purchase_order",
)
CREDIT_NAMES = ("label", "amount")
LINE_NAMES = ("line",)
SENTENCE_MAX = 240
YES = "yes"
_NO_CREDITS = Rows(CREDIT_NAMES)
_NO_ITEMS = Rows(ITEM_NAMES)


class Writer:
    """Writes dates and amounts in one locale; None stays None."""

    __slots__ = ("_items", "locale", "today")

    def __init__(self, facts: MessageFacts) -> None:
        self.locale = facts.locale
        self.today = facts.as_of_on
        self._items: Rows | None = None

    def money(self, value: Money | None) -> str | None:
        return None if value is None else wording.amount(value, self.locale)

    def long(self, day: date | None) -> str | None:
        return None if day is None else wording.long_date(day, self.locale)

    def weekday(self, day: date | None) -> str | None:
        return None if day is None else wording.weekday_date(day, self.locale)

    def soon(self, day: date | None) -> str | None:
        return None if day is None else wording.weekday_near(day, self.locale, self.today)

    def near(self, day: date | None) -> str | None:
        return None if day is None else wording.day_and_month(day, self.locale, self.today)

    def days(self, days: tuple[date, ...]) -> str | None:
        return self.list(
            tuple(wording.day_and_month(day, self.locale, self.today) for day in sorted(set(days)))
        )

    def list(self, words: tuple[str, ...]) -> str | None:
        return self.cleaned([clean_line(word) for word in words])

    def cleaned(self, words: Sequence[str | None]) -> str | None:
        """A list of words that were cleaned before."""
        return wording.and_list([word for word in words if word], self.locale) or None

    def asked_for(self, facts: MessageFacts) -> Rows:
        """The items of the message; several fields are made of them."""
        if self._items is None:
            self._items = self.items(facts.items)
        return self._items

    def items(self, items: tuple[Item, ...]) -> Rows:
        if not items:
            return _NO_ITEMS
        locale, today, long_date = self.locale, self.today, wording.long_date
        written = wording.amounts(items[0].balance.currency, locale)  # a message has one currency
        rows = []
        for item in items:
            due_on, whole, open_ = item.due_on, item.total, item.balance
            days_late = (today - due_on).days if due_on else 0
            partly = open_ is not whole and open_ != whole
            balance = written(open_.amount)
            rows.append(
                {
                    "number": clean_line(item.number),
                    "issued_on": long_date(item.issued_on, locale),
                    "due_on": long_date(due_on, locale) if due_on else None,
                    "total": written(whole.amount) if partly else balance,
                    "balance": balance,
                    "partly": YES if partly else None,
                    "days_late": str(days_late) if days_late > 0 else None,
                    "work": clean_line(item.work) if item.work else None,
                    "purchase_order": clean_line(item.purchase_order) if item.purchase_order else None,
                }
            )
        return Rows(ITEM_NAMES, tuple(rows))

    def credits(self, credits: tuple[Credit, ...]) -> Rows:
        if not credits:
            return _NO_CREDITS
        rows = (
            {"label": clean_line(credit.label), "amount": self.money(-credit.amount)} for credit in credits
        )
        return Rows(CREDIT_NAMES, tuple(rows))

    def lines(self, lines: tuple[str, ...]) -> Rows:
        cleaned = (clean_line(line, SENTENCE_MAX) for line in lines)
        return Rows(LINE_NAMES, tuple({"line": line} for line in cleaned if line))
