"""The locks are whole and name no registry; the wheel holds all that the checkout runs on."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)")


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text().splitlines()
    return {found[1]: found[2] for line in lines if (found := PIN.match(line))}


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~! ;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_hashes_and_remarks_and_nothing_else(lock: str):
    known = re.compile(r"[a-z0-9-]+==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?| *#.*|")

    other = [line for line in (ROOT / lock).read_text().splitlines() if not known.fullmatch(line)]

    assert other == []
    assert "://" not in (ROOT / lock).read_text()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_a_lock_pins_everything_the_project_asks_for(lock: str, wanted: list[str]):
    missing = {name_of(requirement) for requirement in wanted} - pins(lock).keys()

    assert missing == set()


def test_tests_run_on_the_versions_that_the_service_runs_on():
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")

    assert run.items() <= dev.items()


def test_the_service_needs_no_development_package():
    assert not {"pytest", "mypy", "ruff", "playwright", "hypothesis"} & pins("requirements.lock").keys()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_module_template_preset_and_static_file(wheel: Path):
    listed = subprocess.run(
        ["git", "ls-files", "qb_collections", "webhooks", "templates"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\n")  # fmt: skip
    wanted = {name for name in listed if (ROOT / name).is_file()}

    shipped = set(zipfile.ZipFile(wheel).namelist())

    missing = {
        name for name in wanted if re.sub("^templates/", "qb_collections/_templates/", name) not in shipped
    }
    assert missing == set()


def test_the_wheel_runs_without_the_checkout(wheel: Path, tmp_path: Path):
    zipfile.ZipFile(wheel).extractall(tmp_path)

    program = "import qb_collections.cli as cli; print(cli.__file__); cli.main(['--help'])"
    said = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip

    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(str(tmp_path))
    assert "explain" in said.stdout
