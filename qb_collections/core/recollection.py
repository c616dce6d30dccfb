"""What a marker in the books stands for: effects of ours that the database does not know of.

A marker is a hash of our own key and of the effect's key, so the keys that could come next are tried.  What
matches was written by this very installation, and the database in front of us is older than it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qb_collections.core.identity import contact_key, marker, note_key, plan_key
from qb_collections.core.plan_documents import APPLY, MEMO, installment_part

NUMBERS_ON = 40  # contacts of one cycle that a lost stretch may have made; six fit into one memo
CYCLES_ON = 4
PLANS_ON = 40
INSTALLMENTS_MAX = 60
SOON = 8  # how far a look at every changed invoice reaches: whatever was lost begins with the next one

_MARKER = re.compile(r"\(ref ([A-Z0-9]{6})\)")


@dataclass(frozen=True, slots=True)
class LostContact:
    """A reminder or call that was delivered, by its own identity."""

    customer_id: str
    currency: str
    cycle: int
    number: int

    @property
    def key(self) -> str:
        return contact_key(self.customer_id, self.currency, self.cycle, self.number)


@dataclass(frozen=True, slots=True)
class LostPlan:
    """A document of a payment plan, or the note about it on an original."""

    number: int
    part: str


Key = tuple[str, str]  # customer id, currency
# By customer: the latest cycle known, and its contacts; None for a cycle that is over and gets no more.
Last = Mapping[Key, tuple[int, int | None]]


def marked_lines(memo: str | None) -> Iterator[tuple[str, str]]:
    """(marker, its line) for every line with a marker, as they stand."""
    for line in (memo or "").splitlines():
        if found := _MARKER.findall(line):
            yield found[-1], line


def contacts_ahead(
    company_key: str,
    invoice_id: str,
    keys: Iterable[Key],
    last: Last,
    *,
    numbers: int = NUMBERS_ON,
    cycles: int = CYCLES_ON,
) -> dict[str, LostContact]:
    """By marker: the contacts about this invoice that would come after those known."""
    found = {}
    for customer_id, currency in keys:
        cycle, number = last.get((customer_id, currency), (0, None))
        runs_on = [] if number is None else [(cycle, number + step) for step in range(1, numbers + 1)]
        later = [(cycle + on, step) for on in range(1, cycles + 1) for step in range(1, numbers + 1)]
        for in_cycle, at in runs_on + later:
            lost = LostContact(customer_id, currency, in_cycle, at)
            found[marker(company_key, note_key(lost.key, invoice_id))] = lost
    return found


def plans_ahead(
    company_key: str, next_number: int, invoice_ids: Sequence[str] = (), *, plans: int = PLANS_ON
) -> dict[str, LostPlan]:
    """By marker: the documents of the plans that would come next, and their notes on these invoices."""
    parts = [MEMO, APPLY, *(installment_part(one) for one in range(1, INSTALLMENTS_MAX + 1))]
    parts += [f"note:{one}" for one in invoice_ids]
    return {
        marker(company_key, plan_key(f"PP{number}", part)): LostPlan(number, part)
        for number in range(next_number, next_number + plans)
        for part in parts
    }
