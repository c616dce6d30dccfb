"""What is wrong with a policy's text: where it stands, and in words that say what to write instead."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.core.policy_text import Location, line_of, path_text


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


def problem_at(text: str, location: Location, message: str) -> Problem:
    """The problem with its line, or that of the nearest table around it."""
    return Problem(path_text(location), line_of(text, location), message)
