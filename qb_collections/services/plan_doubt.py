"""A proof that does not hold is a person's to look at: the plan stands, and a task says what moved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from qb_collections.services.proof import Verdict
from qb_collections.store import tasks
from qb_collections.store.companies import Company
from qb_collections.store.plans import PlanRow


def tell(conn: Connection, company: Company, plan: PlanRow, verdict: Verdict, now: datetime) -> None:
    """Once for each sentence; nothing where the proof holds."""
    if verdict.holds:
        return
    tasks.open_task(
        conn,
        company.id,
        key=f"proof:{plan.label}:{verdict.sentence}"[:200],
        kind="verify",
        customer_id=plan.customer_id,
        currency=plan.currency,
        title=f"The proof of payment plan {plan.label} does not hold",
        text=f"{verdict.sentence[0].upper()}{verdict.sentence[1:]}. The plan's page has every account "
        "before and after: compare it with the trial balance in QuickBooks.",
        due_on=company.today(now),
        at=now,
    )
