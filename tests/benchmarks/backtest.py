"""A policy played on two years of a real ledger; on a made-up one of that form where the file is not here.

From the mirror's rows to the figures: gathering, two years of nights, what each contact came to.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from qb_collections import logs
from qb_collections.core.company_gates import Mode
from qb_collections.services import backtest, history, knowing, leasing, policies, presets
from qb_collections.store.engine import reading
from tests.benchmarks._telling import machine, verdict
from tests.world import World

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("REAL_LEDGER", ROOT.parent / "shared/data/accounts-receivable-2012-2013.csv"))
MADE_UP = ROOT / "tests/data/made-up-ledger.csv"
COLUMNS = {
    "customer": "customerID",
    "number": "invoiceNumber",
    "issued": "InvoiceDate",
    "due": "DueDate",
    "amount": "InvoiceAmount",
    "settled": "SettledDate",
}
ROUNDS = 3
SECONDS_MOST = 5.0


def imported(path: Path, as_of: date) -> World:
    start = datetime(as_of.year, as_of.month, as_of.day, 22, 0, tzinfo=UTC)
    world = World(start, "ledger", path=path, as_of=as_of, columns=COLUMNS, date_format="%m/%d/%Y")
    world.connect(Mode.SHADOW)
    with leasing.held(world.context, world.company) as lease:
        history.read(world.context, world.company, lease, lambda: False)
    return world


def main() -> int:
    logs.configure("error")
    real = REAL.is_file()
    path, as_of = (REAL, date(2013, 12, 31)) if real else (MADE_UP, date(2026, 3, 31))
    rows = len(path.read_text(encoding="utf-8-sig").splitlines()) - 1
    policy = policies.check(presets.text("standard")).policy
    assert policy is not None
    world = imported(path, as_of)
    try:
        since = world.company.history_since
        assert since is not None
        last = as_of - timedelta(days=1)
        walls, cpus = [], []
        for _ in range(ROUNDS):
            wall, cpu = time.perf_counter(), time.process_time()
            found = backtest.run(world.context, world.company, [policy], since, last)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        assert isinstance(found, backtest.Result), found
        began = time.perf_counter()
        with reading(world.context.engine) as conn:
            knowing.knowledge(knowing.look_back(conn, world.company, last))
        known = time.perf_counter() - began
    finally:
        world.close()
    [test] = found.tests
    print(f"backtest of {rows:,} invoices, {(last - since).days + 1} nights, {ROUNDS} rounds; {machine()}")
    if not real:
        print("  the ledger of real payments is not here: this is the made-up one")
    print(f"  {test.contacts:,} contacts, {test.late} customers late; all traits in {known:.2f} s")
    print(f"  processor time: {statistics.median(cpus):.2f} s")
    holds = verdict("wall time, s", statistics.median(walls), SECONDS_MOST, at_least=False)
    return int(not holds)


if __name__ == "__main__":
    sys.exit(main())
