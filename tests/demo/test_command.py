"""The command itself: JSON for scripts, a ledger of one's own, the web app and its end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qb_collections.cli import main

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
COMMAND = [sys.executable, "-c", "from qb_collections.cli import main; main()", "demo"]
COLUMNS = (
    "customer=customerID,number=invoiceNumber,issued=InvoiceDate,due=DueDate,amount=InvoiceAmount,"
    "settled=SettledDate"
)


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QBC_")}
    return kept | {"QBC_PORT": "0", "PYTHONPATH": str(ROOT)}


def demo(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
        cwd=ROOT,
        check=False,
    )


def demo_here(*words: str) -> Result:
    """The same in this process, which has everything imported already."""
    return CliRunner().invoke(main, ["demo", *words], env={"QBC_PORT": "0"})


def test_json_is_one_object_and_everything_else_goes_to_standard_error():
    done = demo("--nights", "1", "--exit", "--json")

    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert (told["company"], told["nights"]) == ("Copperleaf Refrigeration & Air LLC", 1)
    assert "You are owed $124,318.40" in done.stderr


def test_a_ledger_is_played_with_its_real_payments():
    done = demo_here(
        *("--ledger", str(DATA / "made-up-ledger.csv"), "--columns", COLUMNS, "--date-format", "%m/%d/%Y"),
        *("--as-of", "2026-03-31", "--nights", "4", "--exit", "--json"),
    )

    told = json.loads(done.stdout)
    rows = (DATA / "made-up-ledger.csv").read_text().splitlines()[1:]
    settled = {row.split(",")[6]: row.split(",")[4] for row in rows}
    arrived = {one["on"] for one in told["record"] if one["received"]}
    assert done.exit_code == 0
    assert told["ok"] is True
    assert told["from"] == "2026-03-31"
    for on in arrived:
        year, month, day = (int(part) for part in on.split("-"))
        assert f"{month}/{day}/{year}" in settled


@pytest.mark.parametrize(("skip", "code"), [((), 2), (("--skip-bad-rows",), 0)])
def test_bad_rows_are_named_with_line_and_reason(skip, code):
    done = demo_here(
        *("--ledger", str(DATA / "made-up-ledger-bad-rows.csv"), "--columns", COLUMNS),
        *("--date-format", "%m/%d/%Y", "--as-of", "2026-03-31", "--nights", "0", "--exit", *skip),
    )

    said = done.output
    assert done.exit_code == code
    assert "line 3: issued '13/5/2026' is not a date" in said
    assert "line 4: amount 'eighty' is not a number" in said
    assert "line 5: invoice number 0000900001 stands in line 2 already" in said


def test_the_web_app_answers_and_ctrl_c_ends_it(nursery):
    process = nursery.start("demo", "--nights", "0", QBC_PORT="0")
    try:
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        [address] = re.findall(r"The web app runs at (http://127\.0\.0\.1:\d+)", said)
        [link] = re.findall(r"This link signs you in, once: (\S+)", said)
        time.sleep(0.3)
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            assert answer.status == 200
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with browser.open(link, timeout=5) as answer:
            assert "Look around first" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=10)
    finally:
        process.kill()

    assert process.returncode == 0
    assert "Stopped." in rest
