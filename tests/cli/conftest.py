"""The program against an emulator over HTTP: a small company whose six invoices fall due on one Monday."""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qb_collections import app
from qb_collections.cli import main
from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.quickbooks.limits import Limits
from qb_collections.store.engine import open_engine

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


def build(folder: Path, *, control: bool = True, **server_options: Any) -> World:
    """The company with its six invoices, served; nobody is connected to it yet."""
    clock = ManualClock(MONDAY)
    server = EmulatorServer(**{"path": None} | server_options, clock=clock, control=control)
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


def to_connected(world: World) -> None:
    """Connected and read; nothing is late."""
    world.told("connect", "--emulator", world.server.base_url)
    world.told("sync")


def to_live(world: World) -> None:
    """Sending is on since Monday, and it is Friday: all six invoices have reached their first message."""
    world.told("company", "mode", "automatic", "--yes")
    world.told("night")
    world.move_to(FRIDAY)


STAGES = {"built": None, "connected": to_connected, "live": to_live}


class Shelf:
    """The world at each stage, lived through once and copied for every test that begins there.

    The emulator's port and the data folder stay the same, for the database knows the one by its number and
    engines are kept by the other's path.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _port_of_ours()
        self._realm_id = ""
        self._invoices: dict[str, str] = {}
        self._at: dict[str, datetime] = {}

    def start(self, stage: str) -> World:
        """A world at this stage, running on files of its own; the caller stops its server."""
        if stage not in self._at:
            self._live_through(stage)
        running = self._fresh()
        shutil.copytree(self.folder / stage, running, dirs_exist_ok=True)
        clock = ManualClock(self._at[stage])
        server = EmulatorServer(path=str(running / "books"), clock=clock, control=True, port=self.port)
        server.start()
        return World(server, clock, self._realm_id, running / "data", dict(self._invoices))

    def _live_through(self, stage: str) -> None:
        stages = list(STAGES)
        if stage == "built":
            running = self._fresh()
            running.mkdir()
            world = build(running / "data", path=str(running / "books"), port=self.port)
            self._realm_id, self._invoices = world.realm_id, world.invoices
        else:
            world = self.start(stages[stages.index(stage) - 1])
            STAGES[stage](world)
        world.server.stop()
        shutil.copytree(self.folder / "running", self.folder / stage)
        self._at[stage] = world.clock.now()

    def _fresh(self) -> Path:
        running = self.folder / "running"
        shutil.rmtree(running, ignore_errors=True)
        return running


def _port_of_ours() -> int:
    """A free port below those that systems give to whoever asks for any, so that it is free again later.

    Two workers, whose process ids are neighbours, begin to look seven apart.
    """
    for port in range(20_000 + os.getpid() * 7 % 10_000, 32_000):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port below 32000")


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="package", autouse=True)
def quick_commands():
    """One engine per database file, so that statements are compiled once, and no waiting between calls.

    What the limits hold back is quickbooks/limits' own business.
    """
    kept = functools.cache(open_engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "open_engine", kept)
        patch.setattr(app, "_limits", lambda _: Limits(10_000, 1_000, 8, 10_000))
        yield


@pytest.fixture
def world(shelf):
    """Nobody is connected yet."""
    made = shelf.start("built")
    yield made
    made.server.stop()


@pytest.fixture
def connected(shelf):
    """Connected and read; nothing is late."""
    made = shelf.start("connected")
    yield made
    made.server.stop()


@pytest.fixture
def live(shelf):
    """Sending is on since Monday, and it is Friday: all six invoices have reached their first message."""
    made = shelf.start("live")
    yield made
    made.server.stop()
