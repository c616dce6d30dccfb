"""Undo a plan: its documents leave the books, or the plan leaves our records; and agree on it again."""

from __future__ import annotations

from qb_collections.core.intents import Intent, State
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_ending, plan_saga, plans
from qb_collections.services.context import Context
from qb_collections.services.plan_asking import Asked
from qb_collections.services.refusal import Refusal
from qb_collections.store import intents
from qb_collections.store import plans as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow


def step(context: Context, company: Company, lease: Lease, gateway: Gateway, one: Intent) -> bool:
    """Go on with it; False when it waits for QuickBooks, an opened gate or a person."""
    with reading(context.engine) as conn:
        row = stored.get(conn, company.id, int(one.plan["of_plan"]))
    if one.plan["way"] == "restore":
        return _again(context, company, lease, one, row)
    if row.state == "building":
        row = plan_saga.resume(context, company, lease, gateway, row.id)
    elif row.state in ("active", "broken"):
        ended = plan_ending.end(
            context,
            company,
            lease,
            row.id,
            how="undone",
            by=one.plan["by"],
            reason="",
            confirm=True,
        )
        if isinstance(ended, Refusal):
            _settle(context, lease, one, State.CANCELLED, ended.message)
            return True
        row = ended
    if row.state == "cancelled":
        _settle(context, lease, one, State.CONFIRMED, None)
        return True
    if row.state == "building":
        return False
    why = row.details.get("not_ended") or f"plan {row.label} is {row.state}"
    _settle(context, lease, one, State.CANCELLED, str(why))
    return True


def _again(context: Context, company: Company, lease: Lease, one: Intent, row: PlanRow) -> bool:
    """The same days, amounts and form, as a plan of its own: a number is never used twice."""
    with reading(context.engine) as conn:
        made = [plan for plan in stored.list(conn, company.id) if plan.details.get("follows") == row.label]
    if made:
        _settle(context, lease, one, State.CONFIRMED, None)
        return True
    asked = Asked(
        invoice_ids=tuple(original.invoice_id for original in row.originals),
        form="overlay" if row.form == "overlay" else "installments",
        days=tuple(part.due_on for part in row.installments),
        amounts=tuple(part.amount.amount for part in row.installments),
        accepted=row.details["agreement"]["accepted"],
        accepted_by=row.details["agreement"]["accepted_by"],
        cash_basis=row.details.get("cash_basis"),
    )
    again = plans.create(context, company, lease, asked, by=one.plan["by"], confirm=True, follows=row.label)
    if isinstance(again, Refusal):
        _settle(context, lease, one, State.CANCELLED, again.message)
    else:
        _settle(context, lease, one, State.CONFIRMED, None)
    return True


def _settle(context: Context, lease: Lease, one: Intent, state: State, reason: str | None) -> None:
    now = context.clock.now()
    with durable(context.engine) as conn:
        if state is State.CONFIRMED and one.state is State.PLANNED:
            intents.ready(conn, lease, one, body=None, body_hash=None, before=None, round=one.round)
        intents.settle(conn, lease, one.id, state, reason=reason, at=now)
