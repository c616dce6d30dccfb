"""Kinds of arguments that people type: days, instants, and a company's name that may be left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import click

from qb_collections.core.money import Money, quantum

F = TypeVar("F", bound=Callable[..., Any])


TYPED_MAX = 60  # letters of a wrong word that are repeated


def typed(value: Any) -> str:
    """What somebody typed, in quotes, cut where it is endless."""
    text = str(value)
    return repr(text if len(text) <= TYPED_MAX else f"{text[:TYPED_MAX]}…")


class Day(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{typed(value)} is not a day of the calendar. Write year-month-day, as in 2026-11-06.")


class Instant(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5
    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{typed(value)} is not an instant. Write it as in 2026-10-30T20:00:00Z.")
        if at.tzinfo is None:
            self.fail(f"{typed(value)} has no time zone. Write it as in {value}Z.")
        try:
            return at.astimezone(UTC)
        except OverflowError:
            self.fail(f"{typed(value)} is outside of the years 1 to 9999.")


AMOUNT_MAX = Decimal(10) ** 12  # as in a policy; the database counts in ten-thousandths within 64 bits


class Amount(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5
    name = "AMOUNT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        try:
            amount = Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            self.fail(f"{typed(value)} is not an amount. Write it as in 1240.00.")
        if not amount.is_finite() or amount <= 0:
            self.fail(f"{typed(value)} is not an amount that somebody can pay. Write it as in 1240.00.")
        if amount > AMOUNT_MAX:
            self.fail(f"{typed(value)} is more than anybody owes here; at most {AMOUNT_MAX:,} can be kept.")
        return amount


DAY, INSTANT, AMOUNT = Day(), Instant(), Amount()


def money(amount: Decimal | None, currency: str) -> Money | None:
    """The amount in that currency.  Refuses more decimals than the currency has."""
    if amount is None:
        return None
    unit = quantum(currency)
    if amount % unit:
        places = -int(unit.as_tuple().exponent)
        allowed = (
            f"{many(places, 'decimal')}, as in {Decimal(1240):.{places}f}"
            if places
            else "no decimals, as in 1240"
        )
        raise click.UsageError(f"{amount} has more decimals than {currency} has. Write it with {allowed}.")
    return Money(amount.quantize(unit), currency)


def name_argument(function: F) -> F:
    """NAME, which may be left out when one company is connected."""
    return click.argument("name", required=False)(function)


def company_option(function: F) -> F:
    text = "The company; may be left out when one is connected."
    return click.option("--company", "name", metavar="NAME", help=text)(function)


def name_and(words: Sequence[str], last: str) -> tuple[str | None, str]:
    """Split "[NAME] LAST": the last word is needed, the name before it may be left out."""
    if len(words) == 1:
        return None, words[0]
    if len(words) == 2:
        return words[0], words[1]
    if not words:
        raise click.UsageError(f"Missing argument '{last}'.")
    raise click.UsageError("A name with blanks needs quotation marks around it.")


def many(count: int, one: str, several: str | None = None) -> str:
    """1 customer, 22 customers."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def day_text(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
