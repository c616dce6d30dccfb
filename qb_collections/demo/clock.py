"""One clock for both sides: it stands while the nights are played, and runs on from there afterwards."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from qb_collections.clock import RealClock

_REAL = RealClock()


class DemoClock:
    """Stands still until `run` is called; from then on it goes at the pace of real time.

    It can be moved forward at any time.  Sleeping moves it while it stands, and waits once it runs.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._moved_to = start.astimezone(UTC)
        self._slept = 0.0
        self._running_since: float | None = None
        self._lock = threading.Lock()

    @property
    def kind(self) -> str:
        """As the emulator names its clocks."""
        return "manual" if self._running_since is None else "shifted"

    def now(self) -> datetime:
        with self._lock:
            return self._moved_to + timedelta(seconds=self._run_seconds())

    def monotonic(self) -> float:
        with self._lock:
            return self._slept + self._run_seconds()

    def sleep(self, seconds: float) -> None:
        if self._running_since is None:
            self.advance(timedelta(seconds=seconds))
        else:
            _REAL.sleep(seconds)

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._moved_to += by
            self._slept += max(by.total_seconds(), 0.0)

    def set(self, at: datetime) -> None:
        self.advance(at.astimezone(UTC) - self.now())

    def run(self) -> None:
        """From now on time passes by itself; a second call does nothing."""
        with self._lock:
            if self._running_since is None:
                self._running_since = _REAL.monotonic()

    def _run_seconds(self) -> float:
        return 0.0 if self._running_since is None else _REAL.monotonic() - self._running_since
