"""The inbox: on the disk before it is answered, sealed, split per company, never lost."""

import signal
import subprocess
import sys
import threading

import pytest
from sqlalchemy import event

from qb_collections.store import inbox
from qb_collections.store.engine import durable, open_engine, reading
from qb_collections.store.inbox import InboxBusy, InboxWriter
from qb_collections.store.vault import Key, Vault
from tests.store.conftest import NOW, add_company


@pytest.fixture
def writer(engine, vault):
    writer = InboxWriter(engine, vault)
    yield writer
    writer.close()


def bodies(engine, vault):
    with reading(engine) as conn:
        return [one.body for one in inbox.unsplit(conn, vault=vault)]


def test_a_body_is_stored_byte_for_byte_when_submit_returns(engine, vault, writer):
    body = b'{"eventNotifications": "\xff\x00 not even text"}'

    writer.submit([body])

    assert bodies(engine, vault) == [body]


def test_a_body_is_sealed_at_rest(file_engine, vault, tmp_path):
    writer = InboxWriter(file_engine, vault)
    writer.submit([b"CANARY_BODY"])
    writer.close()
    file_engine.dispose()

    assert b"CANARY_BODY" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_bodies_that_come_together_are_committed_together(engine, vault, writer):
    commits = []
    event.listen(engine, "commit", lambda conn: commits.append(1))
    arrived = threading.Semaphore(0)
    put = writer._waiting.put

    def put_and_count(*args, **more):
        put(*args, **more)
        arrived.release()

    writer._waiting.put = put_and_count
    blocker = durable(engine)
    blocker.__enter__()  # the disk is busy; meanwhile forty bodies arrive
    threads = [threading.Thread(target=writer.submit, args=([str(n).encode()],)) for n in range(40)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert arrived.acquire(timeout=10)

    blocker.__exit__(None, None, None)
    for thread in threads:
        thread.join()

    assert sorted(bodies(engine, vault)) == sorted(str(n).encode() for n in range(40))
    assert len(commits) <= 4  # the blocker's own, the first few, the rest, the reading above


class StandingClock:
    """While somebody waits by it, something happens."""

    def __init__(self, meanwhile):
        self.slept = []
        self.meanwhile = meanwhile

    def monotonic(self):
        return 100.0

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.meanwhile()


def test_right_after_a_slow_commit_a_body_waits_a_moment_for_its_neighbours(engine, vault, writer):
    commits = []
    event.listen(engine, "commit", lambda conn: commits.append(1))
    clock = StandingClock(lambda: writer.post([b"neighbour"], lambda failure: None))
    writer._real, writer._took, writer._ended_at = clock, 0.2, 100.0

    writer.submit([b"first"])
    writer.submit([b"alone"])  # the commit before it took no time by this clock

    assert clock.slept == [0.005]
    assert len(commits) == 2
    assert bodies(engine, vault) == [b"first", b"neighbour", b"alone"]


def test_a_body_that_cannot_be_stored_in_time_is_not_answered(engine, vault, writer):
    with durable(engine), pytest.raises(InboxBusy, match="in time"):
        writer.submit([b"late"], timeout_seconds=0.1)


def test_a_database_that_fails_is_reported_and_the_writer_goes_on(engine, vault, writer, monkeypatch):
    def full(*args, **more):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "store", full)
        with pytest.raises(InboxBusy, match="did not take"):
            writer.submit([b"first"])

    writer.submit([b"second"])
    assert bodies(engine, vault) == [b"second"]


SUBMIT_AND_DIE = """
import os, signal, sys
from qb_collections.store.engine import open_engine
from qb_collections.store.inbox import InboxWriter
from qb_collections.store.vault import Key, Vault
writer = InboxWriter(open_engine(sys.argv[1]), Vault([Key("k1", b"1" * 32)]))
writer.submit([b"answered"])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_answered_body_survives_a_kill_right_after(file_url):
    child = subprocess.run([sys.executable, "-c", SUBMIT_AND_DIE, file_url], check=False)

    engine = open_engine(file_url)
    found = bodies(engine, Vault([Key("k1", b"1" * 32)]))
    engine.dispose()

    assert child.returncode == -signal.SIGKILL
    assert found == [b"answered"]


def test_a_body_is_split_per_company_and_the_rest_is_kept_aside(engine, vault, company):
    other = add_company(engine, "Second Street")
    with durable(engine) as conn:
        inbox.store(conn, [b"for two", b"unreadable"], vault=vault, at=NOW)
        whole, unreadable = inbox.unsplit(conn, vault=vault)

        inbox.split(conn, [(whole, [(company.id, b"one"), (other.id, b"two")])], vault=vault, at=NOW)
        inbox.quarantine(conn, [unreadable.id], "not JSON", NOW)

        assert inbox.unsplit(conn, vault=vault) == []
        assert inbox.waiting_companies(conn) == [company.id, other.id]
        [part] = inbox.pending(conn, company.id, vault=vault)
        assert (part.body, part.received_at) == (b"one", NOW)


def test_after_resealing_bodies_open_with_the_new_key_alone(engine, company):
    old, new = Key("k1", b"1" * 32), Key("k2", b"2" * 32)
    with durable(engine) as conn:
        inbox.store(conn, [b"one", b"two", b"three"], vault=Vault([old]), at=NOW)
        both = Vault([new, old])

        counts = [inbox.reseal(conn, both, limit=2) for _ in range(3)]

        assert counts == [2, 1, 0]
        assert [one.body for one in inbox.unsplit(conn, vault=Vault([new]))] == [b"one", b"two", b"three"]


def test_done_parts_do_not_come_back_and_only_their_own_company_can_end_them(engine, vault, company):
    other = add_company(engine, "Second Street")
    with durable(engine) as conn:
        inbox.store(conn, [b"x"], vault=vault, at=NOW)
        [whole] = inbox.unsplit(conn, vault=vault)
        inbox.split(conn, [(whole, [(company.id, b"one")])], vault=vault, at=NOW)
        [part] = inbox.pending(conn, company.id, vault=vault)

        inbox.done(conn, other.id, [part.id], NOW)
        still_there = inbox.pending(conn, company.id, vault=vault)
        inbox.done(conn, company.id, [part.id], NOW)

        assert still_there == [part]
        assert inbox.pending(conn, company.id, vault=vault) == []
