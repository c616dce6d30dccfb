"""QuickBooks' request limits: always counted, refused only where that is asked for.

Figures per company and app: 500 requests in a minute, 10 in a second, 40 batches in a
minute; per company over all apps 120 batches in a minute (Intuit's developer documentation, late
2025).  The one app here meets the smaller figure first.  The windows slide on the emulator's
clock.  Whether a refused request fills a bucket is not documented; here it does not.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from threading import Lock

PER_MINUTE = 500
PER_SECOND = 10
BATCHES_PER_MINUTE = 40
COMPANY_BATCHES_PER_MINUTE = 120
_LIMITS = (("per_minute", 60.0, PER_MINUTE), ("per_second", 1.0, PER_SECOND))
_BATCH_LIMITS = (
    ("batches_per_minute", 60.0, BATCHES_PER_MINUTE),
    ("company_batches_per_minute", 60.0, COMPANY_BATCHES_PER_MINUTE),
)


class Throttle:
    """Buckets per company, and how often each would have refused."""

    def __init__(self, *, refuses: bool) -> None:
        self.refuses = refuses
        self._lock = Lock()
        self._buckets: dict[tuple[str, str], deque[float]] = {}
        self._over = {name: 0 for name, _, _ in _LIMITS + _BATCH_LIMITS}

    def admit(self, realm_id: str, *, batch: bool, now: datetime) -> bool:
        """Count the request; False means that it is to be refused with 429."""
        with self._lock:
            at = now.timestamp()
            limits = _LIMITS + _BATCH_LIMITS if batch else _LIMITS
            over = False
            for name, seconds, limit in limits:
                bucket = self._bucket(realm_id, name, at, seconds)
                if len(bucket) >= limit:
                    self._over[name] += 1
                    over = True
            if over and self.refuses:
                return False
            for name, _, limit in limits:
                bucket = self._buckets[realm_id, name]
                bucket.append(at)
                if len(bucket) > limit:
                    bucket.popleft()
            return True

    def over(self) -> dict[str, int]:
        """Return how many requests met a full bucket, by bucket."""
        with self._lock:
            return dict(self._over)

    def levels(self, now: datetime) -> dict[str, dict[str, dict[str, int]]]:
        """Return how full each company's buckets are at this instant, beside their limits."""
        with self._lock:
            at = now.timestamp()
            told: dict[str, dict[str, dict[str, int]]] = {}
            for realm_id in sorted({realm_id for realm_id, _ in self._buckets}):
                told[realm_id] = {
                    name: {"now": len(self._bucket(realm_id, name, at, seconds)), "limit": limit}
                    for name, seconds, limit in _LIMITS + _BATCH_LIMITS
                }
            return told

    def _bucket(self, realm_id: str, name: str, at: float, seconds: float) -> deque[float]:
        bucket = self._buckets.setdefault((realm_id, name), deque())
        while bucket and not at - seconds < bucket[0] <= at:
            bucket.popleft()
        return bucket
