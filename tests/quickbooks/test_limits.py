"""Limits on a clock that only the test moves: no test here waits."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.clock import ManualClock, ShiftedClock
from qb_collections.quickbooks.errors import Throttled
from qb_collections.quickbooks.limits import Limiter, Limiters, Limits, Window

START = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)


def call(limiter, times=1, **how):
    for _ in range(times):
        with limiter.call(**how):
            pass


def elapsed(clock):
    return (clock.now() - START).total_seconds()


@pytest.mark.parametrize(("calls", "seconds"), [(8, 0), (9, 1), (16, 1), (17, 2)])
def test_eight_calls_leave_at_once_and_the_ninth_a_second_later(calls, seconds):
    clock = ManualClock(START)

    call(Limiter(clock), calls)

    assert elapsed(clock) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(("calls", "seconds"), [(400, 49), (401, 60)])
def test_four_hundred_calls_a_minute(calls, seconds):
    clock = ManualClock(START)

    call(Limiter(clock), calls)

    assert elapsed(clock) == pytest.approx(seconds, abs=0.5)


@pytest.mark.parametrize(("batches", "seconds"), [(40, 4), (41, 60)])
def test_forty_batches_a_minute(batches, seconds):
    clock = ManualClock(START)

    call(Limiter(clock), batches, batch=True)

    assert elapsed(clock) == pytest.approx(seconds, abs=0.5)


@pytest.mark.parametrize(("told", "seconds"), [(None, 60), (5.0, 5), (90.0, 90)])
def test_after_a_429_nothing_leaves_before_what_it_says_else_for_a_minute(told, seconds):
    clock = ManualClock(START)
    limiter = Limiter(clock)

    limiter.throttled(told)
    call(limiter)

    assert elapsed(clock) == pytest.approx(seconds, abs=0.01)


def test_a_long_wait_gives_a_sign_of_life_every_fifteen_seconds():
    clock = ManualClock(START)
    limiter = Limiter(clock)
    signs = []
    limiter.while_waiting = lambda: signs.append(round(elapsed(clock)))

    limiter.throttled(None)
    call(limiter)

    assert signs == [15, 30, 45, 60]


def test_a_wait_beyond_two_minutes_is_told_and_not_slept():
    clock = ManualClock(START)
    limiter = Limiter(clock)
    limiter.throttled(3600.0)

    with pytest.raises(Throttled) as caught:
        call(limiter)

    assert caught.value.retry_after == pytest.approx(3600, abs=0.01)
    assert elapsed(clock) == 0


def test_a_shorter_429_does_not_shorten_a_longer_one():
    clock = ManualClock(START)
    limiter = Limiter(clock)

    limiter.throttled(60.0)
    limiter.throttled(5.0)
    call(limiter)

    assert elapsed(clock) == pytest.approx(60, abs=0.01)


def test_the_next_process_goes_on_from_what_the_last_one_used():
    clock = ManualClock(START)
    first, second = Limiter(clock), Limiter(clock)
    call(first, 400)
    first.count_reads(12)

    second.import_state(first.export_state())
    before = elapsed(clock)
    call(second)

    assert elapsed(clock) - before == pytest.approx(11, abs=1.1)
    assert second.reads == {"2026-10": 12}


def test_the_wait_after_a_429_travels_with_the_state():
    clock = ManualClock(START)
    first, second = Limiter(clock), Limiter(clock)
    first.throttled(30.0)

    second.import_state(first.export_state())
    call(second)

    assert elapsed(clock) == pytest.approx(30, abs=0.01)


def test_taking_back_ones_own_state_counts_nothing_twice():
    clock = ManualClock(START)
    limiter = Limiter(clock, Limits(per_minute=10, per_second=10))
    call(limiter, 6)

    limiter.import_state(limiter.export_state())
    call(limiter, 4)

    assert elapsed(clock) == 0


def test_an_unknown_minute_counts_as_full():
    clock = ManualClock(START)
    limiter = Limiter(clock)

    limiter.fill()
    call(limiter)

    assert elapsed(clock) == pytest.approx(60, abs=0.01)


def test_reads_are_counted_by_the_month_they_happen_in():
    clock = ManualClock(datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    limiter = Limiter(clock)

    limiter.count_reads(30)
    clock.advance(timedelta(minutes=2))
    limiter.count_reads(1)

    assert limiter.reads == {"2026-10": 30, "2026-11": 1}


def test_no_more_calls_are_in_flight_than_allowed():
    limiter = Limiter(ManualClock(START), Limits(in_flight=2))
    inside, most, lock = [], [], threading.Lock()
    gate = threading.Event()

    def work():
        with limiter.call():
            with lock:
                inside.append(1)
                most.append(len(inside))
            gate.wait(2)
            with lock:
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(5)

    assert max(most) <= 2
    assert len(most) == 6


def test_a_company_keeps_its_limiter_when_only_a_shifted_clock_is_read_again():
    limiters = Limiters()

    first = limiters.of(1, ShiftedClock(START))
    second = limiters.of(1, ShiftedClock(START + timedelta(days=1)))

    assert second is first
    assert limiters.of(2, ShiftedClock(START)) is not first


def test_a_manual_clock_gets_a_limiter_of_its_own():
    limiters = Limiters()
    manual = ManualClock(START)
    first = limiters.of(1, ShiftedClock(START))

    on_manual = limiters.of(1, manual)

    assert on_manual is not first
    assert limiters.of(1, manual) is on_manual


@given(st.integers(1, 5), st.floats(0.5, 5), st.lists(st.floats(0, 2), max_size=60))
def test_no_window_ever_holds_more_than_its_limit(limit, seconds, gaps):
    window = Window(limit, seconds)
    now, events = 0.0, []

    for gap in gaps:
        now += gap
        now += max(window.wait(now), 0.0) + 1e-9
        window.add(now)
        events.append(now)

    for index, event in enumerate(events):
        assert sum(event - seconds < other <= event for other in events[: index + 1]) <= limit
