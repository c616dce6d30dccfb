"""Many records at once: saved by the same rules as one, with what they share read once.

What is left for the end of the load are the customers' balances, each as of the last document that moved it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qb_collections.emulator import saving
from qb_collections.emulator.ledger import gathered
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

# Records that pile up while they are loaded; what they refer to stays at hand.
_MANY = frozenset({"Invoice", "Payment", "CreditMemo", "Bill", "JournalEntry", "SalesReceipt"})
_KEPT_MOST = 1_000
_NOTHING: Mapping[str, str] = {}


class Loader:
    """One load under way in one company; what it saves is committed when the load ends."""

    def __init__(self, work: Work) -> None:
        self._work = work
        work.gather, work.counters = gathered(), {}
        self._moved: dict[str, datetime] = {}
        self._since = 0

    def save(self, entity: str, body: dict[str, Any], *, at: datetime) -> Body:
        """Create or update, as Engine.save does."""
        work = self._work
        work.at = at
        found = saving.save(work, entity, body, _NOTHING)
        for id_ in work.touched_customers:
            self._moved[id_] = at
        work.touched_customers.clear()
        work.changes.clear()  # nobody listens to books that are only being set up
        self._since += 1
        if self._since >= _KEPT_MOST:
            work.forget(_MANY)
            self._since = 0
        return found

    def close(self) -> None:
        """Write counters and balances, and bring the customers' records up to date."""
        work = self._work
        assert work.gather is not None
        assert work.counters is not None
        work.gather.flush(work.conn, work.realm)
        counters, work.gather, work.counters = work.counters, None, None
        for name, value in counters.items():
            work.set_counter(name, value)
        for id_, at in self._moved.items():
            self._work.at = at
            self._work.touched_customers = {id_}
            saving.finish(self._work)
        self._work.changes.clear()
