"""A power cut in the middle of a night: what was not on the disk yet is decided again, and nothing twice."""

import shutil
from contextlib import contextmanager
from unittest import mock

import pytest

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.core.intents import State
from qb_collections.services import leasing, night
from qb_collections.store import companies
from qb_collections.store.engine import Mode, Moment, interpose
from tests.benchmarks._overdue import AT, company_with

CUSTOMERS = 500  # three chunks
FILE = "qb-collections.sqlite3"


class PowerCut(BaseException):
    """The machine is gone; no line of ours runs any more."""


@contextmanager
def without_quickbooks():
    with (
        mock.patch.object(night.sync, "sync"),
        mock.patch.object(night.foreign, "record"),
        mock.patch.object(night.run_gates, "hold", return_value=None),
    ):
        yield


class Disk:
    """Notes how much of SQLite's log a power cut leaves for sure, and how much there is."""

    def __init__(self, folder, *, cut_after=None):
        self.log, self.cut_after = folder / f"{FILE}-wal", cut_after
        self.modes, self.safe, self.is_cut = [], 0, False

    def __call__(self, moment, mode):
        if self.is_cut:
            raise PowerCut
        if moment is not Moment.AFTER_COMMIT or mode is Mode.READING:
            return
        self.modes.append(mode)
        if mode is Mode.DURABLE:
            self.safe = self.log.stat().st_size
        elif self.modes.count(Mode.DERIVED) == self.cut_after:
            self.is_cut = True
            raise PowerCut


def test_a_night_waits_for_the_disk_once_after_its_chunks(tmp_path):
    context, company = company_with(tmp_path, invoices=5 * CUSTOMERS, due=5 * CUSTOMERS)
    disk = Disk(tmp_path)
    with leasing.held(context, company) as lease, without_quickbooks():
        interpose(context.engine, disk)
        night.night(context, company, lease)
        interpose(context.engine, None)
        assert disk.safe == disk.log.stat().st_size

    chunks = [place for place, mode in enumerate(disk.modes) if mode is Mode.DERIVED]
    assert len(chunks) == 3
    assert set(disk.modes[chunks[-1] + 1 :]) == {Mode.DURABLE}


@pytest.mark.parametrize(("percent", "kept"), [(0, 0), (75, 200), (100, 400)])
def test_what_a_power_cut_takes_back_is_decided_again(tmp_path, percent, kept):
    """percent: of what the two chunks wrote to the log, so much had come to the disk by itself."""
    here, after = tmp_path / "here", tmp_path / "after"
    context, company = company_with(here, invoices=5 * CUSTOMERS, due=5 * CUSTOMERS)
    disk = Disk(here, cut_after=2)
    with pytest.raises(PowerCut), leasing.held(context, company) as lease, without_quickbooks():
        interpose(context.engine, disk)
        night.night(context, company, lease)
    there = disk.log.stat().st_size
    assert disk.safe < there, "the chunks were not waited for"

    # As the disk is found: closing the connections first would put the log into the file.
    shutil.copytree(here, after, ignore=shutil.ignore_patterns("*-shm"))
    with (after / f"{FILE}-wal").open("r+b") as log:
        log.truncate(disk.safe + (there - disk.safe) * percent // 100)
    context = app.build(config.read({}, data_dir=after, file=None, log_level="error"), ManualClock(AT))
    with context.engine.connect() as conn:
        company = companies.get(conn, company.id)
        assert conn.exec_driver_sql("SELECT count(*) FROM decision").scalar_one() == kept
    with leasing.held(context, company) as lease, without_quickbooks():
        night.night(context, company, lease)

    with context.engine.connect() as conn:
        asked = [
            conn.exec_driver_sql(query).scalar_one()
            for query in (
                "SELECT count(*) FROM decision",
                "SELECT count(*) FROM finding",
                f"SELECT count(*) FROM intent WHERE state = '{State.PLANNED}'",
                "SELECT count(DISTINCT customer_id) FROM decision",
                "SELECT count(*) FROM run",
            )
        ]
    assert asked == [CUSTOMERS, 5 * CUSTOMERS, CUSTOMERS, CUSTOMERS, 1]
