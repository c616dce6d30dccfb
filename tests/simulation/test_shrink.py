"""What a failure is shortened to, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.simulation import shrink
from tests.simulation.hostile_world import Trouble
from tests.simulation.nights import Result
from tests.simulation.run import folded, told
from tests.simulation.script import Kill, Script, draw

SCRIPT = replace(draw(7, nights=30), together="threads", kills=(Kill(2, 7), Kill(4, 60, 20), Kill(9, 3)))


def played(script: Script, *, fails: bool) -> Result:
    troubles = [Trouble("INV-02", "twice")] if fails else [Trouble("INV-18", "another thing")]
    return Result(script, troubles, [], {}, script.nights, 0, 0.0)


def test_what_a_failure_does_not_take_is_left_out(monkeypatch):
    """It takes five nights, two of the acts, a fault, a kill and the second company."""
    acts = [one for one in SCRIPT.acts if one.day < 5]
    wanted = {acts[0], acts[-1]}
    tries = []

    def play(script: Script) -> Result:
        tries.append(script)
        fails = (
            script.nights >= 5
            and wanted <= set(script.acts)
            and SCRIPT.faults[1] in script.faults
            and any((kill.day, kill.point) == (4, 60) for kill in script.kills)
            and 1 not in script.without
        )
        return played(script, fails=fails)

    monkeypatch.setattr(shrink, "play", play)

    found = shrink.shortened(played(SCRIPT, fails=True), seconds=60.0).script

    assert found.nights == 5
    assert set(found.acts) == wanted
    assert found.faults == (SCRIPT.faults[1],)
    assert found.kills == (Kill(4, 60),)
    assert found.without == {0, 2, 3, 4}
    assert found.together == "alone"
    assert found.jumps == found.restores == ()
    assert len(tries) < len(SCRIPT.acts) * 2


def test_a_failure_that_takes_everything_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(shrink, "play", lambda script: played(script, fails=script == SCRIPT))

    assert shrink.shortened(played(SCRIPT, fails=True), seconds=60.0).script == SCRIPT


def test_when_its_time_is_over_the_shortest_so_far_is_told(monkeypatch):
    monkeypatch.setattr(shrink, "play", lambda script: played(script, fails=True))

    assert shrink.shortened(played(SCRIPT, fails=True), seconds=-1.0).script == SCRIPT


def test_what_happened_again_and_again_is_told_in_two_lines():
    at = datetime(2026, 11, 4, 14, tzinfo=UTC)
    reads = [
        (at + timedelta(minutes=one), f"The service reads the books (request {one}). No answer.")
        for one in range(9)
    ]
    trace = [(at, "The night begins"), *reads, (reads[-1][0], "The night begins"), *reads[:2]]

    assert folded(trace) == [
        "04 Nov 14:00:00  The night begins",
        "04 Nov 14:00:00  The service reads the books (request 0). No answer.",
        "                 ... and 8 times more, last on 04 Nov 14:08:00",
        "04 Nov 14:08:00  The night begins",
        "04 Nov 14:00:00  The service reads the books (request 0). No answer.",
        "04 Nov 14:01:00  The service reads the books (request 1). No answer.",
    ]


def test_what_happened_after_the_last_promise_broke_is_left_out():
    at = datetime(2026, 11, 4, 14, tzinfo=UTC)
    told_of = ["one", "BROKEN: this", "two", "BROKEN: that", "three", "four"]
    failed = replace(played(SCRIPT, fails=True), trace=[(at, text) for text in told_of])

    lines = told(failed).splitlines()

    assert [line.rpartition("  ")[2] for line in lines[:4]] == told_of[:4]
    assert lines[4] == "... and 2 lines after it ..."
