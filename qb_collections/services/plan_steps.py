"""The documents of a plan: written as attempts, or found in the books when an answer was lost.

What QuickBooks answered is looked at before the next document: the right amount, and no tax.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from qb_collections.core import plan_home_cents
from qb_collections.core.identity import body_hash
from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.quickbooks.errors import DuplicateNumber, QuickBooksError, Refused, SubscriptionEnded
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts, plan_mirror, plan_moves
from qb_collections.services.attempts import Begun, Prepared
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF, body_of, draft_of
from qb_collections.store import cases, intents, plans, restored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

# The books' clock and ours may differ; a customer has few documents of one day.
CLOCKS_DIFFER = timedelta(days=1)
TOGETHER_MAX = 30  # QuickBooks takes at most 30 operations in a batch
SUBSCRIPTION_WAIT = timedelta(days=1)


def write(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: Sequence[Intent],
) -> None:
    """Write these documents, of one kind and none of them unknown, in one request.

    Raises the QuickBooksError that left them open.  A refusal is stored with its reason: the plan cannot
    stand without the document.
    """
    kind = KIND_OF[steps[0].kind]
    if _put_back_since(context, company, plan):
        steps = _taken_over(context, company, lease, gateway, plan, steps)
        if not steps:
            return
    prepared = [Prepared(one, body_of(plan, one, plan.memo_id), {}) for one in steps]
    begun = attempts.begin(context, company, lease, prepared)
    _send(context, company, lease, gateway, plan, begun, kind)


def resolve(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, step: Intent
) -> None:
    """The answer was lost: read for the markers; what is not there is sent again as the same request."""
    with reading(context.engine) as conn:
        attempt = intents.last_attempt(conn, company.id, step.id)
        assert attempt is not None, "what is unknown was attempted"
        members = [intents.get(conn, company.id, one) for one in attempt.intent_ids]
    unknown = [one for one in members if one.state is State.UNKNOWN]
    found = _find(gateway, plan, unknown)
    if len(unknown) == len(members) and not found:
        _send(
            context,
            company,
            lease,
            gateway,
            plan,
            attempts.again(context, lease, attempt),
            KIND_OF[step.kind],
        )
        return
    for one in unknown:
        if one.id in found:
            _confirm(context, company, lease, gateway, plan, one, found[one.id])
    with durable(context.engine) as conn:
        # The rest of the batch was answered, so these go into a request of their own.
        for one in unknown:
            if one.id not in found:
                intents.settle(conn, lease, one.id, State.READY, reason="not found in QuickBooks")
                intents.ready(conn, lease, one, body=None, body_hash=None, before=None, round=one.round + 1)


def _send(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    begun: Begun,
    kind: str,
) -> None:
    """Send the attempt and settle its members one by one."""
    bodies = [member.body or {} for member in begun.members]

    def send(name: str) -> list[dict[str, Any] | QuickBooksError]:
        if len(bodies) == 1:
            return [gateway.create(kind, bodies[0], name)]
        return gateway.create_many(kind, bodies, name)

    try:
        results = attempts.send(context, lease, begun, send)
    except Refused as error:
        results = [error] * len(bodies)
    first: QuickBooksError | None = None
    for member, result in zip(begun.members, results, strict=True):
        if isinstance(result, QuickBooksError):
            first = _not_written(context, company, lease, plan, member, result) or first
        else:
            _confirm(context, company, lease, gateway, plan, member, result)
    if first is not None:
        raise first


def _not_written(
    context: Context,
    company: Company,
    lease: Lease,
    plan: PlanRow,
    intent: Intent,
    error: QuickBooksError,
) -> QuickBooksError | None:
    """Settle one document that QuickBooks did not write; answer the error after which trying again helps."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        if not error.definite:
            intents.settle(conn, lease, intent.id, State.UNKNOWN, reason=str(error))
            return error
        if isinstance(error, SubscriptionEnded) or error.retryable:
            # Nothing can be taken back either: wait until the subscription runs again.
            wait = SUBSCRIPTION_WAIT if isinstance(error, SubscriptionEnded) else attempts.RETRY_AFTER
            intents.settle(conn, lease, intent.id, State.READY, reason=str(error))
            intents.postpone(conn, lease, [intent.id], now + wait)
            return error
    taken = isinstance(error, DuplicateNumber)  # somebody took the number that QuickBooks was about to give
    if taken and attempts.refused_round(context, lease, intent, str(error)):
        return None
    reason = (
        f"QuickBooks refused the {intent.plan['part'].replace('-', ' ')}: {error.detail or error.message}"
    )
    if intent.plan.get("act") == "end" and not intent.plan.get("added"):
        # While a plan is ended there is no way back: a person looks.  What only adds documents goes back.
        plan_moves.park(context, company, lease, plan, intent, reason)
        return None
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.REJECTED, reason=reason, at=now)
    return None


