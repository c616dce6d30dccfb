"""The program against an emulator over HTTP: a small company whose six invoices fall due on one Monday."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qb_collections.cli import main
from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.serve import EmulatorServer

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York
FRIDAY = datetime(2026, 11, 6, 15, 0, tzinfo=UTC)  # four business days after the due date
# The amount of each customer's one invoice.
OWED = {
    "Alder Grove School": "310.00",
    "Birch Street Diner": "120.50",
    "Cedar & Sons": "980.00",
    "Dogwood Dental": "455.25",
    "Elm Court Hotel": "75.10",
    "Fir Hill Farm": "640.00",
}
PROGRAM = [sys.executable, "-c", "from qb_collections.cli import main; main()"]


@dataclass
class World:
    """One emulator with one company, one data folder, and the program that works on both."""

    server: EmulatorServer
    clock: ManualClock
    realm_id: str
    folder: Path
    invoices: dict[str, str] = field(default_factory=dict)  # customer -> QuickBooks id

    @property
    def environ(self) -> dict[str, str]:
        return {"QBC_DATA_DIR": str(self.folder)}

    def run(self, *words: str, **environ: str) -> Result:
        """The program in this process."""
        return CliRunner().invoke(main, words, env=self.environ | environ)

    def told(self, *words: str, code: int = 0) -> dict[str, Any]:
        """What --json says, having checked the exit code and that standard output holds one object."""
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        found = json.loads(result.stdout)
        assert isinstance(found, dict)
        return found

    def start(self, *words: str) -> subprocess.Popen[str]:
        """The program in a process of its own, to be killed."""
        return subprocess.Popen(
            [*PROGRAM, *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **self.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def move_to(self, at: datetime) -> None:
        self.clock.set(at)
        self.server.front.clock_moved()

    def invoice(self, customer: str) -> dict[str, Any]:
        found = self.server.engine.read(self.realm_id, "Invoice", self.invoices[customer])
        return found.get("Invoice", found)

    def notes(self) -> dict[str, list[str]]:
        """Our lines in each invoice's memo, by customer."""
        return {
            customer: [
                line
                for line in str(self.invoice(customer).get("PrivateNote", "")).splitlines()
                if "(ref " in line
            ]
            for customer in self.invoices
        }

    def sends(self) -> list[str]:
        """The paths of the send requests that QuickBooks carried out, sorted."""
        calls = self.server.front.log.after(0, limit=1000)
        return sorted(
            call["path"] for call in calls if call["path"].endswith("/send") and call["status"] == 200
        )


def build(folder: Path, *, control: bool = True, clock: ManualClock | None = None) -> World:
    clock = clock or ManualClock(MONDAY)
    server = EmulatorServer(path=None, clock=clock, control=control)
    server.start()
    handle = server.open_company("empty-us", name="Harbor Light Supply")
    world = World(server, clock, handle.realm_id, folder)
    for customer, amount in OWED.items():
        address = f"{customer.split()[0].lower()}@customers.example"
        saved = server.engine.save(
            handle.realm_id,
            "Customer",
            {"DisplayName": customer, "PrimaryEmailAddr": {"Address": address}},
        )
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        invoice = {
            "CustomerRef": {"value": saved["Id"]},
            "BillEmail": {"Address": address},
            "TxnDate": "2026-10-03",
            "DueDate": "2026-11-02",
            "Line": [line],
        }
        world.invoices[customer] = server.engine.save(handle.realm_id, "Invoice", invoice)["Id"]
    return world


@pytest.fixture
def world(tmp_path):
    made = build(tmp_path / "data")
    yield made
    made.server.stop()


@pytest.fixture
def connected(world):
    """Connected and read; nothing is late."""
    world.told("connect", "--emulator", world.server.base_url)
    world.told("sync")
    return world


@pytest.fixture
def live(connected):
    """Sending is on since Monday, and it is Friday: all six invoices have reached their first message."""
    connected.told("company", "mode", "automatic", "--yes")
    connected.told("night")
    connected.move_to(FRIDAY)
    return connected
