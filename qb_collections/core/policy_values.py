"""The kinds of values that a policy is written in: whole days, amounts, months and days, codes of steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

# A statement is an e-mail that lists everything open; a decision sends nothing, a person chooses.
Channel = Literal["email", "call", "letter", "statement", "decision"]
Tone = Literal["helpful", "cooperative", "firm", "final"]  # from the softest to the firmest
Sender = Literal["accounts", "contact", "owner"]
Rhythm = Literal["weekly", "fortnightly", "monthly", "month_end"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TONES: tuple[Tone, ...] = ("helpful", "cooperative", "firm", "final")
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number without quotes, for example 25 or 25.50")
    return Decimal(value)


def _month_day(value: object) -> object:
    """ "12-24" becomes (12, 24)."""
    try:
        # 2024 is a leap year, so 02-29 is a day.
        day = date.fromisoformat(f"2024-{value}") if isinstance(value, str) and len(value) == 5 else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError('must be a month and a day, for example "12-24"')
    return (day.month, day.day)


def _clock(value: object) -> object:
    """A number is no time of day, though some readers take it for seconds since midnight."""
    if not isinstance(value, str | time):
        raise ValueError("a time of day is needed, as in 09:00:00")
    return value


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time of day without a zone is needed, as in 09:00:00; it is the customer's own")
    return value


def _day(value: object) -> object:
    if not isinstance(value, str | date):
        raise ValueError("a day is needed, as in 2026-12-24")
    return value


EMPTY_IS_NONE = BeforeValidator(lambda value: None if value == "" else value)
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$")]
Subdivision = Annotated[str, Field(pattern="^[A-Z0-9]{0,3}$")]
Days = Annotated[int, Field(strict=True, ge=0, le=3660)]
Flag = Annotated[bool, Field(strict=True)]  # "yes" is a text, and 1 a number
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
# What a person writes is a number or "MM-DD"; the schema for editors says that, not what it becomes.
_WRITTEN_NUMBER = WithJsonSchema({"type": "number", "minimum": 0})
_WRITTEN_DAY = WithJsonSchema({"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"})
Amount = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=Decimal(10) ** 12), _WRITTEN_NUMBER]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
TimeOfDay = Annotated[time, BeforeValidator(_clock), AfterValidator(_without_zone)]
Day = Annotated[date, BeforeValidator(_day)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(_month_day), _WRITTEN_DAY]


class Section(BaseModel):
    """A table of the policy.  What it does not know is refused, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __hash__(self) -> int:
        """Equal policies may share what was worked out for one of them; a table of amounts has no hash."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return hash(tuple(tuple(sorted(one.items())) if isinstance(one, Mapping) else one for one in values))
