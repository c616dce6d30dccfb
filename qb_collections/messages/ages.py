"""How old what is open is, for statements: one amount for each age that there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qb_collections.core.metrics import BUCKETS, bucket
from qb_collections.core.money import Money, total
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.template import Value
from qb_collections.messages.writer import Writer

_NAMES = ("aging_current", "aging_30", "aging_60", "aging_90", "aging_older")  # in the order of BUCKETS


def ages(facts: MessageFacts) -> dict[str, Money]:
    """What is open of the invoices by bucket of core/metrics.py; an invoice without a due date is current."""
    found: dict[str, list[Money]] = {}
    for item in facts.items:
        late = (facts.as_of_on - item.due_on).days if item.due_on else 0
        found.setdefault(bucket(late), []).append(item.balance)
    return {name: total(balances, facts.total.currency) for name, balances in found.items()}


def _field(name: str) -> Callable[[MessageFacts, Writer], Value]:
    return lambda facts, write: write.money(ages(facts).get(name))


FIELDS: Mapping[str, Callable[[MessageFacts, Writer], Value]] = {
    field: _field(name) for field, name in zip(_NAMES, BUCKETS, strict=True)
}
