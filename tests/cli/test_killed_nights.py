"""kill -9 of a night, then another night: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import subprocess
import sys
import threading

import pytest

from tests.cli.conftest import OWED, ROOT

WAIT_SECONDS = 60
# A whole night of this company asks QuickBooks about this often: a kill at each of them is drawn.
REQUESTS = 12


def killed_at(world, nursery, count, moment, delay_seconds):
    """Run a night and kill it around its count-th request; one that ends before is left to end.

    before: QuickBooks has not done what was asked.  after: it has, and the
    answer is lost.  later: a little after the answer was sent.
    """
    process = nursery.start("night", **world.environ)
    answer = world.server.front._observed
    seen = 0
    lock = threading.Lock()

    def observed(call, arrived_at, tid):
        nonlocal seen
        with lock:
            seen += 1
            mine = seen == count
        if mine and moment == "before":
            process.kill()
        reply = answer(call, arrived_at, tid)
        if mine and moment == "after":
            process.kill()
        if mine and moment == "later":
            threading.Timer(delay_seconds, process.kill).start()
        return reply

    world.server.front._observed = observed
    try:
        process.communicate(timeout=WAIT_SECONDS)
    finally:
        world.server.front._observed = answer
    return process.returncode


# Seed 1 kills two nights in a row, the second while it picks up what the first left.
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(one, marks=pytest.mark.soak) for one in range(12) if one != 1)]
)
def test_a_killed_night_is_finished_by_the_next_with_each_send_and_note_once(live, nursery, seed):
    chance = random.Random(seed)

    for _ in range(1 + seed % 2):
        moment = chance.choice(["before", "after", "later"])
        killed_at(live, nursery, chance.randint(1, REQUESTS), moment, chance.uniform(0, 0.02))
    live.told("night", "--until-delivered")
    done = live.told("night", "--until-delivered")

    assert live.sends() == [f"/v3/company/{live.realm_id}/invoice/{number}/send" for number in "123456"]
    assert {customer: len(lines) for customer, lines in live.notes().items()} == dict.fromkeys(OWED, 1)
    assert {one["state"] for one in done["intents"]} == {"confirmed"}
    assert len(done["intents"]) == 2 * len(OWED)
    assert done["delivery"]["trouble"] is None


def test_the_kills_strike(live, nursery):
    """The test above kills something: at the first send the night is far from done."""
    assert killed_at(live, nursery, 4, "after", 0) == -9
    assert len(live.sends()) < len(OWED)


HOLDING = """
import sys, time
from qb_collections.store import leases
from qb_collections.store.engine import open_engine
leases.acquire(open_engine(sys.argv[1]), 1, leases.this_process(), wait_seconds=0)
print("held", flush=True)
time.sleep(60)
"""


def test_a_company_that_another_process_works_for_is_refused_with_that_process(live, monkeypatch):
    """The other one is alive and does not let go: we say who it is, and that nothing was done."""
    monkeypatch.setattr("qb_collections.cli.opening.COMMAND_SECONDS", 0.3)
    database = f"sqlite:///{live.folder / 'qb-collections.sqlite3'}"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, database], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"

    told = live.told("night", code=2)
    other.kill()
    other.communicate()
    after = live.told("night")

    assert f"process {other.pid} on " in told["error"]["message"]
    assert "Harbor Light Supply" in told["error"]["message"]
    assert told["exit_code"] == 2
    assert after["delivery"]["trouble"] is None  # a dead holder is not waited for
    assert len(live.sends()) == len(OWED)
