"""Take back a plan that cannot go on: installments, then the zero payment, then the memo.

At no step does the customer owe more than before.  Each removal is an effect of its own, so a crash
halfway goes on where it was; what QuickBooks will not let go of waits for a person.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.plan_documents import Written, reversal
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_mirror, plan_moves
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF, reversals_of
from qb_collections.store import audit, cases, intents, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow


def begin(
    conn: Connection, company: Company, lease: Lease, plan: PlanRow, reason: str, *, at: datetime
) -> None:
    """Decide, in the caller's transaction, that the plan is taken back; with nothing written it ends here."""
    written, numbered = [], False
    # The last one first: cancelling one cancels what follows it.
    for intent in reversed(intents.of_plan(conn, company.id, plan.id)):
        if intent.state in (State.PLANNED, State.READY):
            intents.settle(conn, lease, intent.id, State.CANCELLED, reason=reason, at=at)
        elif intent.state is State.CONFIRMED and intent.kind in KIND_OF and intent.plan.get("act") is None:
            assert intent.external_id is not None
            written.append(Written(intent.plan["part"], intent.external_id, "0"))
            numbered |= bool((intent.after or {}).get("number"))
    audit.append(conn, company.id, "system", "plan taken back", plan.label, {"because": reason}, at)
    steps = reversal(written, numbered=numbered)
    if not steps:
        _end(conn, company, plan, reason, at)
        return
    plans.change(conn, company.id, plan.id, reason=reason, details=plan.details | {"reversing": True})
    intents.plan(
        conn, company.id, None, reversals_of(company, plan, steps, at), plan_id=plan.id, saga=plan.label
    )


def run(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, intent: Intent
) -> None:
    """Remove one document.  Raises the QuickBooksError that left it open."""
    finished, _ = plan_moves.run(context, company, lease, gateway, plan, intent)
    if finished:
        _confirm(context, company, lease, gateway, plan, intent)


def is_open(intent: Intent) -> bool:
    """Whether it is a removal of a plan that is taken back, and still to be done."""
    return (
        intent.kind is IntentKind.PLAN_REVERSE
        and intent.plan.get("act") is None
        and intent.state is not State.CONFIRMED
    )


def _confirm(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, intent: Intent
) -> None:
    """It is gone.  With the last one the plan is at rest, without effect."""
    now = context.clock.now()
    what = intent.plan
    with durable(context.engine) as conn:
        if intents.get(conn, company.id, intent.id).state is State.PLANNED:
            intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            inverse={"none": "a document that was taken back is not written again"},
            external_id=what["id"],
            at=now,
        )
        plan_mirror.take_away(conn, company.id, what["kind"], what["id"])
        if what["kind"] == "Invoice":
            number = int(what["part"].rpartition("-")[2])
            plans.change_installment(conn, company.id, plan.id, number, state="void")
        left = [
            one for one in intents.of_plan(conn, company.id, plan.id) if is_open(one) and one.id != intent.id
        ]
        if not left:
            _end(conn, company, plan, plan.reason or "", now)
    if what["kind"] == "Payment":
        _read_originals(context, company, lease, gateway, plan)


def _end(conn: Connection, company: Company, plan: PlanRow, reason: str, at: datetime) -> None:
    plans.change(
        conn,
        company.id,
        plan.id,
        state="cancelled",
        reason=f"Without effect in QuickBooks. {reason}",
        ended_at=at,
        details=plan.details | {"reversing": False},
    )
    cases.touch(conn, company.id, [plan.customer_id], company.today(at))
    audit.append(conn, company.id, "system", "plan without effect", plan.label, {"because": reason}, at)


def _read_originals(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow
) -> None:
    """The originals carry their balances again: the mirror is told at once."""
    live = gateway.live([plan.customer_id], [one.invoice_id for one in plan.originals])
    with derived(context.engine) as conn:
        lease.check(conn)
        plan_mirror.put_live(conn, company.id, live)
