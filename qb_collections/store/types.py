"""Column types that lose nothing, on SQLite as on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import JSON as SqlJson
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, DateTime, String, Table, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from qb_collections.core.money import Money, quantum

# Never None in place of SQL NULL: a missing document is NULL in the column.
JSON = SqlJson(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

_INSTANT_FORMAT_LENGTH = len("2026-10-30T02:30:00.000000Z")


class MoneyUnits(TypeDecorator[Decimal]):
    """A decimal amount as an integer of 1/10000; the currency stands in a column beside it.

    SQLite keeps NUMERIC as a binary float and loses digits; integers are exact, sums too.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"an amount must be a Decimal, got {type(value).__name__}")
        units = value.scaleb(4)
        if units != units.to_integral_value():
            raise ValueError(f"more than 4 decimals: {value}")
        return int(units)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-4)


class Choice(String):
    """One of a few words, as text or as a member of an enumeration.

    The driver takes a member too, but asks around for it first: four times as long as for the word.
    """

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        return _word


def _word(value: str | None) -> str | None:
    return value.value if isinstance(value, Enum) else value


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: TIMESTAMPTZ, or on SQLite text of fixed width that sorts as time does."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(_INSTANT_FORMAT_LENGTH))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must know its zone")
        return instant_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else instant_of(value)


@lru_cache(maxsize=1024)
def instant_text(value: datetime) -> str:
    """2026-10-30T02:30:00.000000Z"""
    here = value if value.tzinfo is UTC else value.astimezone(UTC)
    return here.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def raw(table: Table) -> list[ColumnElement[Any]]:
    """The table's columns as they are stored: for thousands of rows, with money_of, day_of, instant_of,
    bool and texts_of.
    """
    stored: dict[type, TypeEngine[Any]] = {MoneyUnits: BigInteger()}
    stored |= dict.fromkeys((Instant, Date, Boolean, SqlJson), NullType())
    return [
        type_coerce(column, stored[type(column.type)]).label(column.name)
        if type(column.type) in stored
        else column
        for column in table.c
    ]


@lru_cache(maxsize=16384)
def day_of(value: str | date) -> date:
    """A day as the database gives it: the text that SQLite keeps, or PostgreSQL's own.  One value a day."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def texts_of(value: str | list[str]) -> tuple[str, ...]:
    """A document that is a list of texts: SQLite's text, or what PostgreSQL's driver made of it."""
    return _TEXTS.decode(value) if isinstance(value, str) else tuple(value)


_TEXTS = msgspec.json.Decoder(tuple[str, ...])


def instant_of(value: str | datetime) -> datetime:
    """An instant as the database gives it: the text that SQLite keeps, or PostgreSQL's own."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC)


@lru_cache(maxsize=32768)
def money_of(units: int, currency: str) -> Money:
    """An amount stored in 1/10000, as money writes it: the balance of an unpaid invoice is its total."""
    decimals, step = _steps(currency)
    whole, rest = divmod(units, step)
    if rest or decimals > 4:
        return money(Decimal(units).scaleb(-4), currency)
    return Money(Decimal(whole) * _unit(currency), currency)


@lru_cache(maxsize=64)
def _steps(currency: str) -> tuple[int, int]:
    """How many decimals the currency has, and how many stored units its smallest unit is."""
    decimals = -int(_unit(currency).as_tuple().exponent)
    return decimals, 10 ** max(4 - decimals, 0)


@lru_cache(maxsize=64)
def _unit(currency: str) -> Decimal:
    return quantum(currency)


def money(amount: Decimal, currency: str) -> Money:
    """The stored amount with as many decimals as its currency has, or more where it needs them."""
    rounded = amount.quantize(_unit(currency))
    return Money(rounded if rounded == amount else amount, currency)


def money_or_none(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else money(amount, currency)
