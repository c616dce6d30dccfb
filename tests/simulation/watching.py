"""What a life tells whoever watches it: a sweep forks there (forked.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any


class Unwatched:
    """Nobody watches; a watcher answers for itself where it wants to know."""

    def begins(self, player: Any) -> None:
        """Trouble is possible from here on."""

    def day_begins(self, acts: list[Any]) -> None:
        """These are still to come today."""

    def acts(self, acts_left: int) -> None:
        """Somebody is about to act; so many acts are still to come after it."""

    def rests(self, acts_left: int) -> None:
        """Nothing is under way."""

    def restarted(self) -> None:
        """The service was killed and has started again."""

    def next_due(self, due_at: datetime | None) -> datetime | None:
        """When the scheduler looks next; due_at is when something is due."""
        return due_at
