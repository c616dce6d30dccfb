"""How often QuickBooks is called: windows, calls in flight, and the wait that a 429 asks for.

The limits are shared with every other app of the company, so ours stay below
them (400 a minute of 500, 8 a second of 10, 40 batches a minute).
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qb_collections.clock import Clock, ManualClock
from qb_collections.quickbooks.errors import Throttled

UNTOLD_WAIT_SECONDS = (
    60.0  # what a 429 without Retry-After means (developer.intuit.com, "Limits and throttles")
)
PATIENCE_SECONDS = 120.0  # a longer wait is the caller's decision, not a sleep
SIGN_OF_LIFE_SECONDS = 15.0  # a wait is slept in pieces; after each its keeper may say that we are still here


@dataclass(frozen=True, slots=True)
class Limits:
    per_minute: int = 400
    per_second: int = 8
    in_flight: int = 8
    batches_per_minute: int = 40


class Window:
    """At most limit events within any stretch of that many seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.events: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until one more event fits; zero when it does."""
        while self.events and self.events[0] <= now - self.seconds:
            self.events.popleft()
        if len(self.events) < self.limit:
            return 0.0
        return self.events[-self.limit] + self.seconds - now

    def add(self, at: float) -> None:
        self.events.append(at)

    def merge(self, ages: Mapping[str, int], now: float) -> None:
        """Add what another process did, as whole seconds ago -> how often."""
        others = [now - float(age) for age, count in ages.items() for _ in range(int(count))]
        self.events = deque(sorted([*self.events, *others])[-self.limit :])

    def ages(self, now: float) -> dict[str, int]:
        return dict(Counter(str(int(now - at)) for at in self.events if now - at < self.seconds))


class Limiter:
    """One company's limits in this process.  Safe to share between threads."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self.clock = clock
        self.limits = limits or Limits()
        self.reads: Counter[str] = Counter()  # metered reads by month, "2026-11"
        self.page_rows: dict[str, int] = {}  # kinds whose pages were too heavy, and how many rows are not
        # Called between the pieces of a wait, under which nothing is written: it renews the company's lease.
        self.while_waiting: Callable[[], None] = lambda: None
        self._name = secrets.token_hex(8)
        self._minute = Window(self.limits.per_minute, 60.0)
        self._second = Window(self.limits.per_second, 1.0)
        self._batches = Window(self.limits.batches_per_minute, 60.0)
        self._not_before_at: datetime | None = None
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.limits.in_flight)

    @contextmanager
    def call(self, *, batch: bool = False) -> Iterator[None]:
        """Wait for room and hold a place in flight for the duration of one call.

        Raises Throttled, without calling, when the wait would pass two minutes.
        """
        with self._slots:
            self._take(batch)
            yield

    def wait(self, seconds: float) -> None:
        """Sleep on the limiter's clock, and let while_waiting run after every fifteen seconds of it."""
        while seconds > SIGN_OF_LIFE_SECONDS:
            self.clock.sleep(SIGN_OF_LIFE_SECONDS)
            self.while_waiting()
            seconds -= SIGN_OF_LIFE_SECONDS
        self.clock.sleep(seconds)

    def throttled(self, retry_after_seconds: float | None) -> None:
        """QuickBooks answered 429: nothing leaves before what it says, else for a minute."""
        seconds = UNTOLD_WAIT_SECONDS if retry_after_seconds is None else retry_after_seconds
        until_at = self.clock.now() + timedelta(seconds=seconds)
        with self._lock:
            self._not_before_at = max(until_at, self._not_before_at or until_at)

    def count_reads(self, count: int) -> None:
        """Count reads that Intuit meters: answered ones, by the month they happened in."""
        with self._lock:
            self.reads[f"{self.clock.now():%Y-%m}"] += count

    def halve_page(self, kind: str, rows: int) -> None:
        """A page of so many rows was too heavy: the company remembers half of it."""
        with self._lock:
            self.page_rows[kind] = max(rows // 2, 1)

    def try_larger_pages(self) -> None:
        """Double what is remembered: trouble of one night need not last."""
        with self._lock:
            doubled = {kind: rows * 2 for kind, rows in self.page_rows.items()}
            self.page_rows = {kind: rows for kind, rows in doubled.items() if rows < 1000}

    def fill(self) -> None:
        """Treat the last minute as used up: another process held the lease and did not say what it did."""
        now = self.clock.monotonic()
        with self._lock:
            self._minute.merge({"0": self.limits.per_minute}, now)
            self._batches.merge({"0": self.limits.batches_per_minute}, now)

    def export_state(self) -> dict[str, Any]:
        """What the next holder of the company's lease has to know, as JSON."""
        now = self.clock.monotonic()
        with self._lock:
            return {
                "by": self._name,
                "at": self.clock.now().isoformat(),
                "calls": self._minute.ages(now),
                "batches": self._batches.ages(now),
                "not_before_at": self._not_before_at and self._not_before_at.isoformat(),
                "reads": dict(self.reads),
                "page_rows": dict(self.page_rows),
            }

    def import_state(self, state: Mapping[str, Any] | None) -> None:
        """Take over what another process exported.  Our own state and an empty one change nothing."""
        if not state or state.get("by") == self._name:
            return
        since = (self.clock.now() - datetime.fromisoformat(state["at"])).total_seconds()
        now = self.clock.monotonic() - max(since, 0.0)
        not_before = state.get("not_before_at")
        with self._lock:
            self._minute.merge(state.get("calls", {}), now)
            self._batches.merge(state.get("batches", {}), now)
            self.reads = Counter({month: int(count) for month, count in state.get("reads", {}).items()})
            self.page_rows = {kind: int(rows) for kind, rows in state.get("page_rows", {}).items()}
            if not_before:
                until_at = datetime.fromisoformat(not_before)
                self._not_before_at = max(until_at, self._not_before_at or until_at)

    def _take(self, batch: bool) -> None:
        windows = [self._minute, self._second, *([self._batches] if batch else [])]
        while True:
            with self._lock:
                now = self.clock.monotonic()
                wait = max(self._penalty(), *(window.wait(now) for window in windows))
                if wait <= 0.0:
                    for window in windows:
                        window.add(now)
                    return
            if wait > PATIENCE_SECONDS:
                raise Throttled(retry_after=wait, detail=f"nothing may be sent for {wait:.0f} seconds")
            self.wait(wait + 0.001)  # a little more, so that rounding never asks for one more round

    def _penalty(self) -> float:
        if self._not_before_at is None:
            return 0.0
        return (self._not_before_at - self.clock.now()).total_seconds()


class Limiters:
    """The limiters of this process, one per company."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._of: dict[int, Limiter] = {}
        self._lock = threading.Lock()

    def of(self, company_id: int, clock: Clock) -> Limiter:
        """The company's limiter, living on that clock from now on.

        Real and shifted clocks tick alike, so the same limiter goes on; a
        manual clock counts seconds of its own and gets a limiter of its own.
        """
        with self._lock:
            limiter = self._of.get(company_id)
            manual = isinstance(clock, ManualClock) or isinstance(
                getattr(limiter, "clock", None), ManualClock
            )
            if limiter is None or (manual and limiter.clock is not clock):
                limiter = self._of[company_id] = Limiter(clock, self._limits)
            limiter.clock = clock
            return limiter
