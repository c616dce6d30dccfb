"""The policy: one TOML text that says everything a decision may be steered by.

Everything but the ladder has the Standard values as defaults, so a short policy is a whole one.
policy_text.py finds the lines for what is refused here.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from qb_collections.core import policy_checks, policy_words
from qb_collections.core.business_days import Calendar, QuietSeason
from qb_collections.core.policy_problems import PolicyRefused, Problem
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
    Mail,
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
    "load",
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
    mail: Mail = Mail()

    def stage(self, code: str | None) -> Stage | None:
        return next((stage for stage in self.ladder if stage.code == code), None)

    @property
    def quiet_seasons(self) -> tuple[QuietSeason, ...]:
        return tuple(QuietSeason(season.name, season.first, season.last) for season in self.quiet)

    def calendar(self, holidays: frozenset[date]) -> Calendar:
        """The company's calendar: the given holidays, this policy's extra days, contact days and seasons."""
        closed = holidays | frozenset(self.holidays.extra)
        return Calendar(closed, self.contact_hours.weekend, self.quiet_seasons)


def parse(text: str) -> Policy:
    """Read a policy.  Raises PolicyRefused with every problem found, not only the first."""
    policy = load(text)
    problems = policy_checks.problems(policy, text)
    if problems:
        raise PolicyRefused(problems)
    return policy


def load(text: str) -> Policy:
    """Read a text that was accepted once: a contradiction that is refused only since then stops no night.

    Raises PolicyRefused for what cannot be read at all.
    """
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyRefused(
            (Problem("", toml_error_line(str(error), text), f"this is not TOML: {error}"),)
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists in lists in lists
        message = "a number in it is too long, or its brackets are nested too deeply to be read"
        raise PolicyRefused((Problem("", None, message),)) from error
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        found = [_problem(text, detail) for detail in policy_words.without_echoes(error.errors())]
        raise PolicyRefused(tuple(sorted(found, key=lambda p: (p.line or 0, p.path)))) from error
    return policy


def schema() -> dict[str, Any]:
    """The JSON schema of a policy, for editors."""
    return Policy.model_json_schema(mode="validation")


def _problem(text: str, detail: Any) -> Problem:
    location: Location = tuple(detail["loc"])
    path, line = path_text(location), line_of(text, location)
    if detail["type"] == "extra_forbidden":
        remedy = _instead(location)
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


def _instead(location: Location) -> str:
    """What an unknown setting was meant to be, or where it belongs: the nearest known one."""
    word, known = str(location[-1]), _fields_at(location[:-1])
    homes = [one for one in Policy.model_fields if one != str(location[0]) and word in _fields_at((one,))]
    close = nearest(word, known)
    if homes:
        return f"it belongs under {' or '.join(_heading(one) for one in homes)}"
    return f'did you mean "{close}"?' if close else f"known here: {', '.join(known)}"


def _heading(section: str) -> str:
    return f"[[{section}]]" if section in ("ladder", "quiet") else f"[{section}]"


def _fields_at(location: Location) -> list[str]:
    """The names of the settings allowed at a place of the policy."""
    sections: dict[str, type[Section]] = {"ladder": Stage, "quiet": Quiet}
    if not location:
        return list(Policy.model_fields)
    top = str(location[0])
    section = sections.get(top) or Policy.model_fields[top].annotation
    return list(section.model_fields) if isinstance(section, type) and issubclass(section, Section) else []
