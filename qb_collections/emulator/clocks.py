"""The emulator's clocks: real, shifted (runs on from a given instant) and manual (moves only when told).

Anything with `now()` serves as a clock.  A clock that can be moved says so by having
`advance` and `set`; the control surface offers the move only then.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol, runtime_checkable

from qb_collections.emulator.clock import EmulatorClock


@runtime_checkable
class MovableClock(EmulatorClock, Protocol):
    """A clock that a person or a test may move forward."""

    def advance(self, by: timedelta) -> None: ...

    def set(self, at: datetime) -> None: ...


class RealClock:
    """The machine's own time, in UTC."""

    kind = "real"

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """Runs at the real pace from a start that need not be today; can also be moved."""

    kind = "shifted"

    def __init__(self, start: datetime) -> None:
        self._lock = Lock()
        self._offset = _aware(start) - datetime.now(UTC)

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._offset += by

    def set(self, at: datetime) -> None:
        with self._lock:
            self._offset = _aware(at) - datetime.now(UTC)


class ManualClock:
    """Stands still until it is moved."""

    kind = "manual"

    def __init__(self, start: datetime) -> None:
        self._lock = Lock()
        self._now = _aware(start)

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._now += by

    def set(self, at: datetime) -> None:
        with self._lock:
            self._now = _aware(at)


def kind_of(clock: EmulatorClock) -> str:
    """Return real, shifted or manual; a clock from outside is judged by what it can do and shows."""
    kind = getattr(clock, "kind", None)
    if isinstance(kind, str):
        return kind
    if isinstance(clock, MovableClock):
        return "manual"
    return "real" if abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5) else "shifted"


def _aware(at: datetime) -> datetime:
    """Return the instant in UTC.  Raises ValueError for an instant without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; an instant needs one, for example Z")
    return at.astimezone(UTC)
