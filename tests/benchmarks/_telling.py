"""How a bench tells what it found, and on which machine."""

from __future__ import annotations

import multiprocessing
import platform
import resource
from datetime import UTC, datetime
from pathlib import Path

NOT_REACHED = "NOT REACHED"


def machine() -> str:
    cores = multiprocessing.cpu_count()
    today = datetime.now(UTC).date().isoformat()
    return f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, {today}"


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says is inherited from whoever started the process
        found = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(found.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def verdict(name: str, value: float, bound: float, *, at_least: bool, form: str = ".2f") -> bool:
    """Print one figure with its bound; whether it holds."""
    holds = value >= bound if at_least else value <= bound
    words = "at least" if at_least else "at most"
    print(
        f"  {name}: {value:{form}} ({words} {bound:{form}}){'' if holds else f'   {NOT_REACHED}'}", flush=True
    )
    return holds
