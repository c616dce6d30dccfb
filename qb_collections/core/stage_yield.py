"""What was paid after each step of the ladder.  It tells what happened after a step, not because of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.past import ZERO, Past

WITHIN_DAYS = 14
SINCE_DAYS = 180


@dataclass(frozen=True, slots=True)
class StageYield:
    """One stage in one currency.  An invoice that was named twice at a stage counts twice."""

    stage: str
    contacts: int
    invoices: int  # named, and still owed at the end of that day
    asked: Decimal  # what they came to then
    paid: Decimal  # of it, what came off within fourteen days

    @property
    def share(self) -> Decimal | None:
        """0 to 1; None where nothing was asked for."""
        return self.paid / self.asked if self.asked else None


def stage_yields(past: Past, contacts: Iterable[Contact], currency: str, on: date) -> tuple[StageYield, ...]:
    """Reminders and calls of the last half year whose fourteen days are over, by stage.

    past has plan documents looked through, so what a plan took over is not taken for paid.  Only money
    counts: a credit note is no payment.
    """
    first_on, last_on = on - timedelta(days=SINCE_DAYS), on - timedelta(days=WITHIN_DAYS)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    for contact in contacts:
        if contact.kind not in (ContactKind.REMINDER, ContactKind.CALL) or contact.stage is None:
            continue
        if not first_on <= contact.on <= last_on:
            continue
        named = [past.invoice(one) for one in contact.invoice_ids]
        ours = [one for one in named if one is not None and one.invoice.total.currency == currency]
        if not ours:
            continue
        row = sums[contact.stage]
        row[0] += 1
        until = contact.on + timedelta(days=WITHIN_DAYS)
        for one in ours:
            owed = one.balance_on(contact.on)
            if owed > 0:
                row[1] += 1
                row[2] += owed
                row[3] += sum((a.money for a in one.applied if contact.on < a.on <= until), ZERO)
    return tuple(
        StageYield(stage, int(row[0]), int(row[1]), row[2], row[3]) for stage, row in sorted(sums.items())
    )
