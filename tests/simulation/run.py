"""Hostile nights from the command line.

python -m tests.simulation.run --seed N                       play one seed, tell it, shorten it if it fails
python -m tests.simulation.run --nights N --from-seed S       play seeds until that many nights have passed
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation import coverage
from tests.simulation.nights import Result, play
from tests.simulation.script import as_json, draw, from_json
from tests.simulation.shrink import shortened

SHOWN_MAX = 90  # lines of a trace
AHEAD = 4  # seeds that wait for each process


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.run", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one and tell it")
    parser.add_argument("--script", type=Path, help="play a script that was kept")
    parser.add_argument("--keep", type=Path, help="keep the script, shortened, in this file")
    parser.add_argument("--whole", action="store_true", help="with --seed: do not shorten")
    parser.add_argument("--nights", type=int, default=300)
    parser.add_argument("--from-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep-going", action="store_true", help="go on after a failure")
    parser.add_argument("--table", action="store_true", help="print the coverage table")
    given = parser.parse_args(arguments)
    if given.seed is not None or given.script is not None:
        script = from_json(given.script.read_text()) if given.script else draw(given.seed)
        result = play(script)
        if result.failed and not given.whole:
            result = shortened(result, tell=print)
        if given.keep:
            given.keep.write_text(as_json(result.script) + "\n")
        tell(result)
        return 1 if result.failed else 0
    return _many(given)


def _many(given: argparse.Namespace) -> int:
    fired: Counter[tuple[str, str]] = Counter()
    nights, seeds, failed, cpu = 0, 0, [], 0.0
    counts: Counter[str] = Counter()
    began = time.monotonic()
    try:
        for seed, result in _played(given.from_seed, given.nights, given.jobs):
            nights += result.nights
            seeds += 1
            cpu += result.cpu_seconds
            fired.update(result.fired)
            counts.update(
                kills=result.kills, contacts=result.contacts, writes=result.notes, requests=result.requests
            )
            if result.failed:
                failed.append(seed)
                print(f"seed {seed}: {result.troubles[0]}", flush=True)
                if not given.keep_going:
                    break
    except KeyboardInterrupt:  # what was played counts
        pass
    print(
        f"{nights} nights, {seeds} seeds from {given.from_seed}, {time.monotonic() - began:.0f} s, "
        f"{cpu / max(nights, 1) * 1000:.0f} ms of CPU a night; "
        + ", ".join(f"{count} {name}" for name, count in counts.items())
        + f"; failed: {failed or 'none'}"
    )
    if given.table:
        print(coverage.table(fired))
    if failed:
        print(f"commit {_commit()}; play one again with: python -m tests.simulation.run --seed {failed[0]}")
    return 1 if failed else 0


def _played(first: int, nights: int, jobs: int):
    """Each seed with its result, in order, until that many nights have passed."""
    passed, seed = 0, first
    if jobs == 1:
        while passed < nights:
            result = play(draw(seed))
            passed += result.nights
            yield seed, result
            seed += 1
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = []
        while passed < nights:
            while len(waiting) < jobs * AHEAD:
                waiting.append((seed, pool.submit(_one, seed)))
                seed += 1
            at, future = waiting.pop(0)
            result = future.result()
            passed += result.nights
            yield at, result
        for _, future in waiting:
            future.cancel()


def _one(seed: int) -> Result:
    result = play(draw(seed))
    if not result.failed:
        result.trace.clear()
    return result


def tell(result: Result) -> None:
    """The trace, as a person reads it; its middle is left out where it is long."""
    lines = [f"{at:%d %b %H:%M:%S}  {text}" for at, text in result.trace]
    if len(lines) > SHOWN_MAX:
        gone = len(lines) - SHOWN_MAX
        lines = [*lines[: SHOWN_MAX // 3], f"... {gone} lines ...", *lines[-SHOWN_MAX * 2 // 3 :]]
    print("\n".join(lines))
    print("(all times in UTC)")
    print(
        f"seed {result.script.seed} at {_commit()}: {result.nights} nights, {result.requests} requests, "
        f"{result.contacts} contacts, {result.notes} other writes, {result.kills} kills, "
        f"{result.cpu_seconds * 1000:.0f} ms of CPU"
    )
    for trouble in result.troubles:
        print(f"  {trouble}")


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same seed has to be the same night on every machine
        again = [sys.executable, "-m", "tests.simulation.run", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
