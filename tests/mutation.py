"""`make mutation`: is there a test in tests/core that notices when core is wrong?

First tests/core must pass through every branch of core: one that no test takes is listed, and fails.  Then
mutmut changes one thing at a time in qb_collections/core (a comparison, a number, an argument) and runs the
tests that pass through it.  A change that no test notices survives.  Survivors are listed with the command
that shows them; fewer than 85 caught of 100 is a failure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "mutants"
AT_LEAST_PERCENT = 85
# How mutmut numbers the outcomes that are not the tests' verdict on the code.
CAUGHT = {"killed", "timeout", "caught_by_type_check", "segfault"}


def main() -> int:
    """Every branch, then mutmut anew over all of core; answer 0 if enough of its changes were caught."""
    if not every_branch_is_taken():
        return 1
    shutil.rmtree(MUTANTS, ignore_errors=True)
    ran = subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=ROOT)
    if ran.returncode != 0:
        return ran.returncode
    subprocess.run([sys.executable, "-m", "mutmut", "export-cicd-stats"], cwd=ROOT, check=True)
    counts = json.loads((MUTANTS / "mutmut-cicd-stats.json").read_text())
    total = counts.pop("total")
    caught = sum(number for outcome, number in counts.items() if outcome in CAUGHT)

    for module, survivors in sorted(survivors_by_module().items(), key=lambda item: -item[1]):
        print(f"  {survivors:4} survived in {module}")
    percent = 100 * caught / total
    print(f"{caught} of {total} changes were caught: {percent:.1f} of 100 (at least {AT_LEAST_PERCENT})")
    print("mutmut results lists the others; mutmut show NAME prints one.")
    return 0 if percent >= AT_LEAST_PERCENT else 1


def every_branch_is_taken() -> bool:
    """Whether tests/core passes through every line and branch of core; what it leaves out is printed."""
    with tempfile.TemporaryDirectory() as folder:
        data = f"--data-file={folder}/coverage"
        coverage = [sys.executable, "-m", "coverage"]
        tests = ["-m", "pytest", "tests/core", "-q", "-p", "no:cacheprovider"]
        ran = subprocess.run([*coverage, "run", data, *tests], cwd=ROOT)
        return ran.returncode == 0 and subprocess.run([*coverage, "report", data], cwd=ROOT).returncode == 0


def survivors_by_module() -> Counter[str]:
    """How many changes nobody noticed, per module of core."""
    listed = subprocess.run(
        [sys.executable, "-m", "mutmut", "results"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = (line.strip().partition(":")[0] for line in listed.stdout.splitlines() if ":" in line)
    return Counter(name.rpartition(".")[0] for name in names)


if __name__ == "__main__":
    sys.exit(main())
