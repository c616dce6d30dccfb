"""One change to a document of ours: taken away, made smaller, or a memo's rest applied.

The document is read first.  What it says already is not asked for again, so a crash or a lost answer at
any moment goes on where it was.  What QuickBooks will not do waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.core.plan_documents import installment_lines, memo_lines
from qb_collections.quickbooks.errors import NotFound, Refused, Stale
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts
from qb_collections.services.attempts import Begun, Prepared
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import draft_of
from qb_collections.store import intents, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

TRY_AGAIN = timedelta(days=1)  # what QuickBooks would not let go of, when nobody reported anything
ZERO = Decimal(0)
Record = dict[str, Any]


def run(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    intent: Intent,
    *,
    anew: bool = False,
) -> tuple[bool, Record | None]:
    """Do it.  (True, the document now; None: it is gone) when it is done; the caller settles it.

    (False, None): it waits, for a person or for another round.  Raises the QuickBooksError that left it open.
    anew: where somebody was quicker it is given up and no person is asked: the caller decides it again.
    """
    what = intent.plan
    record = read(gateway, what["kind"], what["id"])
    if done(plan, what, record):
        return True, record
    assert record is not None
    why = in_the_way(plan, what, record)
    if why is not None:
        if anew:
            _give_up(context, lease, intent, why)
        else:
            park(context, company, lease, plan, intent, why)
        return False, None
    begun, token = _begun(context, company, lease, plan, intent, record)
    body = begun.members[0].body or {}

    def send(name: str) -> Record:
        if what["how"] == "void":
            return gateway.void(what["kind"], what["id"], token, name)
        if what["how"] == "delete":
            return gateway.delete(what["kind"], what["id"], token, name)
        return gateway.update(what["kind"], body, name)

    try:
        answer = attempts.send(context, lease, begun, send)
    except Refused as error:
        again = isinstance(error, Stale) and attempts.refused_round(context, lease, intent, str(error))
        if not again:
            park(context, company, lease, plan, intent, error.detail or error.message)
        return False, None
    return True, None if what["how"] == "delete" else answer


def read(gateway: Gateway, kind: str, id: str) -> Record | None:
    """The document, or None when it is gone.  A single read does not lag behind writes."""
    try:
        return gateway.document(kind, id)
    except NotFound:
        return None


def done(plan: PlanRow, what: Mapping[str, Any], record: Mapping[str, Any] | None) -> bool:
    """Whether the document says already what it is to say."""
    if record is None or is_void(record):
        return True
    if what["how"] in ("reduce", "shrink"):
        return own_amount(plan, record) == Decimal(what["amount"])
    return False


def is_void(record: Mapping[str, Any]) -> bool:
    """A void leaves zero amounts and its own word before the note (recorded 2020-09-29)."""
    return not record.get("TotalAmt") and str(record.get("PrivateNote", "")).startswith("Voided")


def own_amount(plan: PlanRow, record: Mapping[str, Any]) -> Decimal:
    """What stands on our item; other people's lines are theirs."""
    return sum(
        (line.get("Amount") or ZERO for line in record.get("Line") or () if _is_ours(plan, line)), ZERO
    )


