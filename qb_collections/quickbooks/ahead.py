"""Pages of a scan fetched side by side while the far side is slow: at most four in flight, taken in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future

import requests

IN_FLIGHT = 4
Wanted = tuple[str, str, int, int]  # kind, condition, first row, how many


class Ahead:
    """The pages planned, and those under way.  Used by one thread; only the fetching is done by others."""

    def __init__(
        self,
        executor: Executor,
        fetch: Callable[[str, str, int, int], requests.Response],
        plan: Sequence[Wanted],
    ) -> None:
        self._executor = executor
        self._fetch = fetch
        self._plan = deque(plan)
        self._under_way: deque[tuple[Wanted, Future[requests.Response]]] = deque()
        self._fill()

    def take(self, kind: str, where: str, start: int, size: int) -> requests.Response | None:
        """The page, if it was the next one planned; None: it has to be asked for."""
        if not self._under_way or self._under_way[0][0] != (kind, where, start, size):
            return None
        _, fetched = self._under_way.popleft()
        try:
            return fetched.result()
        finally:
            self._fill()

    def drop(self) -> None:
        """Plan nothing more.  What is under way is waited for, and its answers are left unread."""
        self._plan.clear()
        left = [fetched for _, fetched in self._under_way if not fetched.cancel()]
        self._under_way.clear()
        for fetched in left:
            fetched.exception()

    def _fill(self) -> None:
        while self._plan and len(self._under_way) < IN_FLIGHT:
            wanted = self._plan.popleft()
            self._under_way.append((wanted, self._executor.submit(self._fetch, *wanted)))
