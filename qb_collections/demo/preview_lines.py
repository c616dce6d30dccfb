"""What the owner reads before anything is switched on: figures, what tonight would bring, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from qb_collections.demo.books import Standing
from qb_collections.demo.page import heading, labelled, paragraph
from qb_collections.demo.words import day, listed, many, money
from qb_collections.demo.world import World
from qb_collections.services import night, overview, report, rulebook
from qb_collections.services.overview import REASONS
from qb_collections.store.engine import reading

EXAMPLES = ("credits", "too_old", "no_contact", "too_small", "not_overdue")
EXAMPLES_SHOWN = 3
NAMES_SHOWN = 6
DAYS_SHOWN = 3
MESSAGE_WIDTH = 86


def owed_lines(standing: Standing, currency: str) -> list[str]:
    owed = money(standing.owed, currency)
    if not standing.late:
        return [f"You are owed {owed}, and none of it is late."]
    late = f"{money(standing.late, currency)} is late, from {many(standing.late_customers, 'customer')}"
    return [f"You are owed {owed} on {many(standing.invoices, 'open invoice')}. Of this, {late}."]


def preview_lines(world: World) -> tuple[list[str], dict[str, Any]]:
    """Decide for tonight, show it in a page, and answer the whole report beside it."""
    with world.working() as (company, lease):
        run_id = night.preview(world.context, company, lease)
    told = report.run_report(world.context, world.company, run_id)
    seen = overview.overview_of(world.context, world.company).tonight
    assert seen is not None
    on = seen.run.on
    lines = heading(f"If you let us start tonight, the night of {day(on)}")
    lines += paragraph(_would_hear(world, on, seen.messages, seen.calls))
    rows = [(reason_of(one.gate, one.customers), one.customers) for one in seen.left_alone]
    if seen.nothing_late:
        late = "owes nothing that is late" if seen.nothing_late == 1 else "owe nothing that is late"
        rows.append((late, seen.nothing_late))
    if rows:
        total = sum(count for _, count in rows)
        lines += [
            f"Left alone are {many(total, 'customer')}:",
            *(f"  {count:>3} {text}" for text, count in rows),
        ]
    if seen.tasks:
        things = "one thing" if seen.tasks == 1 else f"{seen.tasks} things"
        lines += [f"For you to look at: {things}, such as credits to apply or a missing address."]
    lines += _next_in_line(told)
    lines += ["", "Three of tonight's reasons, word for word:"]
    for row in _examples(told):
        lines += labelled("  -", [f"{row['customer']}: {row['reason']}"], 4)
    return lines, told


def first_message_lines(customer: str, text: str) -> list[str]:
    """One whole message, so that nobody has to guess what customers read."""
    lines = ["", f"    The message to {customer}, word for word:"]
    for line in text.strip().splitlines():
        wrapped = paragraph(line, width=MESSAGE_WIDTH) or [""]
        lines += [f"    | {part}".rstrip() for part in wrapped]
    return [*lines, ""]


def reason_of(gate: str, count: int) -> str:
    if gate == "no_contact":
        return "has no e-mail address in QuickBooks" if count == 1 else "have no e-mail address in QuickBooks"
    one, several = REASONS.get(gate, ("is left alone", "are left alone"))
    return one if count == 1 else several


def _would_hear(world: World, on: date, messages: int, calls: int) -> str:
    if messages or calls:
        parts = [f"{many(messages, 'customer')} would get a message"] if messages else []
        parts += [f"{many(calls, 'call')} would wait for you"] if calls else []
        return f"{' and '.join(parts)}."
    with reading(world.context.engine) as conn:
        calendar = rulebook.Rulebook(conn, world.company, world.today).calendar
    if not calendar.is_open(on):
        return f"Nobody would hear from you: {on:%A} is not a business day."
    return "Nobody would hear from you: no message is due yet."


def _next_in_line(told: dict[str, Any]) -> list[str]:
    """Whose day comes first, from the decisions' own dates."""
    days: dict[str, list[str]] = {}
    for row in told["customers"]:
        if row["gate"] == "stage" and row["next_look_on"]:
            days.setdefault(row["next_look_on"], []).append(row["customer"])
    if not days:
        return []
    lines = ["", "Whose day comes first, if nothing is paid before:"]
    for on in sorted(days)[:DAYS_SHOWN]:
        lines += labelled(f"  {day(date.fromisoformat(on))}", [_by_name(days[on])], 25)
    return lines


def _by_name(customers: list[str]) -> str:
    """A company of thousands has hundreds for a day."""
    named, more = customers[:NAMES_SHOWN], len(customers) - NAMES_SHOWN
    return listed(named) if more <= 0 else f"{', '.join(named)} and {more} more"


def _examples(told: dict[str, Any]) -> list[dict[str, Any]]:
    """One row of each kind: a contact if there is one, a start that was put off, then the odd ones."""
    rows = told["customers"]
    contacts = [row for row in rows if row["outcome"] in ("remind", "call")]
    put_off = [
        row for row in rows if row["gate"] == "stage" and f"{row['customer']} starts on" in row["reason"]
    ]
    chosen = [*contacts[:1], *put_off[-1:]]
    for gate in EXAMPLES:
        chosen += [row for row in rows if row["gate"] == gate][:1]
    return chosen[:EXAMPLES_SHOWN]
