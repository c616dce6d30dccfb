"""The same 10,000 invoices read by tap-quickbooks and by us, from one static server, in interleaved rounds.

tap-quickbooks transforms every record and writes it to nowhere; we also store what we read.  It is
installed into an environment of its own for the run.  QBC_TAP_PYTHON names a Python that has it already.
Where it cannot be installed, this says so and compares nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from qb_collections import logs
from tests.benchmarks import _reading
from tests.benchmarks._static import serving
from tests.benchmarks._telling import machine, verdict

TAP = "tap-quickbooks==2.5.0"
INVOICES = 10_000
ROUNDS = 3
TIMES_LEAST = 5.0

# Runs inside tap's own environment: its address is a constant, and its session wants https.
RUN = """
import os, sys, time
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
import logging; logging.disable(logging.CRITICAL)
import tap_quickbooks.client as client
from tap_quickbooks.discover import do_discover
from tap_quickbooks.sync import do_sync
client.PROD_ENDPOINT_BASE = sys.argv[1]
config = {"start_date": "2020-01-01T00:00:00Z", "user_agent": "bench", "realm_id": "1", "client_id": "a",
          "client_secret": "b", "refresh_token": "c", "access_token": "d"}
catalog = do_discover()
for stream in catalog.streams:
    for entry in stream.metadata:
        if entry["breadcrumb"] in ((), []):
            entry["metadata"]["selected"] = stream.tap_stream_id == "invoices"
tap = client.QuickbooksClient("none", config, True)
said, sys.stdout = sys.stdout, open(os.devnull, "w")
began = time.perf_counter()
do_sync(tap, config, {}, catalog)
said.write(str(time.perf_counter() - began))
"""


def install(folder: Path) -> Path | None:
    """A Python that has tap-quickbooks; None, said aloud, where it cannot be had."""
    given = os.environ.get("QBC_TAP_PYTHON")
    if given:
        return Path(given)
    venv.create(folder / "tap", with_pip=True)
    python = folder / "tap" / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", TAP]
    done = subprocess.run(wanted, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode == 0:
        return python
    last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
    print(f"NOT COMPARED: {TAP} could not be installed here. pip said: {''.join(last)[:200]}")
    return None


def tap(python: Path, address: str) -> float:
    done = subprocess.run(
        [str(python), "-c", RUN, address], capture_output=True, text=True, timeout=600, check=True
    )
    return float(done.stdout)


def main() -> int:
    logs.configure("error")
    with tempfile.TemporaryDirectory(prefix="qbc-bench-tap-") as folder:
        python = install(Path(folder))
        if python is None:
            return 0
        times: dict[str, list[float]] = {"tap": [], "ours": []}
        with serving(INVOICES) as (address, _):
            for number in range(ROUNDS):
                times["tap"].append(tap(python, address))
                ours = Path(folder) / f"ours-{number}"
                ours.mkdir()
                times["ours"].append(_reading.read(address, ours, INVOICES))
    tap_s, ours_s = statistics.median(times["tap"]), statistics.median(times["ours"])
    print(f"{INVOICES:,} invoices, {ROUNDS} interleaved rounds, medians; {machine()}")
    print(f"  {TAP}: {tap_s:.2f} s, {INVOICES / tap_s:,.0f} invoices a second")
    print(f"  qb_collections: {ours_s:.2f} s, {INVOICES / ours_s:,.0f} invoices a second")
    return int(not verdict("times as fast", tap_s / ours_s, TIMES_LEAST, at_least=True, form=".1f"))


if __name__ == "__main__":
    sys.exit(main())
