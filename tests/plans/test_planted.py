"""Ten planted bugs of plans, each found by the test that its file names.

The bugs are under tests/simulation/planted/plans; they are planted into a copy, never into the product.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.simulation.planted.bank import ROOT, bugs, copied, plant

FOLDER = Path(__file__).parents[1] / "simulation/planted/plans"
NAMES = sorted(file.stem for file in FOLDER.glob("*.toml"))
IN_MAKE_TEST = "no_read_back"


def found_by(name):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())["found_by"]


def run(tree, test):
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "", test]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    (tree / "pyproject.toml").write_text((Path(__file__).parents[2] / "pyproject.toml").read_text())
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment)


def test_there_are_five_bugs_of_the_accounting_and_five_of_the_saga():
    assert len(NAMES) == 10


def test_every_planted_bug_still_fits_the_product():
    """Those of the nights too: a bug that no longer applies is found nowhere."""
    edits = [(bug.name, edit) for bug in bugs() for edit in bug.edits]

    missed = [(name, one.file) for name, one in edits if (ROOT / one.file).read_text().count(one.before) != 1]
    assert len(edits) > 30 and missed == []


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one == IN_MAKE_TEST else pytest.mark.soak) for one in NAMES]
)
def test_the_bug_is_found(name):
    [bug] = bugs([name])
    test = found_by(name)
    with copied() as tree:
        plant(bug, tree)

        done = run(tree, test)

    assert done.returncode == 1, done.stdout[-2000:]  # a test failed; 2 to 5: it could not be asked
    assert "1 failed" in done.stdout


@pytest.mark.soak
@pytest.mark.timeout(0)  # ten processes, one after the other
def test_without_a_bug_the_same_tests_pass():
    with copied() as tree:
        for name in NAMES:
            done = run(tree, found_by(name))
            assert done.returncode == 0, done.stdout[-2000:]
