"""One document of a plan: written as an attempt, or found in the books when its answer was lost.

What QuickBooks answered is looked at before the next document: the right amount, and no tax.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from qb_collections.core import plan_home_cents
from qb_collections.core.identity import body_hash
from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.quickbooks.errors import DuplicateNumber, Refused, SubscriptionEnded
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts, plan_mirror, plan_reversal
from qb_collections.services.attempts import Begun, Prepared
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF, body_of
from qb_collections.store import cases, intents, plans, restored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

# The books' clock and ours may differ; a customer has few documents of one day.
CLOCKS_DIFFER = timedelta(days=1)
SUBSCRIPTION_WAIT = timedelta(days=1)


def write(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, intent: Intent
) -> None:
    """Write the document once, whatever happened before.

    Raises the QuickBooksError that left it open.  A refusal that cannot be
    mended begins the plan's reversal.
    """
    body = body_of(plan, intent, plan.memo_id)
    unknown = intent.state is State.UNKNOWN
    if unknown or _put_back_since(context, company, plan):
        record = _find(gateway, plan, intent)
        if record is not None:
            if not unknown:
                with durable(context.engine) as conn:
                    hashed = body_hash(body)
                    intents.ready(
                        conn, lease, intent, body=body, body_hash=hashed, before={}, round=intent.round
                    )
            _confirm(context, company, lease, gateway, plan, intent, record)
            return
    if unknown:
        begun = _again(context, lease, intent)
    else:
        begun = attempts.begin(context, company, lease, [Prepared(intent, body, {})])
    kind = KIND_OF[intent.kind]
    try:
        record = attempts.send(context, lease, begun, lambda name: gateway.create(kind, body, name))
    except Refused as error:
        _refused(context, company, lease, plan, intent, error)
        return
    _confirm(context, company, lease, gateway, plan, intent, record)


def _find(gateway: Gateway, plan: PlanRow, intent: Intent) -> dict[str, Any] | None:
    """Our document, among the customer's made since the plan was agreed."""
    found = gateway.find_by_marker(
        plan.customer_id, plan.created_at - CLOCKS_DIFFER, f"(ref {intent.plan['ref']})"
    )
    ours = [one for one in found if one.kind == KIND_OF[intent.kind]]
    return ours[0].record if ours else None


def _put_back_since(context: Context, company: Company, plan: PlanRow) -> bool:
    """Whether the records were put back from a backup that holds this plan: the books may be further."""
    with reading(context.engine) as conn:
        row = restored.of(conn, company.id)
    return row is not None and row.found_at >= plan.created_at


def _again(context: Context, lease: Lease, intent: Intent) -> Begun:
    with reading(context.engine) as conn:
        attempt = intents.last_attempt(conn, lease.company_id, intent.id)
    assert attempt is not None, "what is unknown was attempted"
    return attempts.again(context, lease, attempt)


def _confirm(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    intent: Intent,
    record: Mapping[str, Any],
) -> None:
    """It is in the books: note it everywhere at once, and begin the reversal if it is not what was asked."""
    now = context.clock.now()
    kind, document_id = KIND_OF[intent.kind], str(record["Id"])
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after=image(record),
            inverse={"take_back": kind, "id": document_id},
            external_id=document_id,
            at=now,
        )
        if intent.kind is IntentKind.PLAN_MEMO:
            plans.change(conn, company.id, plan.id, memo_id=document_id)
        elif intent.kind is IntentKind.PLAN_APPLY:
            plans.change(conn, company.id, plan.id, allocation_id=document_id)
        else:
            plans.change_installment(
                conn, company.id, plan.id, intent.plan["number"], state="open", invoice_id=document_id
            )
        plan_mirror.put_record(conn, company.id, gateway, kind, record)
        cases.touch(conn, company.id, [plan.customer_id], company.today(now))
        wrong = _wrong(plan, intent, record)
        if wrong is not None:
            plan_reversal.begin(conn, company, lease, plan, wrong, at=now)


def image(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a document of ours must go on saying."""
    return {
        "total": record.get("TotalAmt"),
        "balance": record.get("Balance"),
        "tax": (record.get("TxnTaxDetail") or {}).get("TotalTax", Decimal(0)),
        "home_total": record.get("HomeTotalAmt"),
        "on": record.get("TxnDate"),
        "due_on": record.get("DueDate"),
        "number": record.get("DocNumber"),
        "sync_token": record.get("SyncToken"),
    }


def _wrong(plan: PlanRow, intent: Intent, record: Mapping[str, Any]) -> str | None:
    """Why the plan cannot stand on this document, in a sentence; None when it can."""
    said = image(record)
    asked = Decimal(0) if intent.kind is IntentKind.PLAN_APPLY else intent.plan["amount"]
    name = intent.plan["part"].replace("-", " ")
    if said["total"] != asked:
        return f"QuickBooks booked {said['total']} for the {name} where {asked} was asked for."
    if said["tax"]:
        return f"QuickBooks put {said['tax']} of tax on the {name}, and a plan must not move tax."
    if intent.kind is IntentKind.PLAN_MEMO:
        return _home_cents(plan, said["home_total"])
    return None


def _home_cents(plan: PlanRow, home_total: Decimal | None) -> str | None:
    """Whether memo and installments will come to the same amount in the home currency."""
    rate, home = plan.details["exchange_rate"], plan.details["home_currency"]
    if rate is None or home_total is None:
        return None
    split = sum((plan_home_cents.home(one.amount, rate, home) for one in plan.installments), Decimal(0))
    if split == home_total:
        return None
    residue = Money(abs(split - home_total), home).format()
    return f"At the invoices' exchange rate the installments would differ by {residue} from the credit memo."


def _refused(
    context: Context, company: Company, lease: Lease, plan: PlanRow, intent: Intent, error: Refused
) -> None:
    if isinstance(error, SubscriptionEnded):
        # Nothing can be taken back either: wait until the subscription runs again.
        with durable(context.engine) as conn:
            intents.settle(conn, lease, intent.id, State.READY, reason=str(error))
            intents.postpone(conn, lease, [intent.id], context.clock.now() + SUBSCRIPTION_WAIT)
        raise error
    taken = isinstance(error, DuplicateNumber)  # somebody took the number that QuickBooks was about to give
    if taken and attempts.refused_round(context, lease, intent, str(error)):
        return
    now = context.clock.now()
    reason = (
        f"QuickBooks refused the {intent.plan['part'].replace('-', ' ')}: {error.detail or error.message}"
    )
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.REJECTED, reason=reason, at=now)
        plan_reversal.begin(conn, company, lease, plan, reason, at=now)
