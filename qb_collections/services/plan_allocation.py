"""Who applies a memo of ours: where QuickBooks applies credits by itself, it may have been quicker.

A payment of zero that links nothing but our memo to invoices moves no money and was made by that setting,
or by us; it is taken away, so that the memo goes where the plan says (plan-accounting.md, 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from qb_collections.core.identity import plan_key
from qb_collections.core.intents import Intent, IntentKind, PlannedIntent, State
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_mirror, plan_moves
from qb_collections.services.context import Context
from qb_collections.services.plan_steps import CLOCKS_DIFFER
from qb_collections.store import intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

ACT = "free"


def statement(plan: PlanRow) -> str:
    """The customer's payments since the plan, among which its memo's applications are."""
    since = wire.literal(wire.instant(plan.created_at - CLOCKS_DIFFER))
    return (
        f"SELECT * FROM Payment WHERE CustomerRef = {wire.literal(plan.customer_id)} "
        f"AND MetaData.CreateTime >= {since} MAXRESULTS 1000"
    )


def applied(record: Mapping[str, Any], memo_id: str) -> Decimal:
    """How much of the memo this payment applies."""
    return sum(
        (
            line.get("Amount") or Decimal(0)
            for line in record.get("Line") or ()
            for linked in line.get("LinkedTxn") or ()
            if linked.get("TxnType") == "CreditMemo" and str(linked.get("TxnId")) == memo_id
        ),
        Decimal(0),
    )


def free(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
    memo: Intent,
) -> str | bool:
    """Before a memo of ours is applied or deleted: take away what QuickBooks applied it to by itself.

    True: something was done; look again.  False: nothing stands in the way.  A sentence: a payment of the
    customer uses the memo, and the plan cannot stand.
    """
    said = memo.after or {}
    if said.get("remaining") == said.get("total"):
        return False
    open_ones = [one for one in steps if one.plan.get("act") == ACT and one.state is not State.CONFIRMED]
    waiting: Intent | str | None
    memo_id = str(memo.external_id)
    waiting = open_ones[0] if open_ones else _planned(context, company, lease, gateway, plan, steps, memo_id)
    if waiting is None or isinstance(waiting, str):
        return waiting or False
    if waiting.state is State.PARKED:
        return f"QuickBooks would not let go of what it applied the credit memo to: {waiting.reason}."
    finished, record = plan_moves.run(context, company, lease, gateway, plan, waiting)
    if finished:
        with durable(context.engine) as conn:
            confirm(conn, lease, waiting, context.clock.now(), company, record)
            plan_mirror.take_away(conn, company.id, "Payment", waiting.plan["id"])
    return True


def confirm(
    conn: Any, lease: Lease, intent: Intent, now: Any, company: Company, record: Mapping[str, Any] | None
) -> None:
    """The removal is done, by us or before us."""
    if intents.get(conn, company.id, intent.id).state is State.PLANNED:
        intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
    intents.settle(
        conn,
        lease,
        intent.id,
        State.CONFIRMED,
        after=plan_moves.image(record) if record else None,
        inverse={"none": "an application that QuickBooks made by itself is not made again"},
        external_id=intent.plan["id"],
        at=now,
    )


def _is_ours(plan: PlanRow, record: Mapping[str, Any]) -> bool:
    """Our own application, of a life that the records do not know: it is where the plan says."""
    note = str(record.get("PrivateNote", ""))
    return f"plan {plan.label}" in note and "(ref " in note


def _planned(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
    memo_id: str,
) -> Intent | str | None:
    [payments] = gateway.queries([statement(plan)])
    done = {one.plan["id"] for one in steps if one.plan.get("act") == ACT}
    for record in payments:
        if not applied(record, memo_id) or str(record["Id"]) in done or _is_ours(plan, record):
            continue
        if record.get("TotalAmt"):
            return f"Payment {record['Id']} of the customer uses the plan's credit memo."
        key = plan_key(plan.label, f"{ACT}:{record['Id']}")
        what = {
            "plan": plan.label,
            "part": "application by itself",
            "kind": "Payment",
            "how": "delete",
            "id": str(record["Id"]),
            "customer_id": plan.customer_id,
            "currency": plan.currency,
            "act": ACT,
        }
        with durable(context.engine) as conn:
            lease.check(conn)
            planned = PlannedIntent(key, IntentKind.PLAN_REVERSE, context.clock.now(), what)
            intents.plan(conn, company.id, None, [planned], plan_id=plan.id, saga=plan.label)
            return intents.by_key(conn, company.id, key)
    return None
