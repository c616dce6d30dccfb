"""What the check of a message answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason not to show a text as ready, and not to send it."""

    rule: str
    what: str  # what is wrong and what to change, for the person who edits the text
