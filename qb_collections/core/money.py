"""Amounts of money: an exact decimal with its currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from qb_collections.core.quick import quick


def quantum(currency: str) -> Decimal:
    """The smallest unit of the currency: 0.01 for USD, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


@quick
@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency.  Sums and comparisons across currencies are our mistake, so they raise."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"money needs a Decimal, got {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError(f"money needs a finite amount, got {self.amount}")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return self.format()

    def format(self, locale: str = "en_US") -> str:
        """As people of that locale write it: $1,240.00."""
        return format_currency(self.amount, self.currency, locale=locale)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.amount


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts, zero when there are none.  Every amount must be in the currency."""
    result = Decimal(0)
    for money in amounts:
        if money.currency != currency:
            raise ValueError(f"cannot mix {money.currency} and {currency}")
        result += money.amount
    return Money(result, currency)


def split_evenly(whole: Money, count: int) -> tuple[Money, ...]:
    """Split whole into count installments that differ by at most one smallest unit.

    The odd units go to the earliest installments, so the last one is never
    the largest.  The sum is exactly whole: no rounding is lost or invented.

    Raises ValueError if count < 1, or if an installment would be zero.
    """
    if count < 1:
        raise ValueError(f"a plan needs at least one installment, got {count}")
    unit = quantum(whole.currency)
    units = int(whole.amount / unit)
    if units < count:
        raise ValueError(f"{whole} is too small for {count} installments")

    share, odd_units = divmod(units, count)
    parts = tuple(Money((share + (index < odd_units)) * unit, whole.currency) for index in range(count))
    assert sum(part.amount for part in parts) == whole.amount
    return parts
