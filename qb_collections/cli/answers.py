"""What a command answers, and how it reaches the person or the script that asked.

Exit codes: 0 done, 1 refused or held (with a sentence), 2 wrong usage, or it cannot be done now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import click

from qb_collections.core.money import Money
from qb_collections.services.refusal import Refusal

OK, HELD, CANNOT = 0, 1, 2
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """data is the one object of --json; lines are the same for a person."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: Sequence[str] = ()
    exit_code: int = OK

    def as_text(self) -> str:
        return json.dumps(plain(self.data), ensure_ascii=False, indent=2)

    def show(self, as_json: bool) -> int:
        if as_json:
            click.echo(self.as_text())
        else:
            for line in self.lines:
                click.echo(line)
        return self.exit_code


class Refused(Exception):
    """A rule or the state of things says no: exit code 1, with the sentence."""


class Cannot(Exception):
    """It cannot be done, or not now: exit code 2, with the sentence."""


def accepted(value: T | Refusal) -> T:
    """The value; raises Refused with the sentence of a refusal, and what helps here."""
    if isinstance(value, Refusal):
        raise Refused(f"{value.message} {value.at_command}" if value.at_command else value.message)
    return value


def say(text: str) -> None:
    """Progress and remarks: on standard error, so that standard output stays one object."""
    click.echo(text, err=True)


def plain(value: Any) -> Any:
    """The value as JSON can hold it: amounts and days as text, never a float."""
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value
