"""Hostile nights from the command line.

python -m tests.simulation.run --seed N                       play one seed, tell it, shorten it if it fails
python -m tests.simulation.run --nights N --from-seed S       play seeds until that many nights have passed
    --results FILE                                            one line a seed; those that are there are not
                                                              played again, and count
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from tests.simulation import coverage
from tests.simulation.nights import Result, play
from tests.simulation.script import as_json, draw, from_json
from tests.simulation.shrink import shortened

SHOWN_MAX = 90  # lines of a trace
ALIKE_MAX = 2  # lines one after the other that say the same, but for the number of a request
BROKEN = "BROKEN: "
NUMBERED = re.compile(r" \(request \d+\)")
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
    parser.add_argument("--results", type=Path, help="keep each seed's result here, and go on from there")
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


@dataclass(frozen=True, slots=True)
class Line:
    """What is kept of one seed."""

    seed: int
    nights: int
    cpu_seconds: float
    counts: dict[str, int]
    fired: list[tuple[str, str, int]]
    trouble: str | None

    @classmethod
    def of(cls, seed: int, result: Result) -> Line:
        counts = {
            "kills": result.kills,
            "contacts": result.contacts,
            "writes": result.notes,
            "requests": result.requests,
        }
        fired = [(fault, kind, times) for (fault, kind), times in result.fired.items()]
        trouble = str(result.troubles[0]) if result.failed else None
        return cls(seed, result.nights, result.cpu_seconds, counts, fired, trouble)


def _many(given: argparse.Namespace) -> int:
    began = time.monotonic()
    kept = _kept(given.results)
    lines: list[Line] = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was played counts, however it ends
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for line in _played(given.from_seed, given.nights, given.jobs, kept):
            lines.append(line)
            if given.results and line.seed not in kept:
                with given.results.open("a") as file:
                    file.write(json.dumps(asdict(line)) + "\n")
            if line.trouble:
                print(f"seed {line.seed}: {line.trouble}", flush=True)
                if not given.keep_going:
                    break
    except KeyboardInterrupt:
        pass
    _summary(lines, given, time.monotonic() - began)
    return 1 if any(line.trouble for line in lines) else 0


def _summary(lines: list[Line], given: argparse.Namespace, seconds: float) -> None:
    fired: Counter[tuple[str, str]] = Counter()
    counts: Counter[str] = Counter()
    for line in lines:
        fired.update({(fault, kind): times for fault, kind, times in line.fired})
        counts.update(line.counts)
    nights, cpu = sum(line.nights for line in lines), sum(line.cpu_seconds for line in lines)
    failed = [line.seed for line in lines if line.trouble]
    print(
        f"{nights} nights, {len(lines)} seeds from {given.from_seed}, {seconds:.0f} s, "
        f"{cpu / max(nights, 1) * 1000:.0f} ms of CPU a night; "
        + ", ".join(f"{count} {name}" for name, count in counts.items())
        + f"; failed: {failed or 'none'}"
    )
    if given.table:
        print(coverage.table(fired))
    if failed:
        print(f"commit {_commit()}; play one again with: python -m tests.simulation.run --seed {failed[0]}")


def _kept(file: Path | None) -> dict[int, Line]:
    if file is None or not file.exists():
        return {}
    lines = [Line(**json.loads(line)) for line in file.read_text().splitlines()]
    return {line.seed: line for line in lines}


def _played(first: int, nights: int, jobs: int, kept: dict[int, Line]) -> Iterator[Line]:
    """Each seed with its result, in order, until that many nights have passed."""
    passed, seed = 0, first
    if jobs == 1:
        while passed < nights:
            line = kept.get(seed) or _one(seed)
            passed += line.nights
            yield line
            seed += 1
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting: list[Line | Future[Line]] = []
        while passed < nights:
            while len(waiting) < jobs * AHEAD:
                waiting.append(kept.get(seed) or pool.submit(_one, seed))
                seed += 1
            one = waiting.pop(0)
            line = one if isinstance(one, Line) else one.result()
            passed += line.nights
            yield line
        for one in waiting:
            if isinstance(one, Future):
                one.cancel()


def _one(seed: int) -> Line:
    return Line.of(seed, play(draw(seed)))


def tell(result: Result) -> None:
    print(told(result))


def told(result: Result) -> str:
    """The trace, as a person reads it; its middle is left out where it is long."""
    lines = _until_broken(folded(result.trace))
    if len(lines) > SHOWN_MAX:
        gone = len(lines) - SHOWN_MAX
        lines = [*lines[: SHOWN_MAX // 3], f"... {gone} lines ...", *lines[-SHOWN_MAX * 2 // 3 :]]
    lines.append("(all times in UTC)")
    lines.append(
        f"seed {result.script.seed} at {_commit()}: {result.nights} nights, {result.requests} requests, "
        f"{result.contacts} contacts, {result.notes} other writes, {result.kills} kills, "
        f"{result.cpu_seconds * 1000:.0f} ms of CPU"
    )
    same = Counter(one.name for one in result.troubles)
    for name, times in same.items():
        first = next(one for one in result.troubles if one.name == name)
        lines.append(f"  {first}" + (f" (and {times - 1} more of this kind)" if times > 1 else ""))
    return "\n".join(lines)


def _until_broken(lines: list[str]) -> list[str]:
    """What happened after the last promise broke tells nothing of why; all of it where none did."""
    broken = [at for at, line in enumerate(lines) if BROKEN in line]
    if not broken or broken[-1] == len(lines) - 1:
        return lines
    return [*lines[: broken[-1] + 1], f"... and {len(lines) - broken[-1] - 1} lines after it ..."]


def folded(trace: Sequence[tuple[datetime, str]]) -> list[str]:
    """A line for each thing that happened; what happened again and again, one after the other, in two."""
    lines: list[str] = []
    for _, group in groupby(trace, key=lambda one: NUMBERED.sub("", one[1])):
        same = [f"{at:%d %b %H:%M:%S}  {text}" for at, text in group]
        if len(same) > ALIKE_MAX:
            last_at = same[-1][: same[-1].index("  ")]
            same[1:] = [f"{' ' * len(last_at)}  ... and {len(same) - 1} times more, last on {last_at}"]
        lines += same
    return lines


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same seed has to be the same night on every machine
        again = [sys.executable, "-m", "tests.simulation.run", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {"PYTHONHASHSEED": "0"})
    sys.exit(main(sys.argv[1:]))
