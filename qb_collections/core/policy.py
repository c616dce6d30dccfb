"""The policy: one TOML text that says everything a decision may be steered by.

Everything but the ladder has the Standard values as defaults, so a short policy is a whole one.
policy_text.py finds the lines for what is refused here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from qb_collections.core import policy_words
from qb_collections.core.business_days import Calendar, QuietSeason
from qb_collections.core.policy_sections import (
    Approvals,
    Backlog,
    Brake,
    ContactHours,
    Credits,
    DeEscalation,
    FirstNight,
    Holidays,
    Limits,
    Plans,
    PrivatePersons,
    Promises,
    Quiet,
    Thresholds,
    Traits,
)
from qb_collections.core.policy_stage import Stage
from qb_collections.core.policy_text import Location, line_of, nearest, path_text, toml_error_line
from qb_collections.core.policy_values import Section

__all__ = [
    "Brake",
    "ContactHours",
    "FirstNight",
    "Limits",
    "Policy",
    "PolicyRefused",
    "Problem",
    "Stage",
    "parse",
    "schema",
]


class Policy(Section):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    ladder: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=20)]
    limits: Limits = Limits()
    private_persons: PrivatePersons = PrivatePersons()
    contact_hours: ContactHours = ContactHours()
    holidays: Holidays = Holidays()
    quiet: tuple[Quiet, ...] = ()
    promises: Promises = Promises()
    plans: Plans = Plans()
    backlog: Backlog = Backlog()
    first_night: FirstNight = FirstNight()
    brake: Brake = Brake()
    credits: Credits = Credits()
    thresholds: Thresholds = Thresholds()
    approvals: Approvals = Approvals()
    de_escalation: DeEscalation = DeEscalation()
    traits: Traits = Traits()

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
