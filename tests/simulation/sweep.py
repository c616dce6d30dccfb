"""No sampling: end the process at every point of a thing that the service does, and again while it recovers.

    python -m tests.simulation.sweep [SCENARIO...] [--again all] [--every 1] [--jobs 1] [--results FILE]
    python -m tests.simulation.sweep SCENARIO --only "killed at 68 and 21"

Each scenario is a small script.  It is lived once, and forked where something goes wrong (forked.py): a kill
at each point, each request, e-mail and commit failing; with `--again all` a second kill at every point of the
day after a first one.  `--results` keeps a line for each scenario and does not play again what is there;
`--only` plays one of these lives and tells it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from pathlib import Path

from tests.simulation.forked import Forked
from tests.simulation.script import FRESH, OWING, SMALL, Act, Script
from tests.simulation.tried import Tried

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
LONGEST = ("undo a plan", "plan cancel", "plan create", "undo an undo", "restore")


def sweep(name: str, *, every: int = 1, again: bool = False) -> Tried:
    """One scenario.  every: of first kills, requests and commits each so many-th."""
    return Forked(SCENARIOS[name], again=again, every=every).run()


def _kept(file: Path | None, how: dict[str, object]) -> dict[str, Tried]:
    """What an earlier run with the same wishes has left."""
    if file is None or not file.exists():
        return {}
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {one["name"]: Tried(**one["tried"]) for one in lines if one["how"] == how}


def _swept(names: Sequence[str], every: int, again: bool, jobs: int) -> Iterator[tuple[str, Tried]]:
    """As each is done; the long ones are begun first, so that no core waits for the other in the end."""
    if jobs == 1:
        for name in names:
            yield name, sweep(name, every=every, again=again)
        return
    with ProcessPoolExecutor(jobs, max_tasks_per_child=1) as pool:
        longest_first = [name for name in LONGEST if name in names]
        longest_first += [name for name in names if name not in LONGEST]
        begun = {pool.submit(sweep, name, every=every, again=again): name for name in longest_first}
        for done in as_completed(begun):
            yield begun[done], done.result()


def _tell(name: str, tried: Tried) -> None:
    print(
        f"{name:14} {tried.first:4} kills, {tried.second:5} second ones, {tried.faults:4} failures; "
        f"{tried.alike:5} points looked like one, {tried.joined:4} lives came to where one had been; "
        f"{len(tried.found)} broke something, {tried.seconds:.0f} s",
        flush=True,
    )
    for one in tried.found[:20]:
        print(f"    {one[:220]}", flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sweep")
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(SCENARIOS)}")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--again", choices=("none", "all"), default="none")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--only", help="one life, as a found trouble names it")
    given = parser.parse_args(arguments)
    if given.only:
        Forked(SCENARIOS[given.names[0]], again=" and " in given.only, only=given.only).run()
        return 0
    how = {"every": given.every, "again": given.again}
    kept = _kept(given.results, how)
    began, wrong = time.monotonic(), 0
    for name, tried in kept.items():
        _tell(name, tried)
        wrong += len(tried.found)
    names = [name for name in given.names or SCENARIOS if name not in kept]
    for name, tried in _swept(names, given.every, given.again == "all", given.jobs):
        _tell(name, tried)
        wrong += len(tried.found)
        if given.results is not None:
            with given.results.open("a") as file:
                file.write(json.dumps({"name": name, "how": how, "tried": asdict(tried)}) + "\n")
    print(f"{wrong} broke something, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        again = [sys.executable, "-m", "tests.simulation.sweep", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
