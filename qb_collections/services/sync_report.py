"""What a sync found, and how it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Progress = Callable[[int, int | None, str], None]  # done, total (None: not known), what


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts of what is different from before."""

    first: bool  # there was no mirror before
    everything: bool  # all was read, not only what changed
    customers: int
    invoices: int
    payments: int
    credit_memos: int
    deleted: int
    touched: int  # customers who are looked at again today
    read_at: datetime  # QuickBooks' own time of the answer
    calls: int = 0

    def counts(self) -> dict[str, int | bool]:
        """For logs and --json: numbers only."""
        names = ("customers", "invoices", "payments", "credit_memos", "deleted", "touched", "calls")
        return {"first": self.first, "everything": self.everything} | {
            name: getattr(self, name) for name in names
        }


def silent(done: int, total: int | None, what: str) -> None:
    """Progress that nobody watches."""
