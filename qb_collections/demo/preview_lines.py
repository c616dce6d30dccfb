"""What the owner reads before anything is switched on: figures, what tonight would bring, and why."""

from __future__ import annotations

from typing import Any

from qb_collections.demo.books import Standing
from qb_collections.demo.page import heading, paragraph
from qb_collections.demo.words import day, many, money
from qb_collections.demo.world import World
from qb_collections.services import night, overview, report
from qb_collections.services.overview import REASONS

EXAMPLES = ("start", "credits", "too_old", "no_contact", "too_small", "stage", "not_overdue")
EXAMPLES_SHOWN = 3
FOLLOW_SHOWN = 4


def owed_lines(standing: Standing, currency: str) -> list[str]:
    if not standing.late:
        return paragraph(f"You are owed {money(standing.owed, currency)}, and none of it is late.")
    return [
        f"You are owed {money(standing.owed, currency)} on {many(standing.invoices, 'open invoice')}.",
        f"Of this, {money(standing.late, currency)} is late, from {many(standing.late_customers, 'customer')}.",
    ]


def preview_lines(world: World) -> tuple[list[str], dict[str, Any]]:
    """Decide for tonight, show it in a page, and answer the whole report beside it."""
    with world.working() as (company, lease):
        run_id = night.preview(world.context, company, lease)
    told = report.run_report(world.context, world.company, run_id)
    seen = overview.overview_of(world.context, world.company).tonight
    assert seen is not None
    lines = heading(f"Tonight, if you let us start (the night of {day(seen.run.on)})")
    lines += paragraph(_would_hear(seen.messages, seen.calls))
    rows = [(_reason(one.gate, one.customers), one.customers) for one in seen.left_alone]
    if seen.nothing_late:
        rows.append(
            (
                "owe nothing that is late" if seen.nothing_late > 1 else "owes nothing that is late",
                seen.nothing_late,
            )
        )
    if rows:
        lines += ["Left alone:"]
        lines += [f"  {count:>3}  {text}" for text, count in rows]
    if seen.tasks:
        lines += [
            f"For you to look at: {many(seen.tasks, 'thing')}, such as credits to apply or a missing address."
        ]
    lines += ["", "Word for word, as they stand in tonight's list:"]
    for row in _examples(told):
        lines += paragraph(f"{row['customer']}. {row['reason']}", 2)
    return lines, told


def first_message_lines(customer: str, text: str) -> list[str]:
    """One whole message, so that nobody has to guess what customers read."""
    lines = ["", f"            The message to {customer}, word for word:"]
    for line in text.strip().splitlines():
        lines += (
            [f"            | {part}".rstrip() for part in (paragraph(line) or [""])]
            if len(line) > 84
            else [f"            | {line}".rstrip()]
        )
    return [*lines, ""]


def _would_hear(messages: int, calls: int) -> str:
    if not messages and not calls:
        return "Nobody would hear from you: no message is due that day, or it is not a business day."
    parts = [many(messages, "customer") + " would get a message"] if messages else []
    parts += [f"{many(calls, 'call')} would wait for you"] if calls else []
    return f"{' and '.join(parts)}."


def _reason(gate: str, count: int) -> str:
    one, several = REASONS.get(gate, ("is left alone", "are left alone"))
    return one if count == 1 else several


def _examples(told: dict[str, Any]) -> list[dict[str, Any]]:
    """One row of each kind, the kinds that need most explaining first."""
    chosen = []
    for gate in EXAMPLES:
        rows = [row for row in told["customers"] if row["gate"] == gate and row["reason"]]
        if rows:
            chosen.append(rows[0])
    contacts = [row for row in told["customers"] if row["outcome"] in ("remind", "call")][:1]
    return [*contacts, *chosen][:EXAMPLES_SHOWN]
