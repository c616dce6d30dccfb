"""The narration of one night: who heard from us at which step, what came in, what the owner did."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from qb_collections.demo.nights import Night
from qb_collections.demo.page import labelled
from qb_collections.demo.words import listed, many, money

LABEL = 12
NAMES_SHOWN = 6


def night_lines(night: Night, steps: Mapping[str, str], currency: str) -> list[str]:
    """A quiet night is one line."""
    label = f"{night.on:%a} {night.on.day:>2} {night.on:%b}"
    texts = [*_heard(night, steps), *_received(night, currency), *night.owner]
    return labelled(label, texts or ["Quiet: nobody heard from us, nothing came in."], LABEL)


def _heard(night: Night, steps: Mapping[str, str]) -> list[str]:
    groups: dict[tuple[str, str], list[str]] = {}
    for one in night.heard:
        groups.setdefault((_how(one.kind, one.channel), one.stage), []).append(one.customer)
    return [
        f"{how[0].upper()}{how[1:]}{_named(how, stage, steps)}: {_names(names)}."
        for (how, stage), names in groups.items()
    ]


def _how(kind: str, channel: str) -> str:
    if kind == "call":
        return "spoken to by telephone"
    return "copy of the invoice, sent by QuickBooks" if channel == "quickbooks" else "message"


def _named(how: str, stage: str, steps: Mapping[str, str]) -> str:
    if how != "message":
        return ""
    if stage == "S3":
        return " after a missed call"
    return f" ({steps.get(stage, stage)})"


def _received(night: Night, currency: str) -> list[str]:
    if not night.received:
        return []
    by_name: dict[str, Decimal] = {}
    for name, amount in night.received:
        by_name[name] = by_name.get(name, Decimal(0)) + amount
    total = money(sum(by_name.values(), Decimal(0)), currency)
    if len(by_name) == 1:
        return [f"Came in: {total} from {next(iter(by_name))}."]
    if len(by_name) > NAMES_SHOWN:
        return [f"Came in: {total} from {many(len(by_name), 'customer')}."]
    parts = [f"{name} {money(amount, currency)}" for name, amount in by_name.items()]
    return [f"Came in: {total} ({', '.join(parts)})."]


def _names(names: list[str]) -> str:
    if len(names) <= NAMES_SHOWN:
        return listed(names)
    return f"{', '.join(names[:NAMES_SHOWN])} and {len(names) - NAMES_SHOWN} more"
