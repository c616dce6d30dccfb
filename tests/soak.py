"""`make soak`: what takes too long for `make test`, part after part, with the minutes that each took.

    python tests/soak.py [--nights 10000] [--seed 100000]

A part that finds something fails the whole, and does not keep the later ones from being played.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
ASKED_MINUTES = 120  # for all of it, on two cores


@dataclass(frozen=True, slots=True)
class Part:
    """One command of the soak: a module of Python with its arguments."""

    title: str
    words: tuple[str, ...]


def parts(nights: int, seed: int) -> tuple[tuple[Part, ...], ...]:
    """What is played one after the other; those that stand together take one core each, side by side."""
    properties = ("pytest", "-q", "-n", "2", "-m", "soak or hypothesis", "--hypothesis-profile=soak")
    hostile = ("--nights", str(nights), "--from-seed", str(seed), "--jobs", "2", "--keep-going", "--table")
    return (
        (Part("properties and long tests", (*properties, "--ignore=tests/plans")),),
        (Part("hostile nights", ("tests.simulation.run", *hostile)),),
        (Part("a kill at every point", ("tests.simulation.sweep", "--again", "all", "--jobs", "2")),),
        (
            Part("planted bugs", ("tests.simulation.planted.bank",)),
            Part("real processes", ("tests.simulation.processes", "--kills", "100")),
        ),
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python tests/soak.py")
    parser.add_argument("--nights", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=100_000, help="the first of the nights")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    lines: list[str] = []
    found_something = False
    for together in parts(given.nights, given.seed):
        for part, held, seconds in played(together):
            found_something |= not held
            lines.append(f"  {part.title:<27}{seconds / 60:6.1f} min" + ("" if held else "  FOUND SOMETHING"))
    print("\nMinutes used:", *lines, sep="\n")
    print(f"  {'all':<27}{(time.monotonic() - began) / 60:6.1f} min of {ASKED_MINUTES}", flush=True)
    return 1 if found_something else 0


def played(together: Sequence[Part]) -> list[tuple[Part, bool, float]]:
    """Each with whether it held and its seconds.  The first speaks as it goes, the others in the end."""
    began = time.monotonic()
    answers = []
    with tempfile.TemporaryFile("w+") as beside:
        running = [(part, _started(part, None if part is together[0] else beside)) for part in together]
        for part, process in running:
            print(f"\n== {part.title}", flush=True)
            held = process.wait() == 0
            answers.append((part, held, time.monotonic() - began))
            if part is not together[0]:
                beside.seek(0)
                print(beside.read(), end="", flush=True)
    return answers


def _started(part: Part, said: IO[str] | None) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", *part.words]
    return subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said, text=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
