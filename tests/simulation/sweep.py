"""No sampling: end the process at every point of a thing that the service does, and again while it recovers.

    python -m tests.simulation.sweep [SCENARIO...] [--every 1] [--again 0] [--jobs 2]

Each scenario is a small script.  It is played once whole, to count its points; then once for each point with
a kill there, for each of the first points of the recovery with a second one, and for each request and each
commit with that one failing.  `--again all`: with a second kill at every point of the rest of the day at
which the files and the books look as they never did before (twice.py).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from tests.simulation.nights import play
from tests.simulation.script import FRESH, OWING, SMALL, Act, Fault, Kill, Script
from tests.simulation.twice import Tried, Twice

MORNING = 16 * 60  # minutes after 05:00 UTC: within everybody's working hours
QUIET = Script(
    seed=4,  # of those that look for secrets in the files
    template=SMALL,
    modes=("automatic",) * 5,
    policies=("standard",) * 5,
    long_live=(True,) * 5,
    mails=(False,) * 5,
)
MAILS = replace(QUIET, template=OWING, mails=(True,) * 5)


def _act(kind: str, minute: int = MORNING, seed: int = 1) -> Act:
    return Act(0, minute, 0, kind, seed)


SCENARIOS: dict[str, Script] = {
    "first sync": replace(QUIET, template=FRESH, acts=(_act("connect_first", 30),)),
    "nightly sync": replace(QUIET, modes=("shadow",) * 5, acts=(_act("pay", 10), _act("new_invoice", 11))),
    "reminder": QUIET,
    "e-mail": MAILS,
    "note": replace(QUIET, acts=(_act("add_note", 14 * 60 - 1), _act("add_note", 14 * 60 + 1))),
    "plan create": replace(QUIET, acts=(_act("plan_create", 60, 5),)),
    "plan cancel": replace(QUIET, acts=(_act("plan_create", 60, 5), _act("plan_end", 120))),
    "undo a plan": replace(QUIET, acts=(_act("plan_create", 60, 5), _act("undo", 120))),
    "undo a run": replace(QUIET, acts=(_act("undo", 20 * 60, 1),)),
    "undo an undo": replace(QUIET, acts=(_act("undo", 20 * 60, 4), _act("undo", 21 * 60, 5))),
    "token refresh": replace(QUIET, modes=("shadow",) * 5, acts=(_act("sync", 60), _act("sync", 200))),
    "webhook": replace(QUIET, modes=("shadow",) * 5, acts=(_act("pay", 600), _act("part_pay", 601))),
    "disconnect": replace(QUIET, acts=(_act("disconnect", 600), _act("reconnect", 700))),
    "dispute": replace(QUIET, acts=(_act("dispute", 60), _act("lift_hold", 900))),
    "task": replace(QUIET, acts=(_act("do_task", MORNING), _act("do_task", MORNING + 60, 2))),
    "restore": replace(QUIET, nights=2, restores=(1,)),
}
REQUEST_FAULTS = ("reset_before", "lost")
COMMIT_FAULTS = ("database_busy", "disk_full")


def variants(script: Script, every: int, again: int | None) -> Iterator[tuple[str, Script]]:
    """The script with each trouble in it.  every: each so many-th; again: second kills, or None for none."""
    whole = play(script)
    assert not whole.failed, f"it fails without any trouble: {whole.troubles[0]}"
    day = script.nights - 1
    for point in range(1, whole.points + 1, every if again is not None else whole.points + 1):
        yield f"killed at {point}", replace(script, kills=(Kill(day, point),))
    for point in range(1, whole.points + 1, every):
        for second in range(1, (again or 0) + 1):
            yield f"killed at {point} and {second}", replace(script, kills=(Kill(day, point, second),))
    for kind in REQUEST_FAULTS:
        for number in range(1, whole.requests + 1, every):
            fault = Fault("network", kind, 0.0, 0, nth=number)
            yield f"request {number} {kind}", replace(script, faults=(fault,))
    for kind in COMMIT_FAULTS:
        for number in range(1, whole.points // 3 + 1, every):
            fault = Fault("database", kind, 0.0, 0, nth=number)
            yield f"commit {number} {kind}", replace(script, faults=(fault,))


def sweep(name: str, *, every: int = 1, again: int | None = 0, jobs: int = 1) -> tuple[int, list[str]]:
    """How many were played, and a sentence for each that broke an invariant.  again: None is all."""
    found, played = [], 0
    if again is None:
        tried = killed_twice(SCENARIOS[name], every)
        print(
            f"{name:16} {tried.first} first kills, {tried.second} second ones, "
            f"{tried.alike} points that looked like one of them",
            flush=True,
        )
        played, found = tried.first + tried.second, [f"{name}, {one}" for one in tried.found]
    cases = variants(SCENARIOS[name], every, again)
    if jobs == 1:
        results = ((told, play(script)) for told, script in cases)
    else:
        results = _side_by_side(cases, jobs)
    for told, result in results:
        played += 1
        if result.failed:
            found.append(f"{name}, {told}: {result.troubles[0]}")
    return played, found


def killed_twice(script: Script, every: int = 1) -> Tried:
    """A kill at each point, and again at each point of the recovery from it."""
    whole = play(script)
    twice = Twice(script)
    for point in range(1, whole.points + 1, every):
        twice.killed_at(point)
    return twice.tried


def _side_by_side(cases: Iterator[tuple[str, Script]], jobs: int):
    with ProcessPoolExecutor(jobs) as pool:
        waiting = []
        for told, script in cases:
            waiting.append((told, pool.submit(play, script)))
            if len(waiting) > jobs * 8:
                told_first, future = waiting.pop(0)
                yield told_first, future.result()
        for told, future in waiting:
            yield told, future.result()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sweep")
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(SCENARIOS)}")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--again", type=lambda text: None if text == "all" else int(text), default=0)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args(arguments)
    wrong = 0
    for name in given.names or SCENARIOS:
        began = time.monotonic()
        played, found = sweep(name, every=given.every, again=given.again, jobs=given.jobs)
        wrong += len(found)
        print(
            f"{name:16} {played:6} played, {len(found)} broke something, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        for one in found[:20]:
            print(f"    {one[:220]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        again = [sys.executable, "-m", "tests.simulation.sweep", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
