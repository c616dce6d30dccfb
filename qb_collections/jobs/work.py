"""What the jobs do: bring one company up to date, on the time that it lives on.

sync           read what changed
night          the scheduled night, if it is due: sync, decide, deliver, verify
night by hand  today's run now
deliver        go on with payment plans, deliver what is due
inbox          cut apart what was pushed (company 0), read what changed, deliver
refresh        a new refresh token: one that is never used lapses after 100 days
weekly         count and tie out; what drifted is repaired
history        a few windows of payment history, when nothing else is to do
figures        what the reports show of the whole past, once a night
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import structlog

from qb_collections import logs
from qb_collections.clock import Clock, RealClock
from qb_collections.core.company_gates import Link
from qb_collections.core.night_time import next_daily_run
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import (
    deliver,
    first_steps,
    history,
    inbox,
    keep_alive,
    mail_archive,
    night,
    own_writes,
    plan_saga,
    progress,
    report_figures,
    sync,
    verify,
    weekly,
)
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.services.leasing import held
from qb_collections.store import companies, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease, Leased, LeaseLost

ALL_COMPANIES = 0
HISTORY_WINDOWS = 10  # of payment history, before the lease is offered
WAIT_SECONDS = 30.0  # for a lease; what is not done now is found by the next tick
GATHER_SECONDS = 2.0  # between two times of cutting apart what was pushed
RETRY_SECONDS = 300.0  # how long work that QuickBooks did not let us do rests

_log = structlog.get_logger("jobs")


class Worker:
    """Call it with a job.  stopping: set when the process ends; work stops between two units."""

    def __init__(self, context: Context, stopping: threading.Event, real: Clock | None = None) -> None:
        self._context = context
        self._stopping = stopping
        self._real = real or RealClock()  # rests are in real seconds, also for an emulator's company
        self._jobs: dict[str, Callable[[Context, Company], None]] = {
            "sync": self._sync,
            "night": self._night_if_due,
            "night by hand": self._night,
            "deliver": self._deliver,
            "inbox": self._inbox,
            "refresh": self._refresh,
            "weekly": self._weekly,
            "history": self._history,
            "figures": self._figures,
        }
        self._gathered_at = float("-inf")
        self._rest_until: dict[tuple[str, int], float] = {}

    def __call__(self, name: str, company_id: int) -> None:
        job = self._jobs[name]
        if company_id == ALL_COMPANIES:
            self._gather()
            for waiting in inbox.split_waiting(self._context):
                self._context.wake("inbox", waiting)
            return
        with reading(self._context.engine) as conn:
            company = companies.find(conn, company_id)
        if company is None or company.state is not Link.CONNECTED or self._rests(name, company_id):
            return
        with logs.about(company.alias), self._recorded(name, company):
            job(on_company_time(self._context, company), company)

    def _gather(self) -> None:
        """A storm of pushes is cut apart now and then, not body by body: taking them in goes first."""
        rest = self._gathered_at + GATHER_SECONDS - self._real.monotonic()
        if rest > 0:
            self._stopping.wait(rest)
        self._gathered_at = self._real.monotonic()

    def _sync(self, here: Context, company: Company) -> None:
        tell = progress.begin(company.id)
        with held(here, company, WAIT_SECONDS) as lease:
            sync.sync(here, company, lease, tell)
            first_steps.preview_once(here, company, lease)
        progress.end(company.id)

    def _night_if_due(self, here: Context, company: Company) -> None:
        """Missed nights become one: the next is counted from now."""
        if company.next_night_at is None:
            self._set_next_night(here, company)
        elif company.next_night_at <= here.clock.now():
            self._night(here, company)
            self._set_next_night(here, company)

    def _night(self, here: Context, company: Company) -> None:
        """When the process ends halfway, what is left is due in the database."""
        with held(here, company, WAIT_SECONDS) as lease:
            night.night(here, company, lease)
            mail_archive.forget_old(here, company, lease)
            if not self._stopping.is_set():
                self._go_on(here, company, lease)

    def _deliver(self, here: Context, company: Company) -> None:
        with held(here, company, WAIT_SECONDS) as lease:
            self._go_on(here, company, lease)

    def _inbox(self, here: Context, company: Company) -> None:
        with held(here, company, WAIT_SECONDS) as lease:
            if inbox.work_off(here, company, lease) is not None and not self._stopping.is_set():
                self._go_on(here, company, lease)

    def _refresh(self, here: Context, company: Company) -> None:
        """Nothing but the tokens is asked for."""
        with held(here, company, WAIT_SECONDS) as lease:
            keep_alive.refresh_if_due(here, company, lease)

    def _weekly(self, here: Context, company: Company) -> None:
        with held(here, company, WAIT_SECONDS) as lease:
            weekly.look_if_due(here, company, lease)

    def _history(self, here: Context, company: Company) -> None:
        """A few windows at a time, so that whoever else wants the lease gets it in between."""
        if not history.may_go_on(here, company):
            return
        windows = count(1)

        def enough() -> bool:
            return self._stopping.is_set() or next(windows) >= HISTORY_WINDOWS

        with held(here, company, WAIT_SECONDS) as lease:
            history.read(here, company, lease, enough)

    def _figures(self, here: Context, company: Company) -> None:
        """Nothing is asked of QuickBooks, so nobody has to wait for it."""
        report_figures.refresh(here, company)

    def _go_on(self, here: Context, company: Company, lease: Lease) -> None:
        """Unfinished plans first: until one is at rest its customer is spoken to by nobody.

        What was written is read back; where nothing was, nothing is asked.
        """
        with reading(here.engine) as conn:
            building = [one.id for one in plans.list(conn, company.id) if one.state == "building"]
        for plan_id in building:
            plan_saga.resume(here, company, lease, here.gateway(company, lease), plan_id)
        done = deliver.deliver(here, company, lease)
        progress.end(
            company.id, done.trouble and f"{done.trouble}. What was done stays; the rest is tried again."
        )
        if done.units and not self._stopping.is_set():
            found = verify.verify(here, company, lease, only_recent=True)
            own_writes.written(here, company, lease, found.notes + found.sends, sync.OVERLAP)

    def _set_next_night(self, here: Context, company: Company) -> None:
        next_at = next_daily_run(here.clock.now(), company.night_at, company.tz)
        with durable(here.engine) as conn:
            companies.update(conn, company.id, next_night_at=next_at)

    @contextmanager
    def _recorded(self, name: str, company: Company) -> Iterator[None]:
        """Say in the log, and on the company's page, what could not be done; it is still due."""
        try:
            yield
        except (Leased, LeaseLost):
            progress.end(company.id)
            _log.info("somebody else works for this company", job=name)
        except QuickBooksError as error:
            seconds = error.retry_after or RETRY_SECONDS
            self._rest_until[name, company.id] = self._real.monotonic() + seconds
            again = "" if not error.retryable else f" We try again in {max(int(seconds) // 60, 1)} minutes."
            progress.end(company.id, f"{error}.{again}", self._context.clock.now())
            _log.warning(
                "QuickBooks did not let us",
                job=name,
                kind=type(error).__name__,
                status=error.status,
                intuit_tid=error.intuit_tid,
            )
        else:
            self._rest_until.pop((name, company.id), None)

    def _rests(self, name: str, company_id: int) -> bool:
        """Only what ticks begin rests; a person who asks is answered at once."""
        until = self._rest_until.get((name, company_id))
        return name not in ("night by hand", "sync") and until is not None and self._real.monotonic() < until
