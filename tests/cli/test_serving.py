"""serve and emulator serve: processes that say when they are ready, and end when told to."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest
import requests

from tests.cli.conftest import PROGRAM, ROOT

READY = {
    *("base_url", "discovery_url", "client_id", "client_secret", "realm_id", "refresh_token"),
    *("webhook_verifier_token", "control_url"),
}
LEDGER = ROOT / "tests/data/made-up-ledger.csv"
BAD_ROWS = ROOT / "tests/data/made-up-ledger-bad-rows.csv"
COLUMNS = (
    "customer=customerID,number=invoiceNumber,issued=InvoiceDate,due=DueDate,"
    "amount=InvoiceAmount,settled=SettledDate"
)


def read_object(process):
    """The first JSON object that the process prints, over as many lines as it takes."""
    text = ""
    while True:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        text += line
        try:
            return json.loads(text)
        except ValueError:
            continue


@pytest.fixture
def emulator(nursery):
    """Start `emulator serve` with these words; (process, ready line)."""
    started = []

    def start(*words):
        process = nursery.start("emulator", "serve", *words)
        started.append(process)
        return process, json.loads(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ended(process, number):
    """Exit code and the rest of standard output after this signal."""
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    return process.returncode, out


def test_the_emulator_prints_one_line_when_ready_and_nothing_else_until_ctrl_c(emulator):
    process, ready = emulator("--kind", "empty-us")

    assert ready.keys() == READY
    assert ready["control_url"] is None
    assert requests.get(f"{ready['base_url']}/emulator/clock", timeout=5).status_code == 200
    assert ended(process, signal.SIGINT) == (0, "")


def test_a_ledger_starts_on_its_day_and_what_was_settled_later_is_open(emulator):
    """As of 31 March 2026 at 16:00 in New York."""
    words = (
        "--ledger",
        str(LEDGER),
        "--columns",
        COLUMNS,
        "--date-format",
        "%m/%d/%Y",
        "--as-of",
        "2026-03-31",
    )
    _, ready = emulator(*words, "--clock", "manual")

    now = requests.get(f"{ready['base_url']}/emulator/clock", timeout=5).json()["now"]

    assert now == "2026-03-31T20:00:00+00:00"


def test_an_emulator_with_a_file_goes_on_where_it_was(emulator, tmp_path):
    words = (
        "--kind",
        "empty-us",
        "--control",
        "--clock",
        "manual",
        "--data",
        str(tmp_path / "books.sqlite3"),
    )
    first, ready = emulator(*words, "--start", "2026-11-02T14:00:00Z")
    requests.post(f"{ready['control_url']}/clock", json={"advance_seconds": 86400}, timeout=5)
    ended(first, signal.SIGTERM)

    _, again = emulator(*words)

    assert again["realm_id"] == ready["realm_id"]
    assert again["client_id"] == ready["client_id"]
    now = requests.get(f"{again['control_url']}/clock", timeout=5).json()["now"]
    assert now == "2026-11-03T14:00:00+00:00"


def refused(world, *words):
    told = world.run("emulator", "serve", *words)
    assert told.exit_code == 2
    assert told.stdout == ""
    return told.stderr


def test_bad_rows_of_a_ledger_are_named_with_line_and_reason(world):
    said = refused(
        world,
        *("--ledger", str(BAD_ROWS), "--columns", COLUMNS),
        *("--date-format", "%m/%d/%Y", "--as-of", "2026-03-31"),
    )

    assert "of the ledger cannot be read: line " in said
    assert "--skip-bad-rows" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--ledger", str(LEDGER)), "--ledger needs --columns, --date-format and --as-of"),
        (("--as-of", "2026-03-31"), "belong to --ledger FILE"),
        (("--clock", "real", "--start", "2026-11-02T14:00:00Z"), "do not go together"),
        (("--start", "2026-11-02T14:00:00"), "has no time zone"),
        (("--start", "2020-01-01T00:00:00Z"), "--start cannot be before"),
        (
            (
                "--ledger",
                str(LEDGER),
                "--columns",
                "customer",
                "--date-format",
                "%m",
                "--as-of",
                "2026-03-31",
            ),
            "'customer' is not a pair",
        ),
    ],
)
def test_options_that_make_no_sense_together_are_refused(world, words, sentence):
    assert sentence in refused(world, *words)


def test_serve_says_where_it_is_answers_and_ends_on_sigterm(connected, nursery):
    process = nursery.start("serve", "--port", "0", "--json", **connected.environ)
    try:
        ready = read_object(process)
        health = requests.get(f"{ready['url']}/healthz", timeout=10)
        welcome = requests.get(ready["sign_in"], timeout=10)
        code, out = ended(process, signal.SIGTERM)
    finally:
        process.kill()

    assert health.status_code == 200
    assert welcome.status_code == 200
    assert ready["data_dir"] == str(connected.folder)
    assert (code, out) == (0, "")


def test_a_port_that_is_taken_is_said(connected):
    port = connected.server.base_url.rpartition(":")[2]

    told = connected.run("serve", "--port", port)

    assert told.exit_code == 2
    assert f"Port {port} on 127.0.0.1 is taken" in told.stderr


def test_without_any_setting_the_first_start_makes_data_folder_and_key_and_says_where(tmp_path):
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = [process.stdout.readline().strip() for _ in range(3)]
    finally:
        process.terminate()
        process.communicate(timeout=20)

    folder = tmp_path / ".local/share/qb-collections"
    assert said[0].startswith("qb_collections is at http://127.0.0.1:")
    assert said[1] == f"Your data is in {folder}, the key that seals it in {folder / 'key'}"
    assert said[2].startswith("Sign in for the first time, once, at http://127.0.0.1:")
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
