"""One true sentence about each customer with a part in the story, put together from what happened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from qb_collections.demo.books import ZERO, Books
from qb_collections.demo.nights import Heard, Night
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
    clauses = [_heard(name, summary, played)]
    clauses += _said(name, summary)
    paid = [(one.on, amount) for one in played for who, amount in one.received if who == name]
    if paid:
        total = sum((amount for _, amount in paid), ZERO)
        days = listed([short_day(on) for on in dict.fromkeys(on for on, _ in paid)][-3:])
        clauses.append(f"paid {money(total)}" + (f" by {days}" if len(paid) > 3 else f" ({days})"))
    clauses.append(f"owes {money(owes)} now" if owes else "owes nothing now")
    return f"{name} {listed(clauses)}."


def _heard(name: str, summary: Summary, played: Sequence[Night]) -> str:
    heard = [(one.on, who) for one in played for who in one.heard if who.customer == name]
    if not heard:
        return "never heard from us"
    return "heard from us: " + ", ".join(f"{_step(who, summary)} on {short_day(on)}" for on, who in heard)


def _step(who: Heard, summary: Summary) -> str:
    if who.kind == "call":
        return "a call"
    return {"S3": "an e-mail after a missed call"}.get(
        who.stage
    ) or f"a {summary.steps.get(who.stage, 'message')}"


def _said(name: str, summary: Summary) -> list[str]:
    clauses = []
    promises = [one for one in summary.promises if one.customer == name]
    for one in promises:
        ending = {"kept": "kept it", "broken": "did not keep it", "open": "that day has not come"}[
            one.outcome
        ]
        clauses.append(f"promised {money(one.amount)} for {short_day(one.promised_on)} and {ending}")
    for dispute in summary.disputes:
        if dispute.customer == name:
            clauses.append(f"disputes invoice {dispute.number}, {_not_mentioned(dispute.contacts_since)}")
    for plan in summary.plans:
        if plan.customer == name:
            clauses.append(f"pays {money(plan.total)} in {plan.payments} payments under plan {plan.label}")
    return clauses


def _not_mentioned(contacts: int) -> str:
    return "which nobody has mentioned since" if contacts == 0 else f"mentioned {contacts} times since"
