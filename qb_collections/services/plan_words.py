"""What a text may say of a plan whose payment is missing."""

from __future__ import annotations

from datetime import date, timedelta

from qb_collections.core.case import Case
from qb_collections.core.money import Money
from qb_collections.core.plan_standing import of_case
from qb_collections.messages.facts import PlanFacts


def missed(case: Case, today: date) -> PlanFacts | None:
    """The payment that has been missing for longest, of all plans of the case; None when all is on track."""
    found = []
    for plan in case.plans:
        judged = of_case(plan, case, today)
        if judged is not None and judged.missed is not None:
            due = judged.missed
            facts = PlanFacts(
                label=plan.label,
                part=due.number,
                count=judged.count,
                amount=due.amount,
                on=due.due_on,
                remaining=Money(judged.remaining.amount - due.amount.amount, due.amount.currency),
                grace_end_on=judged.broken_on - timedelta(days=1) if judged.broken_on else None,
            )
            found.append((due.due_on, plan.id, facts))
    return min(found, key=lambda one: one[:2])[2] if found else None
