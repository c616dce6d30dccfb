"""python -m tests.simulation.run --seed N | --nights N --from-seed S: hostile nights from the command line."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter

from tests.simulation.nights import Result, play
from tests.simulation.script import draw


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.run", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one and tell it")
    parser.add_argument("--nights", type=int, default=300)
    parser.add_argument("--from-seed", type=int, default=0)
    parser.add_argument("--keep-going", action="store_true")
    given = parser.parse_args(arguments)
    if given.seed is not None:
        result = play(draw(given.seed))
        tell(result)
        return 1 if result.failed else 0
    fired: Counter[tuple[str, str]] = Counter()
    nights, seed, failed = 0, given.from_seed, []
    began, cpu = time.monotonic(), 0.0
    while nights < given.nights:
        result = play(draw(seed))
        nights += result.nights
        cpu += result.cpu_seconds
        fired.update(result.fired)
        if result.failed:
            failed.append(seed)
            print(f"seed {seed}: {result.troubles[0]}", flush=True)
            if not given.keep_going:
                break
        seed += 1
    print(
        f"{nights} nights, {seed - given.from_seed} seeds, {time.monotonic() - began:.1f} s, "
        f"{cpu / max(nights, 1) * 1000:.0f} ms of CPU a night; failed: {failed}"
    )
    by_fault: Counter[str] = Counter()
    for (fault, _), times in fired.items():
        by_fault[fault] += times
    print(", ".join(f"{fault} {times}" for fault, times in sorted(by_fault.items())))
    return 1 if failed else 0


def tell(result: Result) -> None:
    for at, text in result.trace:
        print(f"{at:%m-%d %H:%M:%S} {text}")
    print(
        f"seed {result.script.seed}: {result.nights} nights, {result.requests} requests, {result.contacts} copies, "
        f"{result.notes} other writes, {result.kills} kills, {result.cpu_seconds * 1000:.0f} ms of CPU"
    )
    for trouble in result.troubles:
        print(f"  {trouble}")


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same seed has to be the same night on every machine
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation.run", *sys.argv[1:]], os.environ | {"PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
