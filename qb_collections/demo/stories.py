"""One true sentence about each customer with a part in the story, put together from what happened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from qb_collections.demo.books import ZERO, Books
from qb_collections.demo.night_lines import step_of
from qb_collections.demo.nights import Night
from qb_collections.demo.preview_lines import reason_of
from qb_collections.demo.summary import Summary
from qb_collections.demo.words import listed, money, short_day
from qb_collections.demo.world import World
from qb_collections.emulator.companies.demo.story import STORY

Named = tuple[str, ...]
SHOWN: Named = tuple(part.customer for part in STORY)


def sentences(
    world: World, summary: Summary, played: Sequence[Night], names: Named = SHOWN
) -> dict[str, str]:
    """By customer, in the order of names; every clause is counted, none is told from the script."""
    books = Books(world)
    owing = {name: sum((row["Balance"] for row in books.open_of(name)), ZERO) for name in names}
    return {name: _sentence(name, summary, played, owing[name]) for name in names}


def _sentence(name: str, summary: Summary, played: Sequence[Night], owes: Decimal) -> str:
    clauses = [_heard(name, summary, played), *_said(name, summary)]
    paid = [one for night in played for one in night.received if one.customer == name]
    if paid:
        total = sum((one.amount for one in paid), ZERO)
        days = listed([short_day(on) for on in dict.fromkeys(one.at.date() for one in paid)])
        clauses.append(f"paid {money(total)} on {days}")
    clauses.append(f"owes {money(owes)}{_why(name, summary)}" if owes else "owes nothing")
    return f"{name}: {'; '.join(clauses)}."


def _heard(name: str, summary: Summary, played: Sequence[Night]) -> str:
    heard = [(one.on, who) for one in played for who in one.heard if who.customer == name]
    if not heard:
        return "never heard from us"
    return ", ".join(f"{step_of(who, summary.steps)} {short_day(on)}" for on, who in heard)


def _said(name: str, summary: Summary) -> list[str]:
    clauses = []
    for one in summary.promises:
        if one.customer == name:
            clauses.append(
                f"promised {money(one.amount)} for {short_day(one.promised_on)}, {_ENDINGS[one.outcome]}"
            )
    for dispute in summary.disputes:
        if dispute.customer == name:
            about = f"disputes invoice {dispute.number} ({money(dispute.amount)})"
            clauses.append(f"{about}, {_mentioned(dispute.contacts_since)}")
    for on in [one.on for one in summary.said if one.customer == name and one.kind == "in transit"]:
        clauses.append(f"said on {short_day(on)} that a check was in the mail")
    for on in [one.on for one in summary.said if one.customer == name and one.kind == "stop"]:
        clauses.append(f"under a stop since {short_day(on)}")
    for plan in summary.plans:
        if plan.customer == name:
            clauses.append(f"pays {money(plan.total)} in {plan.payments} payments under plan {plan.label}")
    return clauses


_ENDINGS = {"kept": "kept", "broken": "not kept", "open": "which is still to come"}


def _mentioned(contacts: int) -> str:
    return "which nobody has brought up since" if contacts == 0 else f"brought up {contacts} times since"


def _why(name: str, summary: Summary) -> str:
    """Why nobody wrote, where nobody did: the reason that stands."""
    group = next((one for one in summary.left_alone if name in one.customers), None)
    if group is None or group.gate in ("paid", "people_only"):
        return ""
    return ", none of it late" if group.gate == "not late" else f"; {reason_of(group.gate, 1)}"
