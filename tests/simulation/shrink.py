"""Make a failing script shorter for as long as it still breaks the same invariant."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tests.simulation.nights import Result, play
from tests.simulation.script import Script

SECONDS = 120.0
COMPANIES = 5


def shortened(
    result: Result, seconds: float = SECONDS, tell: Callable[[str], None] = lambda _: None
) -> Result:
    """The shortest failure found in that time; the one given, if nothing can be left out."""
    search = _Search(result, time.monotonic() + seconds, tell)
    before = None
    while before != search.script and not search.is_over:
        before = search.script
        search.fewer_nights()
        search.fewer_companies()
        for field in ("kills", "jumps", "restores", "faults", "acts"):
            search.fewer(field)
        search.simpler()
    return search.result


class _Search:
    """The shortest failure so far, and what is tried on it.  What was left out stays out."""

    def __init__(self, result: Result, ends_at: float, tell: Callable[[str], None]) -> None:
        self.result = result
        self._name = result.troubles[0].name
        self._ends_at = ends_at
        self._tell = tell

    @property
    def script(self) -> Script:
        return self.result.script

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._ends_at

    def fewer_nights(self) -> None:
        """One alone, or half as many less, a quarter, ... one less."""
        if self.script.nights > 1 and self._still_fails(_cut(self.script, 1)):
            return
        step = self.script.nights // 2
        while step:
            while self.script.nights > step and self._still_fails(
                _cut(self.script, self.script.nights - step)
            ):
                pass
            step //= 2

    def fewer_companies(self) -> None:
        for place in range(COMPANIES):
            if place not in self.script.without:
                self._still_fails(replace(self.script, without=self.script.without | {place}))

    def fewer(self, field: str) -> None:
        """All of them left out, then halves, quarters, ... each by itself."""
        size = len(getattr(self.script, field))
        while size:
            at = 0
            while at < len(whole := getattr(self.script, field)):
                if not self._still_fails(replace(self.script, **{field: whole[:at] + whole[at + size :]})):
                    at += size
            size //= 2

    def simpler(self) -> None:
        """One worker, and no second kill after a first."""
        if self.script.together != "alone":
            self._still_fails(replace(self.script, together="alone"))
        for at, kill in enumerate(self.script.kills):
            if kill.again is not None:
                kills = (*self.script.kills[:at], replace(kill, again=None), *self.script.kills[at + 1 :])
                self._still_fails(replace(self.script, kills=kills))

    def _still_fails(self, candidate: Script) -> bool:
        """Play it, unless the time is over; if it breaks the same invariant, it is the shortest so far."""
        if self.is_over:
            return False
        tried = play(candidate)
        if self._name not in tried.names:
            return False
        self._tell(f"  still {self._name} with {_size(candidate)}")
        self.result = tried
        return True


def _cut(script: Script, nights: int) -> Script:
    """The first nights only."""
    return replace(
        script,
        nights=nights,
        acts=tuple(one for one in script.acts if one.day < nights),
        kills=tuple(one for one in script.kills if one.day < nights),
        jumps=tuple(one for one in script.jumps if one.day < nights),
        restores=tuple(one for one in script.restores if one < nights),
    )


def _size(script: Script) -> str:
    return (
        f"{script.nights} nights, {len(script.faults)} faults, {len(script.acts)} acts, "
        f"{len(script.kills)} kills, {len(script.without)} companies left out"
    )
