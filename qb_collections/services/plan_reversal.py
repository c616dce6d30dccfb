"""Take back a plan that cannot go on: installments, then the zero payment, then the memo.

At no step does the customer owe more than before.  Each removal is an effect of its own, so a crash
halfway goes on where it was; what QuickBooks will not let go of waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.plan_documents import Written, reversal
from qb_collections.quickbooks.errors import NotFound, Refused, Stale
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts, plan_mirror
from qb_collections.services.attempts import Prepared
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF, reversals_of
from qb_collections.store import audit, cases, intents, plans, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

TRY_AGAIN = timedelta(days=1)  # what QuickBooks would not let go of, when nobody reported anything


def begin(
    conn: Connection, company: Company, lease: Lease, plan: PlanRow, reason: str, *, at: datetime
) -> None:
    """Decide, in the caller's transaction, that the plan is taken back; with nothing written it ends here."""
    written, numbered = [], False
    # The last one first: cancelling one cancels what follows it.
    for intent in reversed(intents.of_plan(conn, company.id, plan.id)):
        if intent.state in (State.PLANNED, State.READY):
            intents.settle(conn, lease, intent.id, State.CANCELLED, reason=reason, at=at)
        elif intent.state is State.CONFIRMED and intent.kind in KIND_OF:
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
    what = intent.plan
    try:
        record = gateway.document(what["kind"], what["id"])
    except NotFound:
        record = None
    if record is None or _is_void(record):
        _confirm(context, company, lease, gateway, plan, intent)
        return
    if what["kind"] == "Invoice" and record.get("Balance") != record.get("TotalAmt"):
        _park(context, company, lease, plan, intent, f"something was paid on {_name(intent)}")
        return
    if intent.state is State.UNKNOWN:
        with reading(context.engine) as conn:
            attempt = intents.last_attempt(conn, company.id, intent.id)
        assert attempt is not None, "what is unknown was attempted"
        begun = attempts.again(context, lease, attempt)
        token = (intent.body or {})["SyncToken"]
    else:
        token = str(record["SyncToken"])
        body = {"Id": what["id"], "SyncToken": token, "how": what["how"]}
        begun = attempts.begin(context, company, lease, [Prepared(intent, body, _image(record))])
    remove = gateway.void if what["how"] == "void" else gateway.delete
    try:
        attempts.send(context, lease, begun, lambda name: remove(what["kind"], what["id"], token, name))
    except Refused as error:
        again = isinstance(error, Stale) and attempts.refused_round(context, lease, intent, str(error))
        if not again:
            _park(context, company, lease, plan, intent, error.detail or error.message)
        return
    _confirm(context, company, lease, gateway, plan, intent)


def take_up(context: Context, lease: Lease, intent: Intent) -> None:
    """Try a removal again that waits for a person: once they report it as done, else once a day."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        task = tasks.by_key(conn, lease.company_id, _task_key(intent))
        if task is not None and task.state == "open":
            if intent.due_at > now:
                return
            outcome = "tried again"
            tasks.close(conn, lease.company_id, task.id, state="closed", outcome=outcome, by="system", at=now)
        intents.settle(conn, lease, intent.id, State.READY)
        intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round + 1)


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
            one
            for one in intents.of_plan(conn, company.id, plan.id)
            if one.kind is IntentKind.PLAN_REVERSE and one.state is not State.CONFIRMED
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


def _park(context: Context, company: Company, lease: Lease, plan: PlanRow, intent: Intent, why: str) -> None:
    now = context.clock.now()
    text = (
        f"Payment plan {plan.label} could not be finished ({plan.reason}), and {_name(intent)} could not be "
        f"taken back: {why}. Nothing is sent to this customer meanwhile. Put it right in QuickBooks "
        "and report this as done: it goes on from there."
    )
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.PARKED, reason=why, at=now)
        intents.postpone(conn, lease, [intent.id], now + TRY_AGAIN)
        tasks.open_task(
            conn,
            company.id,
            key=_task_key(intent),
            kind="plan",
            customer_id=plan.customer_id,
            currency=plan.currency,
            title=f"Payment plan {plan.label} needs a hand",
            text=text,
            intent_id=intent.id,
            due_on=company.today(now),
            at=now,
        )


def _task_key(intent: Intent) -> str:
    return f"stuck:{intent.key}:{intent.round}"


def _name(intent: Intent) -> str:
    return f"{intent.plan['part'].replace('-', ' ')} (QuickBooks {intent.plan['kind']} {intent.plan['id']})"


def _is_void(record: Mapping[str, Any]) -> bool:
    """A void leaves zero amounts and its own word before the note (recorded 2020-09-29)."""
    return not record.get("TotalAmt") and str(record.get("PrivateNote", "")).startswith("Voided")


def _image(record: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "Id",
        "SyncToken",
        "DocNumber",
        "TxnDate",
        "DueDate",
        "TotalAmt",
        "Balance",
        "PrivateNote",
        "Line",
    )
    return {name: record[name] for name in names if name in record}
