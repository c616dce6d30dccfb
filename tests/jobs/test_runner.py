"""The runner: never twice at a time, once more when woken meanwhile, and an end in order."""

import threading

from qb_collections.jobs.runner import Runner


def started(work, workers=4):
    runner = Runner(workers)
    runner.start(work)
    return runner


class Gate:
    """Work that waits at a gate, and counts."""

    def __init__(self):
        self.open = threading.Event()
        self.began = threading.Semaphore(0)
        self.done = []
        self.at_once = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, name, company_id):
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.began.release()
        assert self.open.wait(5)
        with self._lock:
            self.at_once -= 1
            self.done.append((name, company_id))


def test_what_waits_already_is_not_queued_again():
    gate = Gate()
    runner = started(gate, workers=1)
    runner.enqueue("night", 1)
    gate.began.acquire(timeout=5)
    for _ in range(10):
        runner.enqueue("sync", 2)

    gate.open.set()
    assert runner.wait(5)

    assert gate.done == [("night", 1), ("sync", 2)]


def test_what_is_woken_while_it_runs_runs_once_more_and_not_at_the_same_time():
    gate = Gate()
    runner = started(gate)
    runner.enqueue("night", 1)
    gate.began.acquire(timeout=5)
    for _ in range(10):
        runner.enqueue("night", 1)

    gate.open.set()
    assert runner.wait(5)

    assert gate.done == [("night", 1)] * 2
    assert gate.most == 1


def test_no_more_work_runs_at_once_than_there_are_workers():
    gate = Gate()
    runner = started(gate, workers=2)
    for company_id in range(1, 7):
        runner.enqueue("sync", company_id)
    gate.began.acquire(timeout=5)
    gate.began.acquire(timeout=5)

    gate.open.set()
    assert runner.wait(5)

    assert gate.most == 2
    assert sorted(gate.done) == [("sync", number) for number in range(1, 7)]


def test_a_job_that_fails_harms_no_other():
    done = []

    def work(name, company_id):
        if company_id == 1:
            raise RuntimeError("broken")
        done.append(company_id)

    runner = started(work, workers=1)
    for company_id in (1, 2, 1):
        runner.enqueue("sync", company_id)

    assert runner.wait(5)
    assert done == [2]


def test_what_came_before_the_start_runs_then():
    done = []
    runner = Runner()
    runner.enqueue("sync", 1)
    runner.start(lambda *job: done.append(job))

    assert runner.wait(5)
    assert done == [("sync", 1)]


def test_a_stop_lets_running_work_end_and_begins_nothing_more():
    gate = Gate()
    runner = started(gate, workers=1)
    runner.enqueue("night", 1)
    gate.began.acquire(timeout=5)
    runner.enqueue("night", 1)
    runner.enqueue("sync", 2)

    stopping = threading.Thread(target=runner.stop, args=(5,))
    stopping.start()
    assert runner.stopping.wait(5)
    runner.enqueue("sync", 3)
    gate.open.set()
    stopping.join(5)

    assert gate.done == [("night", 1)]


def test_a_stop_does_not_wait_for_ever():
    gate = Gate()
    runner = started(gate)
    runner.enqueue("night", 1)
    gate.began.acquire(timeout=5)

    assert runner.stop(0.05) is False
    gate.open.set()
