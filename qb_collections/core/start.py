"""How contacting begins: what counts as backlog, and how many hear from us on the first day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from qb_collections.core.case import Case
from qb_collections.core.decision import Decision
from qb_collections.core.money import Money
from qb_collections.core.silence import CONTACTS, silenced
from qb_collections.core.wording import day_text


def with_start(case: Case, starts: Mapping[tuple[str, str], date]) -> Case:
    """The case as backlog that starts on its day, when it has one."""
    start_on = starts.get((case.customer.id, case.currency))
    return case if start_on is None else replace(case, is_backlog=True, start_on=start_on)


def cap_first_night(
    decisions: Sequence[Decision], cap: int, next_on: date, taken: int = 0, locale: str = "en_US"
) -> list[Decision]:
    """Keep the cap's largest contacts, hold the others back to next_on.  Order and everything else stay.

    taken: contacts that the same day has decided already.
    """
    contacts = sorted(
        (index for index, decision in enumerate(decisions) if decision.outcome in CONTACTS),
        key=lambda index: (-_size(decisions[index].amount), decisions[index].customer_id),
    )
    late = set(contacts[max(cap - taken, 0) :])
    most = "1 customer" if cap == 1 else f"{cap} customers"
    because = (
        f"We start small, with no more than {most} on the first day. "
        f"This one is looked at again on {day_text(next_on, next_on.year, locale)}."
    )
    return [
        silenced(decision, "first night", because, next_on) if index in late else decision
        for index, decision in enumerate(decisions)
    ]


def _size(amount: Money | None) -> int:
    # Amounts of several currencies cannot be compared; the order only decides who is asked a day earlier.
    return int(amount.amount * 10_000) if amount is not None else 0
