"""How far this process is with reading a company's books: for the page that shows it, in memory only.

What was read is in the mirror.  This only says what is being read at the moment, and how it went.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from qb_collections.services.sync_report import Progress


@dataclass(frozen=True, slots=True)
class Reading:
    """counts: what is read (customers, ...), how many of how many; trouble: why it stopped, and at: when."""

    counts: dict[str, tuple[int, int | None]]
    trouble: str | None = None
    at: datetime | None = None


_readings: dict[int, Reading] = {}
_lock = threading.Lock()


def of(company_id: int) -> Reading | None:
    """None: this process is not reading the company's books."""
    with _lock:
        return _readings.get(company_id)


def begin(company_id: int) -> Progress:
    """Start to tell; hand the answer to sync."""
    with _lock:
        _readings[company_id] = Reading({})

    def tell(done: int, total: int | None, what: str) -> None:
        with _lock:
            known = _readings.get(company_id, Reading({}))
            _readings[company_id] = Reading(known.counts | {what: (done, total)})

    return tell


def end(company_id: int, trouble: str | None = None, at: datetime | None = None) -> None:
    """It is read, or it could not be: trouble says why, at since when."""
    with _lock:
        known = _readings.pop(company_id, Reading({}))
        if trouble is not None:
            _readings[company_id] = Reading(known.counts, trouble, at)