def in_the_way(plan: PlanRow, what: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """Why a document must not be touched now, although it was decided: somebody was quicker."""
    if what["kind"] == "Payment" and record.get("TotalAmt"):
        return f"{name(what)} carries money of the customer by now"
    if what["kind"] != "Invoice":
        return None
    paid = record.get("TotalAmt", ZERO) - record.get("Balance", ZERO)
    if what["how"] in ("void", "delete") and paid:
        return f"something was paid on {name(what)}"
    if what["how"] == "reduce" and min(paid, own_amount(plan, record)) > what["amount"]:
        return f"more was paid on {name(what)} meanwhile"
    return None


def park(context: Context, company: Company, lease: Lease, plan: PlanRow, intent: Intent, why: str) -> None:
    """It waits for a person, with a task that says what to do, and is tried again in a day."""
    now = context.clock.now()
    doing = "ended" if plan.details.get("ending") else f"finished ({plan.reason})"
    text = (
        f"Payment plan {plan.label} could not be {doing}, and {_what_waits(intent.plan)}: {why.rstrip('.')}. "
        "Nothing is sent to this customer meanwhile. Put it right in QuickBooks and report this as done: "
        "it goes on from there."
    )
    with durable(context.engine) as conn:
        if intents.get(conn, company.id, intent.id).state is not State.PARKED:
            intents.settle(conn, lease, intent.id, State.PARKED, reason=why, at=now)
        intents.postpone(conn, lease, [intent.id], now + TRY_AGAIN)
        tasks.open_task(
            conn,
            company.id,
            key=task_key(intent),
            kind="plan",
            customer_id=plan.customer_id,
            currency=plan.currency,
            title=f"Payment plan {plan.label} needs a hand",
            text=text,
            intent_id=intent.id,
            due_on=company.today(now),
            at=now,
        )


def take_up(context: Context, lease: Lease, plan: PlanRow, intent: Intent) -> None:
    """Try again what waits for a person: once they report it as done, else once a day."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        task = tasks.by_key(conn, lease.company_id, task_key(intent))
        if task is not None and task.state == "open":
            if intent.due_at > now:
                return
            outcome = "tried again"
            tasks.close(conn, lease.company_id, task.id, state="closed", outcome=outcome, by="system", at=now)
        if intent.kind is not IntentKind.PLAN_REVERSE or is_decided_anew(plan, intent):
            # It was decided by the books of another day: it is worked out anew from those of this one.
            intents.settle(conn, lease, intent.id, State.CANCELLED, reason="tried again", at=now)
            return
        intents.settle(conn, lease, intent.id, State.READY)
        intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round + 1)


def is_decided_anew(plan: PlanRow, intent: Intent) -> bool:
    """Whether each step follows from what the books say now: where a plan is taken out of them."""
    ending = plan.details.get("ending") or {}
    return ending.get("mode") == "in_place" and intent.plan.get("act") == "end"


def _give_up(context: Context, lease: Lease, intent: Intent, why: str) -> None:
    now = context.clock.now()
    with durable(context.engine) as conn:
        if intent.state is State.UNKNOWN:  # what it was to change has been read: it did not happen
            intents.settle(conn, lease, intent.id, State.READY, reason="not found in QuickBooks")
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=why, at=now)


def _what_waits(what: Mapping[str, Any]) -> str:
    if what.get("to"):
        return f"what is left of credit memo {what['id']} could not be set against the invoices"
    return f"{name(what)} could not be taken back"


def task_key(intent: Intent) -> str:
    return f"stuck:{intent.key}:{intent.round}"


def name(what: Mapping[str, Any]) -> str:
    return f"{str(what['part']).replace('-', ' ')} (QuickBooks {what['kind']} {what['id']})"


def image(record: Mapping[str, Any]) -> Record:
    """A document as it was, with all that is needed to see what we changed."""
    names = (
        *("Id", "SyncToken", "DocNumber", "TxnDate", "DueDate", "TotalAmt", "Balance", "RemainingCredit"),
        *("PrivateNote", "Line"),
    )
    return {name: record[name] for name in names if name in record}


def _begun(
    context: Context, company: Company, lease: Lease, plan: PlanRow, intent: Intent, record: Record
) -> tuple[Begun, str]:
    if begun := attempts.same_again(context, company, lease, intent):
        return begun, str((intent.body or {})["SyncToken"])
    token = str(record["SyncToken"])
    body = {"Id": intent.plan["id"], "SyncToken": token} | _change(plan, intent, record)
    return attempts.begin(context, company, lease, [Prepared(intent, body, image(record))]), token


def _change(plan: PlanRow, intent: Intent, record: Record) -> Record:
    """What the update says beside id and version; a removal keeps how it was meant."""
    what, draft = intent.plan, draft_of(plan)
    if what["how"] in ("void", "delete"):
        return {"how": what["how"]}
    if what["how"] == "reduce":
        foreign = [line for line in record["Line"] if "Id" in line and not _is_ours(plan, line)]
        ours = installment_lines(draft, what["number"], Money(what["amount"], plan.currency))
        return {"sparse": True, "Line": [*ours, *foreign]}
    kept = {int(number): Money(amount, plan.currency) for number, amount in what["kept"].items()}
    return {"sparse": True, "Line": memo_lines(draft, kept)}


def _is_ours(plan: PlanRow, line: Mapping[str, Any]) -> bool:
    item = ((line.get("SalesItemLineDetail") or {}).get("ItemRef") or {}).get("value")
    return bool(item == plan.details["item_id"])


def removed(intent: Intent) -> bool:
    return intent.kind is IntentKind.PLAN_REVERSE and intent.plan["how"] in ("void", "delete")
