"""The in-process runner: a bounded pool that never does the same work twice at a time.

A job is a name and a company.  One that waits is not queued again; one that runs is run
once more afterwards, since what it was woken for may have come after it looked.
Nothing is stored: what a stop leaves behind is due in the database, and found there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

Job = tuple[str, int]  # what to do, company id
Work = Callable[[str, int], None]

WORKERS = 4

_log = structlog.get_logger("jobs")


class Runner:
    """Hand `enqueue` out at once; jobs begin when `start` says how they are done."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._queued: dict[Job, None] = {}  # in the order they came
        self._running: set[Job] = set()
        self._again: set[Job] = set()
        self._work: Work | None = None
        self.stopping = threading.Event()

    def start(self, work: Work) -> None:
        with self._lock:
            self._work = work
            waiting = list(self._queued)
        for job in waiting:
            self._submit(job)

    def enqueue(self, name: str, company_id: int) -> None:
        """Queue it, unless it waits already.  After `stop` nothing is taken."""
        job = (name, company_id)
        with self._lock:
            if self.stopping.is_set() or job in self._queued:
                return
            if job in self._running:
                self._again.add(job)
                return
            self._queued[job] = None
            started = self._work is not None
        if started:
            self._submit(job)

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until nothing waits and nothing runs; False when that took too long."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._queued and not self._running, timeout_seconds)

    def stop(self, timeout_seconds: float = 25.0) -> bool:
        """Take nothing more, let what runs come to the end of its unit of work; False: it did not in time."""
        self.stopping.set()
        with self._idle:
            self._queued.clear()
            self._again.clear()
            ended = self._idle.wait_for(lambda: not self._running, timeout_seconds)
        self._pool.shutdown(wait=ended, cancel_futures=True)
        return ended

    def _submit(self, job: Job) -> None:
        try:
            self._pool.submit(self._run, job)
        except RuntimeError:  # the pool was shut down between the question and the answer
            with self._idle:
                self._queued.pop(job, None)
                self._idle.notify_all()

    def _run(self, job: Job) -> None:
        with self._lock:
            if job not in self._queued:
                return  # the stop came first
            del self._queued[job]
            self._running.add(job)
            work = self._work
        assert work is not None
        try:
            work(*job)
        except Exception as error:  # the outermost loop of this thread; what failed is still due
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            at = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "unknown"
            _log.error("job failed", job=job[0], company_id=job[1], kind=type(error).__name__, at=at)
        finally:
            with self._idle:
                self._running.discard(job)
                once_more = job in self._again and not self.stopping.is_set()
                self._again.discard(job)
                if once_more:
                    self._queued[job] = None
                self._idle.notify_all()
            if once_more:
                self._submit(job)
