"""The policy: one TOML text that says everything a decision may be steered by.

Everything but the ladder has the Standard values as defaults, so a short policy is a whole one.
policy_text.py finds the lines for what is refused here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from qb_collections.core import policy_words
from qb_collections.core.business_days import Calendar, QuietSeason
from qb_collections.core.policy_text import Location, line_of, nearest, path_text, toml_error_line

Channel = Literal["email", "call", "letter", "decision"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
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


EMPTY_IS_NONE = BeforeValidator(lambda value: None if value == "" else value)
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$")]
Subdivision = Annotated[str, Field(pattern="^[A-Z0-9]{0,3}$")]
Days = Annotated[int, Field(strict=True, ge=0, le=3660)]
# What a person writes is a number or "MM-DD"; the schema for editors says that, not what it becomes.
_WRITTEN_NUMBER = WithJsonSchema({"type": "number", "minimum": 0})
_WRITTEN_DAY = WithJsonSchema({"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$"})
Amount = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=Decimal(10) ** 12), _WRITTEN_NUMBER]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
MonthDay = Annotated[tuple[int, int], BeforeValidator(_month_day), _WRITTEN_DAY]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(Section):
    """One step.  Both waits must be over: after the due date, and after the last delivered contact."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=30)]  # the owner's words: "first message"
    after_due_days: Annotated[int, Field(strict=True, ge=-60, le=3660)]
    business: bool = False  # after_due_days counts business days
    after_last_days: Days = 0  # calendar days after the last delivered contact
    channel: Channel
    template: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    approval: bool = False  # a person agrees to each one, in every mode
    min_balance: Amount = Decimal(0)  # below it the step is skipped as if it were not there
    repeat_every_days: Annotated[int, Field(strict=True, ge=3, le=3660)] | None = None
    firm: bool = False  # demands only what an earlier message of this round has named
    quickbooks_copy: bool = False  # one invoice: QuickBooks e-mails a copy of it
    needs_history: bool = False  # only where payment history says it is a courtesy
    reply_by_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] | None = None
    act_by_days: Annotated[int, Field(strict=True, ge=1, le=365)] | None = None
    act_by_min_business_days: Days = 5

    def reached_on(self, due_on: date, calendar: Calendar) -> date:
        """The day on which an invoice due on due_on reaches this step, before any shift to an open day."""
        if self.business:
            return calendar.add_business_days(due_on, self.after_due_days)
        return due_on + timedelta(days=self.after_due_days)


class Limits(Section):
    # Outer walls: at least 3 days apart, 3 in 7 and 10 in 30 days (ACCC/ASIC RG 96, taken for everyone).
    contact_gap_days: Annotated[int, Field(strict=True, ge=3, le=365)] = 6
    at_most_in_7_days: Annotated[int, Field(strict=True, ge=1, le=3)] = 2
    at_most_in_14_days: Annotated[int, Field(strict=True, ge=1, le=6)] = 3
    at_most_in_21_days: Annotated[int, Field(strict=True, ge=1, le=8)] = 3
    at_most_in_30_days: Annotated[int, Field(strict=True, ge=1, le=10)] = 5
    smallest_balance: Amount = Decimal(25)
    smallest_balance_in: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Amount] = {}  # JPY = 2500
    oldest_debt_days: Annotated[int, Field(strict=True, ge=30, le=3660)] = 365

    def __hash__(self) -> int:
        """Equal policies may share what was worked out for one of them; a table alone has no hash."""
        return hash((self.contact_gap_days, self.caps, self.smallest_balance, self.oldest_debt_days))

    @property
    def caps(self) -> tuple[tuple[int, int], ...]:
        """Pairs of window in days and most contacts in it."""
        return (
            (7, self.at_most_in_7_days),
            (14, self.at_most_in_14_days),
            (21, self.at_most_in_21_days),
            (30, self.at_most_in_30_days),
        )

    def smallest(self, currency: str) -> Decimal:
        return self.smallest_balance_in.get(currency, self.smallest_balance)


