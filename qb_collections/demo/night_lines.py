"""The narration of one night: who heard from us at which step, what came in, what the owner did."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from qb_collections.demo.nights import Heard, Night
from qb_collections.demo.page import labelled
from qb_collections.demo.words import listed, many, money

LABEL = 12
NAMES_SHOWN = 6
AFTER_A_CALL = "S3"  # a message at this step follows a call that nobody answered


def night_lines(night: Night, steps: Mapping[str, str], currency: str) -> list[str]:
    """A quiet night is one line."""
    label = f"{night.on:%a} {night.on:%b} {night.on.day:>2}"
    texts = [*_heard(night, steps), *_received(night, currency), *night.owner]
    return labelled(label, texts or ["Quiet: nobody heard from us, nothing came in."], LABEL)


def step_of(one: Heard, steps: Mapping[str, str]) -> str:
    """The step in the policy's own words."""
    if one.backlog and one.kind == "reminder":
        return "message about older invoices"
    if one.stage == AFTER_A_CALL and one.kind == "reminder":
        return "message after a missed call"
    return steps.get(one.stage, "message")


def _heard(night: Night, steps: Mapping[str, str]) -> list[str]:
    order = list(steps)
    groups: dict[tuple[int, str], list[str]] = {}
    for one in night.heard:
        how = step_of(one, steps)
        by = ", a copy of the invoice through QuickBooks" if one.channel == "quickbooks" else ""
        said = f"{how[0].upper()}{how[1:]}{', answered' if one.kind == 'call' else by}"
        place = order.index(one.stage) if one.stage in order else 0
        groups.setdefault((place, said), []).append(one.customer)
    return [f"{said}: {_ended(_names(groups[place, said]))}" for place, said in sorted(groups)]


def _received(night: Night, currency: str) -> list[str]:
    if not night.received:
        return []
    by_name: dict[str, Decimal] = {}
    for one in night.received:
        by_name[one.customer] = by_name.get(one.customer, Decimal(0)) + one.amount
    total = money(sum(by_name.values(), Decimal(0)), currency)
    if len(by_name) == 1:
        return [f"Came in: {total} from {_ended(next(iter(by_name)))}"]
    if len(by_name) > NAMES_SHOWN:
        return [f"Came in: {total} from {many(len(by_name), 'customer')}."]
    parts = [f"{name} {money(amount, currency)}" for name, amount in by_name.items()]
    return [f"Came in: {total} ({', '.join(parts)})."]


def _names(names: list[str]) -> str:
    if len(names) <= NAMES_SHOWN:
        return listed(names)
    return f"{', '.join(names[:NAMES_SHOWN])} and {len(names) - NAMES_SHOWN} more"


def _ended(text: str) -> str:
    """With one full stop, also after a name that ends in one."""
    return text if text.endswith(".") else f"{text}."
