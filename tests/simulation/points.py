"""The points that all code of the product passes: its transactions, its sends, its waiting for a lease.

At each of them the process may end, and where two workers are at work the baton may go to the other one.
One thread runs at a time, so a seed decides everything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from random import Random

from qb_collections.store.engine import Mode, Moment

STUCK_SECONDS = 900.0  # of real time, on a machine that is busy with other things; longer is our own mistake


class Killed(BaseException):
    """The process ends here.  Nothing in the product catches it."""


class Points:
    """One process's life: counts its points, ends it at the one that was drawn, passes the baton.

    A dead process does nothing more: every later point ends whoever reaches it, so that no `finally`
    writes what a killed process could not have written.
    """

    def __init__(self, random: Random) -> None:
        self.passed = 0
        self.dead = False
        self.kill_at: int | None = None
        self.switch_rate = 0.0
        self.stall_rate = 0.0
        self.at_send: list[Callable[[], None]] = []  # what people do while a request is on its way
        self.stall: Callable[[], None] = lambda: None
        self._random = random
        self._turns: dict[int, threading.Semaphore] = {}

    def reach(self, *, may_switch: bool = True) -> None:
        """One point.  Raises Killed where the process ends."""
        if self.dead:
            raise Killed
        self.passed += 1
        if self.kill_at is not None and self.passed >= self.kill_at:
            self.dead = True
            raise Killed
        if may_switch and len(self._turns) > 1 and self._random.random() < self.switch_rate:
            if self._random.random() < self.stall_rate:
                self.stall()
            self.give_way()
            if self.dead:
                raise Killed

    def interposer(self, moment: Moment, mode: Mode) -> None:
        """Between begin and commit nobody else may run: SQLite's writers would wait for each other."""
        if mode is Mode.READING:
            if moment is Moment.BEFORE_BEGIN and self.dead:
                raise Killed
            return
        self.reach(may_switch=moment is not Moment.BEFORE_COMMIT)

    def give_way(self) -> None:
        """Let another worker go on, and wait for the baton to come back."""
        me = threading.get_ident()
        others = [one for one in self._turns if one != me]
        if me not in self._turns or not others:
            return
        self._turns[self._random.choice(others)].release()
        self._wait(me)

    def together(self, works: Sequence[Callable[[], None]]) -> list[BaseException]:
        """Run these at the same time, one at a time; what they raised, once all have ended."""
        raised: list[BaseException] = []
        ready = threading.Barrier(len(works) + 1)
        done = threading.Semaphore(0)

        def run(work: Callable[[], None]) -> None:
            me = threading.get_ident()
            self._turns[me] = threading.Semaphore(0)
            ready.wait()
            self._wait(me)
            try:
                work()
            except BaseException as error:  # handed back to whoever started both
                raised.append(error)
            finally:
                del self._turns[me]
                if self._turns:
                    self._random.choice(list(self._turns.values())).release()
                done.release()

        threads = []
        for work in works:  # one after the other, so that their order is the seed's and not the system's
            thread = threading.Thread(target=run, args=(work,), daemon=True)
            before = len(self._turns)
            thread.start()
            while len(self._turns) == before:
                threading.Event().wait(0.0001)
            threads.append(thread)
        ready.wait()
        self._random.choice(list(self._turns.values())).release()
        for _ in works:
            assert done.acquire(timeout=STUCK_SECONDS), "two workers wait for each other"
        return raised

    def _wait(self, me: int) -> None:
        turn = self._turns[me]
        assert turn.acquire(timeout=STUCK_SECONDS), "the baton was lost"


class BatonLock:
    """A lock between workers that take turns: whoever finds it held lets the other one go on."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._held_by: int | None = None

    def __enter__(self) -> bool:
        while self._held_by is not None:
            if self._points.dead:
                raise Killed
            assert self._held_by != threading.get_ident(), "a worker waits for itself"
            self._points.give_way()
        self._held_by = threading.get_ident()
        return True

    def __exit__(self, *_: object) -> None:
        self._held_by = None


class WaitingClock:
    """Real time for leases and rests: it moves when somebody waits, and whoever waits gives way."""

    def __init__(self, now: Callable[[], object], points: Points) -> None:
        self._now = now
        self._points = points
        self.waited = 0.0
        self.offset = 0.0

    def now(self):
        from datetime import UTC, datetime, timedelta

        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._now().timestamp() + self.waited  # type: ignore[attr-defined]

    def skip(self, seconds: float) -> None:
        """The machine was suspended for so long."""
        self.waited += seconds

    def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self._points.give_way()
        if self._points.dead:
            raise Killed