class ContactHours(Section):
    """In the customer's own time.  Never outside 8:00 to 21:00 (12 CFR 1006.6(b), taken for everyone)."""

    opens: time = time(9)
    closes: time = time(17)
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")

    @model_validator(mode="after")
    def _in_order(self) -> ContactHours:
        if not time(8) <= self.opens < self.closes <= time(21):
            raise ValueError("opens must be before closes, both between 08:00 and 21:00")
        return self

    @property
    def weekend(self) -> frozenset[int]:
        """Weekdays without contact, Monday is 0."""
        return frozenset(n for n, name in enumerate(WEEKDAYS) if name not in self.days)


class Holidays(Section):
    country: Annotated[Country | None, EMPTY_IS_NONE] = None  # None: the company's own
    subdivision: Annotated[Subdivision | None, EMPTY_IS_NONE] = None
    extra: tuple[date, ...] = ()  # further days without messages


class Quiet(Section):
    """A quiet season, first and last day included, as "MM-DD"; it may cross New Year."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    first: MonthDay
    last: MonthDay


class Promises(Section):
    grace_business_days: Annotated[int, Field(strict=True, ge=0, le=30)] = 2
    in_transit_business_days: Annotated[int, Field(strict=True, ge=1, le=30)] = 5
    upset_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 5


class Backlog(Section):
    enter_at_most: Code = "S2"
    spread_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 10
    reply_by_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 5


class FirstNight(Section):
    at_most: Annotated[int, Field(strict=True, ge=1, le=1000)] = 25
    one_in: Annotated[int, Field(strict=True, ge=1, le=1000)] = 10
    at_least: Annotated[int, Field(strict=True, ge=1, le=100)] = 1


class Brake(Section):
    factor: Annotated[int, Field(strict=True, ge=2, le=100)] = 3
    after_nights: Annotated[int, Field(strict=True, ge=1, le=100)] = 3


class Credits(Section):
    tolerance: Amount = Decimal(1)


class Thresholds(Section):
    call: Amount = Decimal(500)
    plan_offer: Amount = Decimal(500)


class Approvals(Section):
    important_from: Code = "S4"


class DeEscalation(Section):
    after_reply_at_most: Code = "S2"  # the firmest tone of the next message once a customer has answered


class Policy(Section):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    ladder: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=20)]
    limits: Limits = Limits()
    contact_hours: ContactHours = ContactHours()
    holidays: Holidays = Holidays()
    quiet: tuple[Quiet, ...] = ()
    promises: Promises = Promises()
    backlog: Backlog = Backlog()
    first_night: FirstNight = FirstNight()
    brake: Brake = Brake()
    credits: Credits = Credits()
    thresholds: Thresholds = Thresholds()
    approvals: Approvals = Approvals()
    de_escalation: DeEscalation = DeEscalation()

    def stage(self, code: str | None) -> Stage | None:
        return next((stage for stage in self.ladder if stage.code == code), None)

    @property
    def quiet_seasons(self) -> tuple[QuietSeason, ...]:
        return tuple(QuietSeason(season.name, season.first, season.last) for season in self.quiet)

    def calendar(self, holidays: frozenset[date]) -> Calendar:
        """The company's calendar: the given holidays, this policy's extra days, contact days and seasons."""
        closed = holidays | frozenset(self.holidays.extra)
        return Calendar(closed, self.contact_hours.weekend, self.quiet_seasons)


@dataclass(frozen=True, slots=True)
class Problem:
    path: str  # ladder[2].after_due_days
    line: int | None  # in the text, 1-based
    message: str  # the value, what is allowed, the remedy

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


class PolicyRefused(ValueError):
    """The text is not a policy; problems say where and why, in the order of the text."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def parse(text: str) -> Policy:
    """Read a policy.  Raises PolicyRefused with every problem found, not only the first."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyRefused(
            (Problem("", toml_error_line(str(error), text), f"this is not TOML: {error}"),)
        ) from error
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        found = [_problem(text, detail) for detail in policy_words.without_echoes(error.errors())]
        raise PolicyRefused(tuple(sorted(found, key=lambda p: (p.line or 0, p.path)))) from error
    problems = tuple(_out_of_order(policy, text)) + tuple(_unknown_codes(policy, text))
    if problems:
        raise PolicyRefused(problems)
    return policy


def schema() -> dict[str, Any]:
    """The JSON schema of a policy, for editors."""
    return Policy.model_json_schema(mode="validation")


def _problem(text: str, detail: Any) -> Problem:
    location: Location = tuple(detail["loc"])
    path, line = path_text(location), line_of(text, location)
    if detail["type"] == "extra_forbidden":
        known = _fields_at(location[:-1])
        close = nearest(str(location[-1]), known)
        remedy = f'did you mean "{close}"?' if close else f"known here: {', '.join(known)}"
        return Problem(path, line, f'"{location[-1]}" is not a setting; {remedy}')
    if detail["type"] == "missing":
        return Problem(path, line, "is missing")
    value = detail["input"]
    shown = "" if isinstance(value, dict | list | BaseModel) else f"{_as_written(value)}: "
    return Problem(path, line, f"{shown}{policy_words.said(detail)}")


def _as_written(value: object) -> str:
    """The value as it stands in the text, cut to sixty letters."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value[:60]}"' if isinstance(value, str) else f"{value}"[:60]


