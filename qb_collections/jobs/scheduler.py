"""The only clock of the service.  Its ticks do no work: they put into the queue what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from qb_collections.clock import Clock, RealClock
from qb_collections.services.context import Context
from qb_collections.services.keep_alive import REFRESH_AFTER
from qb_collections.services.weekly import WEEK
from qb_collections.store import (
    companies,
    connections,
    cursors,
    history,
    inbox,
    overview,
    report_figures,
)
from qb_collections.store.engine import reading

TICK_SECONDS = 60
ALL_COMPANIES = 0

_log = structlog.get_logger("scheduler")


class Scheduler:
    """Start it once, in one process.  A tick that came late, or many that did, are one tick."""

    def __init__(
        self, context: Context, enqueue: Callable[[str, int], None], real: Clock | None = None
    ) -> None:
        self._context = context
        self._enqueue = enqueue
        self._real = real or RealClock()
        self._ticked_at: float | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            # APScheduler skips what is late by more than a second unless told otherwise.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Tick at once, then each minute."""
        self._ticked_at = self._real.monotonic()
        self._scheduler.add_job(self.tick, "interval", seconds=TICK_SECONDS, id="tick")
        self._scheduler.start()
        self.tick()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def tick_age(self) -> float | None:
        """Seconds since the last tick that came to its end; None before the first."""
        return None if self._ticked_at is None else self._real.monotonic() - self._ticked_at

    def tick(self) -> None:
        """Queue what is due.  Twice is harmless: the work asks again whether it still is."""
        now = self._context.clock.now()
        with reading(self._context.engine) as conn:
            due = {
                "sync": overview.never_read(conn),
                "night": sorted(
                    {one.id for one in companies.due_nights(conn, now)}
                    | set(overview.on_emulators(conn))
                    | set(overview.without_next_night(conn))
                ),
                "deliver": sorted(
                    {*overview.with_due_effects(conn, now), *overview.with_building_plans(conn)}
                ),
                "inbox": [ALL_COMPANIES, *inbox.waiting_companies(conn)],
                "weekly": cursors.not_counted_since(conn, (now - WEEK).date()),
                "history": history.unread(conn),  # late: it may wait for everything else
                "figures": report_figures.due(conn),
                "refresh": connections.refresh_due(conn, now - REFRESH_AFTER),
            }
        for name, company_ids in due.items():
            for company_id in company_ids:
                self._enqueue(name, company_id)
        self._ticked_at = self._real.monotonic()
        _log.debug("tick", **{name: len(ids) for name, ids in due.items()})
