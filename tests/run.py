"""`make test`: every check in groups, with the seconds each took beside its budget.

The budget is what a newcomer has to wait for on two cores.  Going over it is said aloud and fails nothing:
no test here depends on how fast the machine is.  Groups are directories; `units` is everything that has no
group of its own.  `tests/run.py lint units` runs only those.

simulation: whole days on moved clocks, crashes, jobs.  clients: whatever runs over the real client libraries.
browser: what people meet, in a browser and at the command line, the demo too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

LINT = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", "--no-error-summary", "--num-workers", "2"),
    ("lint-imports", "--no-logo"),
)
BUDGET_SECONDS = {"lint": 20, "units": 60, "simulation": 60, "plans": 40, "clients": 40, "browser": 80}
DIRECTORIES = {
    "simulation": ("simulation", "journeys", "jobs"),
    "plans": ("plans",),
    "clients": ("clients", "services"),
    "browser": ("demo", "browser", "web", "cli"),
}
TITLES = {"lint": "lint and types", "clients": "real clients"}
# An xdist_group has a costly beginning and stays on one worker; other tests are dealt out singly.  What takes
# longest stands first in its group and is begun first.
WORKERS = ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder")
# Thousands of short ones: dealing each out by itself would take as long as some of them.
UNIT_WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


@dataclass(slots=True)
class Group:
    """One group of checks: what it counted, how long it took, whether it holds."""

    name: str
    seconds: float = 0.0
    holds: bool = True
    counts: dict[str, int] = field(default_factory=lambda: {"passed": 0, "failed": 0, "skipped": 0})

    def line(self) -> str:
        budget = BUDGET_SECONDS[self.name]
        verdict = "" if self.holds else "  FAILED"
        if self.seconds > budget:
            verdict += f"  over its budget by {self.seconds - budget:.0f} s"
        return f"  {TITLES.get(self.name, self.name):<15}{self.seconds:7.1f} s of {budget} s{verdict}"


def main(names: list[str]) -> int:
    """Run the named groups, or all there are; answer 0 only if every one of them holds."""
    unknown = [name for name in names if name not in BUDGET_SECONDS]
    if unknown:
        print(f"No group is called {unknown[0]!r}; there are: {', '.join(BUDGET_SECONDS)}.")
        return 2
    chosen = names or list(BUDGET_SECONDS)
    if "browser" in chosen:
        install_chromium()

    # Many tests start the service as a command: it is compiled once, whatever this shell says of bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    groups = [run(name) for name in chosen]

    print("\nSeconds used, of the budget on two cores:")
    for group in groups:
        print(group.line())
    total = {key: sum(group.counts[key] for group in groups) for key in ("passed", "failed", "skipped")}
    if any(total.values()):
        print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 0 if all(group.holds for group in groups) else 1


def directories_of(name: str) -> list[Path]:
    """The group's directories; of units the whole tree, of which the others are left out."""
    return [ROOT / "tests" / folder for folder in DIRECTORIES.get(name, ("",))]


def run(name: str) -> Group:
    group = Group(name)
    print(f"\n== {TITLES.get(name, name)}", flush=True)
    started = time.monotonic()
    if name == "lint":
        group.holds = lint()
    else:
        test(group)
    group.seconds = time.monotonic() - started
    return group


def lint() -> bool:
    """Run every linter, also after one has complained: a newcomer wants the whole list.

    They run side by side; what they say comes in the order of the list.
    """
    answers = []
    with ThreadPoolExecutor(len(LINT)) as side_by_side:
        said = list(side_by_side.map(_ask, LINT))
    for (tool, *arguments), done in zip(LINT, said, strict=True):
        answers.append(done.returncode)
        print(
            f"{tool} {arguments[0] if tool == 'ruff' else ''}".ljust(15),
            "ok" if done.returncode == 0 else "FAILED",
        )
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
    return not any(answers)


def _ask(words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    tool, *arguments = words
    return subprocess.run([BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True)


def test(group: Group) -> None:
    """Run one group's tests; a directory without a test counts as a failure, never as a pass."""
    others = DIRECTORIES if group.name == "units" else {}
    ignored = [f"--ignore={folder}" for name in others for folder in directories_of(name)]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        workers = UNIT_WORKERS if group.name == "units" else WORKERS
        command = [sys.executable, "-m", "pytest", "-q", *workers, f"--junitxml={report}"]
        done = subprocess.run([*command, *ignored, *map(str, directories_of(group.name))], cwd=ROOT)
        group.holds = done.returncode == 0
        if report.exists():
            count(report, group.counts)
    if not group.holds and not group.counts["failed"]:
        group.counts["failed"] = 1  # pytest itself could not start, or found nothing to run


def count(report: Path, counts: dict[str, int]) -> None:
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        tests, failed, errors, skipped = (
            int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")
        )
        counts["failed"] += failed + errors
        counts["skipped"] += skipped
        counts["passed"] += tests - failed - errors - skipped


def install_chromium() -> None:
    """Install Debian's Chromium where we may.  Elsewhere the browser tests say themselves why they skip."""
    apt = shutil.which("apt-get")
    if shutil.which("chromium") or apt is None or os.geteuid() != 0:
        return
    print("Installing chromium with apt-get (once)", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run([apt, *arguments], env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
