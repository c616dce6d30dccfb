"""One holder at a time: who waits, who takes over, and who is refused."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from qb_collections.clock import ManualClock
from qb_collections.store import leases
from qb_collections.store.engine import durable
from qb_collections.store.leases import Leased, LeaseLost
from tests.store.conftest import NOW, add_company

ELSEWHERE = "another-host:4711:1"


def test_a_free_lease_is_taken_at_once_and_each_taking_has_a_higher_fence(engine, company, clock):
    first = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    leases.release(engine, first)
    second = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)

    assert (first.fence, second.fence) == (1, 2)


def test_a_held_lease_is_waited_for_and_then_its_holder_is_named(engine, company, clock):
    leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)

    with pytest.raises(Leased, match="process 4711 on another-host") as refused:
        leases.acquire(engine, company.id, leases.this_process(), wait_seconds=5, clock=clock)

    assert refused.value.holder == ELSEWHERE
    assert timedelta(seconds=5) <= clock.now() - NOW < timedelta(seconds=6)


@pytest.mark.parametrize(("seconds", "taken"), [(59, False), (60, True)])
def test_a_lease_runs_sixty_seconds(engine, company, seconds, taken):
    clock = ManualClock(NOW)
    leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    clock.advance(timedelta(seconds=seconds))

    try:
        leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)
        got = True
    except Leased:
        got = False

    assert got is taken


def test_checking_a_lease_renews_it_in_the_same_transaction(engine, company, clock):
    lease = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    clock.advance(timedelta(seconds=50))
    with durable(engine) as conn:
        lease.check(conn)
    clock.advance(timedelta(seconds=50))

    with pytest.raises(Leased):
        leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)


def test_a_stale_holder_is_refused_after_somebody_else_took_the_lease(engine, company, clock):
    stale = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    clock.advance(timedelta(seconds=61))
    leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)

    with pytest.raises(LeaseLost), durable(engine) as conn:
        stale.check(conn)


def test_a_lease_with_an_older_fence_is_refused(engine, company, clock):
    lease = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)

    with pytest.raises(LeaseLost), durable(engine) as conn:
        replace(lease, fence=lease.fence - 1).check(conn)


def test_a_holder_whose_lease_ran_out_goes_on_while_nobody_took_it(engine, company, clock):
    lease = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    clock.advance(timedelta(seconds=61))

    with durable(engine) as conn:
        lease.check(conn)

    with pytest.raises(Leased):
        leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)


def test_a_stale_holders_release_does_not_free_the_new_holders_lease(engine, company, clock):
    stale = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    clock.advance(timedelta(seconds=61))
    fresh = leases.acquire(engine, company.id, "third-host:1:1", wait_seconds=0, clock=clock)

    leases.release(engine, stale, {"calls": "stale"})

    with durable(engine) as conn:
        fresh.check(conn)
        assert leases.holder_of(conn, company.id) == "third-host:1:1"


def test_threads_of_one_process_wait_for_each_other(engine, company, clock):
    me = leases.this_process()
    leases.acquire(engine, company.id, me, wait_seconds=0, clock=clock)

    with pytest.raises(Leased):
        leases.acquire(engine, company.id, me, wait_seconds=1, clock=clock)


def test_of_two_threads_that_race_one_gets_the_lease(file_engine):
    company = add_company(file_engine)
    start, outcomes = threading.Barrier(2), []

    def race():
        start.wait()
        try:
            outcomes.append(leases.acquire(file_engine, company.id, leases.this_process(), wait_seconds=0))
        except Leased as refused:
            outcomes.append(refused)

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Lease", "Leased"]


TAKE_AND_WAIT = """
import sys, time
from qb_collections.store import leases
from qb_collections.store.engine import open_engine
lease = leases.acquire(open_engine(sys.argv[1]), int(sys.argv[2]), leases.this_process(), wait_seconds=0)
print(lease.holder, flush=True)
time.sleep(60)
"""


def test_a_killed_neighbours_lease_is_taken_at_once_and_a_living_ones_is_not(file_engine, file_url):
    company = add_company(file_engine)
    child = subprocess.Popen(
        [sys.executable, "-c", TAKE_AND_WAIT, file_url, str(company.id)], stdout=subprocess.PIPE, text=True
    )
    holder = child.stdout.readline().strip()

    with pytest.raises(Leased) as while_alive:
        leases.acquire(file_engine, company.id, leases.this_process(), wait_seconds=0)
    child.kill()
    child.wait()
    taken = leases.acquire(file_engine, company.id, leases.this_process(), wait_seconds=0)

    assert while_alive.value.holder == holder
    assert (taken.fence, taken.ran_out) == (2, True)


def test_a_process_that_got_a_dead_ones_number_is_not_taken_for_it(engine, company, clock):
    host, pid, started = leases.this_process().rsplit(":", 2)
    leases.acquire(engine, company.id, f"{host}:{pid}:{int(started) - 1}", wait_seconds=0, clock=clock)

    taken = leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)

    assert taken.fence == 2


def test_the_limiters_state_travels_from_holder_to_holder(engine, company, clock):
    state = {"calls": {"0": 12}, "reads": {"2026-10": 340}, "not_before_at": None}
    first = leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    leases.release(engine, first, state)

    second = leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)

    assert (second.limiter_state, second.ran_out) == (state, False)


def test_a_holder_that_vanished_is_told_apart_from_one_that_released(engine, company, clock):
    leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)
    clock.advance(timedelta(seconds=61))

    taken = leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0, clock=clock)

    assert taken.ran_out


def test_companies_are_leased_apart(engine, company, clock):
    other = add_company(engine, "Second Street")
    leases.acquire(engine, company.id, ELSEWHERE, wait_seconds=0, clock=clock)

    lease = leases.acquire(engine, other.id, leases.this_process(), wait_seconds=0, clock=clock)

    assert lease.company_id == other.id