def _taken_over(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: Sequence[Intent],
) -> list[Intent]:
    """Those that the books have not: the others were written before the records were put back."""
    found = _find(gateway, plan, steps)
    for one in steps:
        if one.id in found:
            body = body_of(plan, one, plan.memo_id)
            with durable(context.engine) as conn:
                hashed = body_hash(body)
                intents.ready(conn, lease, one, body=body, body_hash=hashed, before={}, round=one.round)
            _confirm(context, company, lease, gateway, plan, one, found[one.id])
    return [one for one in steps if one.id not in found]


def _find(gateway: Gateway, plan: PlanRow, steps: Sequence[Intent]) -> dict[int, dict[str, Any]]:
    """By intent: our document, among the customer's made since the plan was agreed."""
    found = gateway.find_by_marker(plan.customer_id, plan.created_at - CLOCKS_DIFFER, "(ref ")
    return {
        step.id: one.record
        for step in steps
        for one in reversed(found)
        if one.kind == KIND_OF[step.kind]
        and f"(ref {step.plan['ref']})" in str(one.record.get("PrivateNote", ""))
    }


def _put_back_since(context: Context, company: Company, plan: PlanRow) -> bool:
    """Whether the records were put back from a backup that holds this plan: the books may be further."""
    with reading(context.engine) as conn:
        row = restored.of(conn, company.id)
    return row is not None and row.found_at >= plan.created_at


def _confirm(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    intent: Intent,
    record: Mapping[str, Any],
) -> None:
    """It is in the books: note it everywhere at once."""
    now = context.clock.now()
    kind, document_id = KIND_OF[intent.kind], str(record["Id"])
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after=image(record) | {"wrong": _wrong(plan, intent, record)},
            inverse={"take_back": kind, "id": document_id},
            external_id=document_id,
            at=now,
        )
        if intent.plan.get("act") is not None:
            pass  # what ends a plan is known by its effects
        elif intent.kind is IntentKind.PLAN_MEMO:
            plans.change(conn, company.id, plan.id, memo_id=document_id)
        elif intent.kind is IntentKind.PLAN_APPLY:
            plans.change(conn, company.id, plan.id, allocation_id=document_id)
        else:
            plans.change_installment(
                conn, company.id, plan.id, intent.plan["number"], state="open", invoice_id=document_id
            )
        plan_mirror.put_record(conn, company.id, gateway, kind, record)
        cases.touch(conn, company.id, [plan.customer_id], company.today(now))


def image(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a document of ours must go on saying."""
    return {
        "total": record.get("TotalAmt"),
        "balance": record.get("Balance"),
        "remaining": record.get("RemainingCredit"),
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
    asked = Decimal(0) if intent.kind is IntentKind.PLAN_APPLY else Decimal(intent.plan["amount"])
    name = intent.plan["part"].replace("-", " ")
    if said["total"] != asked:
        return f"QuickBooks booked {said['total']} for the {name} where {asked} was asked for."
    if said["tax"]:
        return f"QuickBooks put {said['tax']} of tax on the {name}, and a plan must not move tax."
    if intent.kind is IntentKind.PLAN_MEMO and intent.plan.get("act") is None:
        return _home_cents(plan, said["home_total"])
    return None


def _home_cents(plan: PlanRow, home_total: Decimal | None) -> str | None:
    """Whether memo and installments will come to the same amount in the home currency."""
    rate, home = plan.details["exchange_rate"], plan.details["home_currency"]
    if rate is None or home_total is None:
        return None
    classes = draft_of(plan).classes
    split = sum(
        (plan_home_cents.in_lines(one.amount, rate, home, classes) for one in plan.installments), Decimal(0)
    )
    worth = plan.details.get("home_balance")
    if split == home_total and worth in (None, home_total):
        return None
    split = split if worth is None or split != home_total else worth
    residue = Money(abs(split - home_total), home).format()
    return f"At the invoices' exchange rate the installments would differ by {residue} from the credit memo."
