"""Transactions: what has committed stays, readers see one moment, nobody writes by accident."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from qb_collections.store import settings
from qb_collections.store.engine import Mode, Moment, derived, durable, interpose, open_engine, reading


def test_durable_waits_for_the_disk_and_derived_does_not(file_engine):
    with durable(file_engine) as conn:
        while_durable = conn.exec_driver_sql("PRAGMA synchronous").scalar_one()
    with derived(file_engine) as conn:
        while_derived = conn.exec_driver_sql("PRAGMA synchronous").scalar_one()

    assert while_durable == 2  # FULL
    assert while_derived == 1  # NORMAL


def test_the_database_checks_foreign_keys_and_lets_readers_work_beside_a_writer(file_engine):
    with reading(file_engine) as conn:
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_a_reading_transaction_refuses_to_write(file_engine, now):
    with pytest.raises(OperationalError), reading(file_engine) as conn:
        settings.put(conn, "a", 1, now)

    with reading(file_engine) as conn:
        assert settings.get(conn, "a") is None


def test_a_reading_transaction_sees_one_moment_while_others_write(file_engine, now):
    def write():
        with durable(file_engine) as conn:
            settings.put(conn, "a", 1, now)

    with reading(file_engine) as conn:
        before = settings.get(conn, "a")
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
        after = settings.get(conn, "a")

    assert before is None
    assert after is None


def test_a_failed_transaction_leaves_nothing(engine, now):
    with pytest.raises(RuntimeError), durable(engine) as conn:
        settings.put(conn, "a", 1, now)
        raise RuntimeError("the power of the example")

    with reading(engine) as conn:
        assert settings.get(conn, "a") is None


def test_two_writers_that_read_first_lose_no_update(file_engine, now):
    with durable(file_engine) as conn:
        settings.put(conn, "n", 0, now)

    def count():
        for _ in range(25):
            with durable(file_engine) as conn:
                settings.put(conn, "n", settings.get(conn, "n") + 1, now)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(file_engine) as conn:
        assert settings.get(conn, "n") == 100


def test_threads_take_turns_on_a_database_in_memory(engine, now):
    with durable(engine) as conn:
        settings.put(conn, "n", 0, now)

    def count():
        for _ in range(25):
            with durable(engine) as conn:
                settings.put(conn, "n", settings.get(conn, "n") + 1, now)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as conn:
        assert settings.get(conn, "n") == 100


def test_transactions_of_one_thread_do_not_nest(engine):
    with durable(engine), pytest.raises(AssertionError, match="do not nest"), durable(engine):
        pass


def test_every_transaction_passes_the_one_place_where_a_simulator_can_stand(engine, now):
    seen = []
    interpose(engine, lambda moment, mode: seen.append((moment, mode)))

    with durable(engine) as conn:
        settings.put(conn, "a", 1, now)
    with reading(engine) as conn:
        settings.get(conn, "a")

    assert seen == [
        (Moment.BEFORE_BEGIN, Mode.DURABLE),
        (Moment.BEFORE_COMMIT, Mode.DURABLE),
        (Moment.AFTER_COMMIT, Mode.DURABLE),
        (Moment.BEFORE_BEGIN, Mode.READING),
        (Moment.BEFORE_COMMIT, Mode.READING),
        (Moment.AFTER_COMMIT, Mode.READING),
    ]


def test_a_crash_just_before_the_commit_leaves_nothing(engine, now):
    def crash(moment, mode):
        if moment is Moment.BEFORE_COMMIT:
            raise KeyboardInterrupt

    interpose(engine, crash)
    with pytest.raises(KeyboardInterrupt), durable(engine) as conn:
        settings.put(conn, "a", 1, now)
    interpose(engine, None)

    with reading(engine) as conn:
        assert settings.get(conn, "a") is None


COMMIT_AND_WAIT = """
import sys, time
from datetime import datetime, UTC
from qb_collections.store import settings
from qb_collections.store.engine import durable, open_engine
engine = open_engine(sys.argv[1])
with durable(engine) as conn:
    settings.put(conn, "kept", "yes", datetime.now(UTC))
print("committed", flush=True)
with durable(engine) as conn:
    settings.put(conn, "lost", "yes", datetime.now(UTC))
    print("open", flush=True)
    time.sleep(60)
"""


def test_what_was_committed_survives_a_kill_and_what_was_open_does_not(file_url):
    child = subprocess.Popen(
        [sys.executable, "-c", COMMIT_AND_WAIT, file_url], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "committed\n"
    assert child.stdout.readline() == "open\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()

    engine = open_engine(file_url)
    with reading(engine) as conn:
        assert settings.get(conn, "kept") == "yes"
        assert settings.get(conn, "lost") is None
    with durable(engine) as conn:
        assert conn.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    engine.dispose()