def _fields_at(location: Location) -> list[str]:
    """The names of the settings allowed at a place of the policy."""
    sections: dict[str, type[Section]] = {"ladder": Stage, "quiet": Quiet}
    if not location:
        return list(Policy.model_fields)
    top = str(location[0])
    section = sections.get(top) or Policy.model_fields[top].annotation
    return list(section.model_fields) if isinstance(section, type) and issubclass(section, Section) else []


def _out_of_order(policy: Policy, text: str) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    previous: Stage | None = None
    for index, stage in enumerate(policy.ladder):
        if stage.code in seen:
            path = f"ladder[{index}].code"
            line = line_of(text, ("ladder", index, "code"))
            problems.append(
                Problem(path, line, f'"{stage.code}" is used twice; each step needs its own code')
            )
        seen.add(stage.code)
        if previous is not None and stage.after_due_days <= previous.after_due_days:
            message = (
                f"{stage.after_due_days}: out of order; {stage.code} must come later than "
                f"{previous.code}, so more than {previous.after_due_days}"
            )
            line = line_of(text, ("ladder", index, "after_due_days"))
            problems.append(Problem(f"ladder[{index}].after_due_days", line, message))
        if previous is not None and previous.firm and not stage.firm:
            line = line_of(text, ("ladder", index, "firm")) or line_of(text, ("ladder", index))
            message = f"must be true, because {previous.code} before it is firm"
            problems.append(Problem(f"ladder[{index}].firm", line, message))
        previous = stage
    return problems


def _unknown_codes(policy: Policy, text: str) -> list[Problem]:
    codes = [stage.code for stage in policy.ladder]
    problems = []
    for section, key, value in (
        ("backlog", "enter_at_most", policy.backlog.enter_at_most),
        ("approvals", "important_from", policy.approvals.important_from),
        ("de_escalation", "after_reply_at_most", policy.de_escalation.after_reply_at_most),
    ):
        # A default that this ladder does not have is no mistake of the writer; it then names no step.
        written = key in getattr(policy, section).model_fields_set
        if value not in codes and written:
            close = nearest(value, codes) or codes[0]
            message = f'"{value}" is not a step of this ladder ({", ".join(codes)}); did you mean "{close}"?'
            problems.append(Problem(f"{section}.{key}", line_of(text, (section, key)), message))
    return problems
