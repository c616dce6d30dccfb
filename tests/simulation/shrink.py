"""Make a failing script shorter for as long as it still breaks the same invariant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.simulation.nights import Result, play
from tests.simulation.script import Script

SECONDS = 120.0


def shortened(
    result: Result, seconds: float = SECONDS, tell: Callable[[str], None] = lambda _: None
) -> Result:
    """The shortest failure found in that time; the one given, if nothing can be left out."""
    name = result.troubles[0].name
    give_up_at = time.monotonic() + seconds
    shorter = True
    while shorter and time.monotonic() < give_up_at:
        shorter = False
        for candidate in _shorter(result.script):
            if time.monotonic() > give_up_at:
                break
            tried = play(candidate)
            if name in tried.names:
                tell(f"  still {name} with {_size(candidate)}")
                result, shorter = tried, True
                break
    return result


def _shorter(script: Script) -> Iterator[Script]:
    """Whole kinds of trouble first, then halves, then one at a time."""
    if script.nights > 1:
        yield from (
            _cut(script, nights)
            for nights in (1, 2, script.nights // 2, script.nights - 1)
            if nights < script.nights
        )
    for field in ("faults", "acts", "kills", "jumps", "restores"):
        if getattr(script, field):
            yield replace(script, **{field: ()})
    if script.together != "alone":
        yield replace(script, together="alone")
    absent = script.without
    for place in range(5):
        if place not in absent:
            yield replace(script, without=absent | {place})
    for field in ("faults", "acts", "kills"):
        whole = getattr(script, field)
        half = len(whole) // 2
        if half > 1:
            yield replace(script, **{field: whole[:half]})
            yield replace(script, **{field: whole[half:]})
        for at in range(len(whole)):
            yield replace(script, **{field: whole[:at] + whole[at + 1 :]})
    for at, kill in enumerate(script.kills):
        if kill.again is not None:
            kills = (*script.kills[:at], replace(kill, again=None), *script.kills[at + 1 :])
            yield replace(script, kills=kills)


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
