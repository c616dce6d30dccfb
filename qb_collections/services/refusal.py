"""What a rule or the state of things does not allow, as a sentence for the person who asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value, not an exception: nothing was done, and message says why and what would help.

    at_command: what helps whoever typed a command, and nobody who looks at a page.
    """

    message: str
    at_command: str | None = None

    def __str__(self) -> str:
        return self.message
