"""A plan as people call it."""

from __future__ import annotations

from qb_collections.core.wording import list_text, short
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.plans import PlanRow


def named(context: Context, company: Company, plan: int | str) -> PlanRow | Refusal:
    """A plan by its id or label."""
    with reading(context.engine) as conn:
        rows = plans.list(conn, company.id)
    wanted = str(plan).strip().upper()
    found = next((row for row in rows if wanted in (row.label, str(row.id))), None)
    if found is None:
        labels = list_text([row.label for row in rows[-3:]])
        asked = short(str(plan), 20)
        return Refusal(f"There is no payment plan {asked}." + (f" There is {labels}." if labels else ""))
    return found
