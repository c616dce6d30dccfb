"""What the Node clients answered, step by step, after one run over an emulator of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from qb_collections.emulator.clocks import RealClock
from qb_collections.emulator.oauth import SCOPE
from qb_collections.emulator.serve import EmulatorServer
from tests.clients.node import tooling

DRIVER = Path(__file__).with_name("drive.js")
DRIVER_SECONDS = 120
RUN = "r1"


@pytest.fixture(scope="session")
def node():
    """Node with both clients.  Without it these tests skip and say so; where changes land they fail."""
    try:
        return tooling.ready()
    except tooling.NoNode as problem:
        tooling.unavailable(problem)


@pytest.fixture(scope="session")
def steps(node):
    """Each step of drive.js by its name: {"value": …} or {"error": …}.

    The clock is the machine's, since intuit-oauth judges an ID token's age by that.  The zone lies east of
    Greenwich: the client writes its offset with a bare plus sign.
    """
    server = EmulatorServer(path=None, clock=RealClock(), control=True)
    server.open_company("demo")
    abroad = server.open_company("multicurrency").realm_id
    server.start()
    try:
        token = server.front.tokens.grant(abroad, scope=SCOPE).refresh_token
        task = {**server.ready_line(), "now": server.clock.now().isoformat(), "run": RUN}
        task["abroad"] = {"realm_id": abroad, "refresh_token": token}
        done = subprocess.run(
            [*node.node, str(DRIVER)],
            input=json.dumps(task),
            env={"NODE_PATH": str(node.modules), "TZ": "Europe/Berlin", "PATH": os.environ.get("PATH", "")},
            capture_output=True,
            text=True,
            timeout=DRIVER_SECONDS,
        )
    finally:
        server.stop()
    told = {line["step"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert told.get("end", {}).get("value") is True, (told.get("end"), done.stderr[-2000:])
    return told
