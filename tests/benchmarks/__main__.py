"""Run every bench, whatever the one before found; end with the bounds that were not reached, and 1 if any."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks._telling import NOT_REACHED

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def missed(name: str, command: Sequence[str]) -> list[str]:
    """Run one bench, passing on what it prints; the bounds that it did not reach, or that it broke off."""
    found = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if NOT_REACHED in line:
                found.append(f"{name}: {line.replace(NOT_REACHED, '').strip()}")
    if process.returncode and not found:
        found.append(f"{name} ended {process.returncode}")
    return found


def summary(found: Sequence[str]) -> str:
    if not found:
        return "All bounds were reached."
    return f"{len(found)} not reached: " + "; ".join(found)


def main() -> int:
    found = []
    for file in sorted(HERE.glob("[a-z]*.py")):
        found += missed(file.stem, [sys.executable, "-u", "-m", f"tests.benchmarks.{file.stem}"])
    print(summary(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
