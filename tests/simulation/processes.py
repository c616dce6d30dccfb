"""Real processes: the service with its scheduler, and the emulator, killed with SIGKILL at random moments.

Its e-mail goes to a mail server on a socket, which at times takes a message and hangs up.

    python -m tests.simulation.processes [--kills 100] [--seed 0]

Beside the kills: a file that may not grow, a stranger who holds the database, an emulator that dies too, and
the machine's clock, set back by an hour while the service runs.
What is counted in the end is read from the emulator; of our own files only what is still under way.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import requests

from tests.mail_server import LyingServer
from tests.simulation.ground_truth import MARKER

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, "-c", "from qb_collections.cli import main; main()"]
# The same, on a machine whose clock is set back by an hour after so many seconds.  The service reads it in
# one place, and in another the time of a company on an emulator: one of QuickBooks lives on the machine's.
SET_BACK = """
import time
from datetime import timedelta
from qb_collections import clock
from qb_collections.cli import main
from qb_collections.services import company_time
began = time.monotonic()
def set_back(right):
    late = lambda *given: right(*given) - timedelta(hours=time.monotonic() - began > {seconds})
    return late
clock.RealClock.now = set_back(clock.RealClock.now)
company_time._now_at = set_back(company_time._now_at)
main()
"""
LEDGER = ROOT / "tests" / "data" / "made-up-ledger.csv"
COLUMNS = (
    "customer=customerID,number=invoiceNumber,issued=InvoiceDate,due=DueDate,amount=InvoiceAmount,"
    "disputed=Disputed,settled=SettledDate"
)
HOW_WRITTEN = ("--date-format", "%m/%d/%Y", "--as-of", "2026-01-20")
BEGINS = "2026-01-20T21:00:00Z"
LIVES_SECONDS = (0.3, 6.0)  # how long a service lives once it is ready: its first tick comes at once
POST_FAULTS = ("", "", "", "keeps_and_closes", "closes_in_data", "greylist")
READY_SECONDS = 60.0
DRAIN_SECONDS = 90.0
GAP = timedelta(days=3)


class Host:
    """One machine with both services on it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.folder = Path(tempfile.mkdtemp(prefix="qbc-processes-"))
        self.data = self.folder / "data"
        self.books = self.folder / "books.sqlite3"
        self.fired: Counter[str] = Counter()
        self.emulator: subprocess.Popen[str] | None = None
        self.service: subprocess.Popen[str] | None = None
        self.port = 0
        self.start_emulator("--start", BEGINS, "--ledger", str(LEDGER), "--columns", COLUMNS, *HOW_WRITTEN)
        self.told("connect", "--emulator", self.base_url)
        self.told("sync")
        self.told(
            "company", "contact", "--name", "Dana Whitlock", "--phone", "(423) 555-0143", "--pay", "By check."
        )
        self.post = LyingServer()
        self.post.start()
        self.told(
            *("mail", "set", "--host", "127.0.0.1", "--port", str(self.post.port)),
            *("--security", "loopback", "--from", "dana@made-up.example"),
        )
        self.told("mail", "doctor", "--to", "dana@made-up.example")
        self.told("mail", "on")
        self.post.received.clear()
        self.told("company", "mode", "automatic", "--yes")

    # Processes

    def start_emulator(self, *more: str) -> None:
        words = ["emulator", "serve", "--json", "--control", "--throttle", "--clock", "manual"]
        words += ["--data", str(self.books), "--port", str(self.port), *more]
        self.emulator = self._start(words)
        ready = self._ready(self.emulator)
        self.base_url, self.control = ready["base_url"], ready["control_url"].rstrip("/")
        self.realm = ready["realm_id"]
        self.port = int(self.base_url.rpartition(":")[2])

    def serve(
        self, file_bytes_max: int | None = None, set_back_after: float | None = None
    ) -> subprocess.Popen[str]:
        def limited() -> None:
            if file_bytes_max is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))

        words = ["serve", "--json", "--port", "0"]
        if set_back_after is None:
            return self._start(words, before=limited)
        program = [sys.executable, "-c", SET_BACK.format(seconds=set_back_after)]
        return self._start(words, before=limited, program=program)

    def told(self, *words: str) -> dict[str, Any]:
        """What one command says; a refusal is an answer too."""
        done = subprocess.run(
            [*PROGRAM, *words, "--json"], cwd=ROOT, env=self._environment(), capture_output=True, text=True
        )
        try:
            return dict(json.loads(done.stdout))
        except ValueError:
            raise AssertionError(f"{words} answered {done.returncode}: {done.stderr[-400:]}") from None

    def _start(
        self, words: Sequence[str], before: Any = None, program: Sequence[str] = PROGRAM
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*program, *words],
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=before,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "QBC_DATA_DIR": str(self.data), "PYTHONPATH": str(ROOT)}

    def _ready(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout is not None
        said = ""
        while line := process.stdout.readline():
            said += line
            with suppress(ValueError):
                return dict(json.loads(said))
        raise AssertionError(f"it ended before it was ready: {said}")

    # Trouble

    def kill_once(self) -> None:
        """One life of the service, with whatever else goes wrong in it."""
        what = self.random.choice(("kill",) * 6 + ("disk_full", "locked", "emulator", "clock_set_back"))
        self.fired[what] += 1
        size = max((file.stat().st_size for file in self.data.rglob("*") if file.is_file()), default=0)
        self.post.fault, self.post.faults_left = self.random.choice(POST_FAULTS), 1
        lives = self.random.uniform(*LIVES_SECONDS)
        process = self.service = self.serve(
            size + 20_000 if what == "disk_full" else None, lives / 2 if what == "clock_set_back" else None
        )
        if self.random.random() < 0.8:  # the others die while they start
            with suppress(AssertionError):  # without room on the disk it ends by itself
                self._ready(process)
        if what == "locked":
            stranger = sqlite3.connect(self.data / "qb-collections.sqlite3", isolation_level=None, timeout=5)
            time.sleep(lives / 2)
            stranger.execute("BEGIN IMMEDIATE")
            time.sleep(lives / 2)
            stranger.execute("ROLLBACK")
            stranger.close()
        elif what == "emulator":
            time.sleep(lives / 2)
            assert self.emulator is not None
            now = self.get("clock")["now"]
            self._end(self.emulator)
            self.start_emulator("--start", now)  # where it stood: it would begin today
            time.sleep(lives / 2)
        else:
            time.sleep(lives)
        self._end(process)
        if self.random.random() < 0.5:
            self.work_begins()
        else:
            self.move(timedelta(hours=self.random.choice((0, 1, 3, 7))))

    def work_begins(self) -> None:
        """Ten in the morning of the next working day there: the hour in which messages leave."""
        now = datetime.fromisoformat(self.get("clock")["now"])
        days = next(one for one in range(1, 5) if (now + timedelta(days=one)).weekday() < 5)
        morning = (now + timedelta(days=days)).replace(hour=15, minute=0, second=0, microsecond=0)
        self.move(morning - now)

    def move(self, by: timedelta) -> None:
        now = datetime.fromisoformat(self.get("clock")["now"]) + by
        requests.post(f"{self.control}/clock", json={"now": now.isoformat()}, timeout=30).raise_for_status()

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = requests.get(f"{self.control}/{path}", params=params, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def _end(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    # The calm, and what is true after it

    def drain(self) -> None:
        """Two nights by command, without trouble."""
        self.post.faults_left = 0
        for _ in range(2):
            self.work_begins()
            self.told("night", "--until-delivered")
        self.told("sync")

    def problems(self) -> list[str]:
        found = []
        sends: dict[str, list[datetime]] = {}
        ids: Counter[str] = Counter()
        after = 0
        while calls := self.get("requests", after=after)["requests"]:
            after = calls[-1]["seq"]
            for call in calls:
                if call["kind"] == "send" and call["status"] == 200:
                    invoice = call["path"].split("/")[5]
                    sends.setdefault(invoice, []).append(datetime.fromisoformat(call["at"]))
                    ids[call["requestid"]] += 1
        found += [f"request id {name} sent {count} copies" for name, count in ids.items() if count > 1]
        for invoice, times in sends.items():
            for first, second in pairwise(times):
                if abs(second - first) < GAP - timedelta(hours=12):
                    found.append(f"invoice {invoice} was sent at {first} and again at {second}")
            versions = self.get(f"versions/{self.realm}/Invoice/{invoice}")["versions"]
            markers = MARKER.findall(str(versions[-1]["body"].get("PrivateNote") or ""))
            if len(markers) != len(set(markers)):
                found.append(f"invoice {invoice} carries a marker twice")
            if len(markers) < len(times):
                found.append(f"invoice {invoice} was sent {len(times)} times and has {len(markers)} notes")
        with sqlite3.connect(self.data / "qb-collections.sqlite3") as conn:
            stuck = conn.execute(
                "SELECT count(*) FROM intent WHERE state IN ('sending', 'unknown')"
            ).fetchone()[0]
            whole = conn.execute("PRAGMA integrity_check").fetchone()[0]
        if stuck:
            found.append(f"{stuck} effects are still under way")
        if whole != "ok":
            found.append(f"the database is damaged: {whole}")
        self.copies = sum(map(len, sends.values()))
        letters = Counter(str(one.parsed["Message-ID"]) for one in self.post.received)
        found += [f"the message {name} arrived {count} times" for name, count in letters.items() if count > 1]
        return found

    def close(self) -> None:
        self.post.stop()
        for process in (
            self.service,
            self.emulator,
        ):  # the service has ended, unless something went wrong here
            if process is not None:
                self._end(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def run(kills: int, seed: int) -> list[str]:
    """Kill it that often; what is wrong afterwards, in sentences."""
    host = Host(seed)
    try:
        for number in range(kills):
            host.kill_once()
            if number % 10 == 9:
                print(f"{number + 1} of {kills}", flush=True)
        host.drain()
        found = host.problems()
        print(
            f"{kills} lives of the service: {dict(host.fired)}; {host.copies} copies and "
            f"{len(host.post.received)} messages left"
        )
        return found
    finally:
        host.close()


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.processes")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    found = run(given.kills, given.seed)
    for one in found:
        print(f"  {one}")
    print("nothing lost, nothing doubled" if not found else f"{len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
