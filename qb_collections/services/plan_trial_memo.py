"""The trial of account and item: a credit memo of the smallest amount, looked at and taken away again.

Two effects, each in the journal: the memo is written, and it is gone.  The second is planned in the
transaction that confirms the first, so that an end of the process between them leaves work that is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from qb_collections.core.identity import marker
from qb_collections.core.intents import Intent, IntentKind, PlannedIntent, State
from qb_collections.core.money import quantum
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.errors import Refused
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts, plan_allocation
from qb_collections.services.attempts import Prepared
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

KEY = "setup:trial"
GONE = "gone"
REMOVALS_MAX = 10  # the memo, and what QuickBooks applied it to by itself


def is_of(intent: Intent) -> bool:
    return intent.key.startswith(f"{KEY}:")


def tried(context: Context, company: Company, lease: Lease, gateway: Gateway) -> str | Refusal:
    """Write the memo, look at it, and take it away; once per item.  Goes on where it was left."""
    key = f"{KEY}:{company.clearing_item_id}"
    with reading(context.engine) as conn:
        memo, gone = intents.by_key(conn, company.id, key), intents.by_key(conn, company.id, f"{key}:{GONE}")
    if gone is not None and gone.state is State.CONFIRMED:
        return "They were tried before."
    if memo is None:
        customer = _customer(gateway)
        if customer is None:
            return "There is no customer yet to try them on; the first plan will tell."
        memo = _planned(context, company, lease, key, customer)
    if memo.state is not State.CONFIRMED:
        refused = _write(context, company, lease, gateway, memo)
        if refused is not None:
            return refused
    return _take_away(context, company, lease, gateway, key)


def _customer(gateway: Gateway) -> Mapping[str, Any] | None:
    """Whoever owes nothing, so that QuickBooks finds nothing to apply the memo to; else anybody."""
    for where in ("Active = true AND Balance = '0'", "Active = true"):
        found = gateway.query(f"SELECT * FROM Customer WHERE {where} MAXRESULTS 1")
        if found:
            return found[0]
    return None


def _planned(
    context: Context, company: Company, lease: Lease, key: str, customer: Mapping[str, Any]
) -> Intent:
    now = context.clock.now()
    currency = str((customer.get("CurrencyRef") or {}).get("value") or company.currency)
    ref = marker(company.key, key)
    what = {
        "name": "trial",
        "kind": "CreditMemo",
        "ref": ref,
        "customer_id": str(customer["Id"]),
        "body": _body(company, str(customer["Id"]), currency, ref, company.today(now).isoformat()),
    }
    with durable(context.engine) as conn:
        lease.check(conn)
        intents.plan(conn, company.id, None, [PlannedIntent(key, IntentKind.CLEARING_ITEM, now, what)])
        made = intents.by_key(conn, company.id, key)
    assert made is not None, "it was planned just now"
    return made


def _write(
    context: Context, company: Company, lease: Lease, gateway: Gateway, intent: Intent
) -> Refusal | None:
    """The memo is in the books and journaled, with its removal planned."""
    record = _there(gateway, intent)
    if record is not None:
        if intent.state is State.PLANNED:
            with durable(context.engine) as conn:
                intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
    else:
        begun = attempts.same_again(context, company, lease, intent) or attempts.begin(
            context, company, lease, [Prepared(intent, intent.plan["body"], {})]
        )
        body = begun.members[0].body or {}
        try:
            record = attempts.send(
                context, lease, begun, lambda name: gateway.create("CreditMemo", body, name)
            )
        except Refused as error:
            with durable(context.engine) as conn:
                at = context.clock.now()
                intents.settle(conn, lease, intent.id, State.REJECTED, reason=str(error), at=at)
            return Refusal(f"QuickBooks would not write a credit memo with the item: {error.detail or error}")
    tax = (record.get("TxnTaxDetail") or {}).get("TotalTax") or Decimal(0)
    what = {
        "name": "trial",
        "kind": "CreditMemo",
        "id": str(record["Id"]),
        "customer_id": intent.plan["customer_id"],
        "tax": str(tax),
    }
    now = context.clock.now()
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after={"id": record["Id"]},
            inverse={"none": "it is taken away at once"},
            external_id=str(record["Id"]),
            at=now,
        )
        planned = PlannedIntent(f"{intent.key}:{GONE}", IntentKind.CLEARING_ITEM, now, what)
        intents.plan(conn, company.id, None, [planned])
    return None


def _take_away(context: Context, company: Company, lease: Lease, gateway: Gateway, key: str) -> str | Refusal:
    """The memo is gone; before it, what QuickBooks applied it to by itself."""
    for _ in range(REMOVALS_MAX):
        with reading(context.engine) as conn:
            gone = intents.by_key(conn, company.id, f"{key}:{GONE}")
        assert gone is not None, "it was planned with the memo"
        following = _next(gateway, gone)
        if isinstance(following, Refusal):
            return following
        if gone.state is State.UNKNOWN:
            _another_round(context, lease, gone, "looked up in QuickBooks")
            continue
        if following is None:
            return _done(context, lease, gone)
        kind, record = following
        try:
            _delete(context, company, lease, gateway, gone, kind, record)
        except Refused as error:
            _another_round(context, lease, gone, str(error))
            return Refusal(
                f"QuickBooks would not delete the trial's {kind} {record['Id']} again: "
                f"{error.detail or error} Delete it there, then ask again."
            )
        _another_round(context, lease, gone, f"{kind} {record['Id']} is gone")
    return Refusal("QuickBooks goes on applying the trial's credit memo. Delete it there, then ask again.")


def _delete(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    gone: Intent,
    kind: str,
    record: Mapping[str, Any],
) -> None:
    id, token = str(record["Id"]), str(record.get("SyncToken", "0"))
    body = {"kind": kind, "id": id, "token": token}
    begun = attempts.begin(context, company, lease, [Prepared(gone, body, {"kind": kind})])
    attempts.send(context, lease, begun, lambda name: gateway.delete(kind, id, token, name))


def _next(gateway: Gateway, gone: Intent) -> tuple[str, Mapping[str, Any]] | Refusal | None:
    """What has to go now; None: nothing is left."""
    memo_id = str(gone.plan["id"])
    who, which = wire.literal(str(gone.plan["customer_id"])), wire.literal(memo_id)
    memos, payments = gateway.queries(
        [
            f"SELECT * FROM CreditMemo WHERE Id = {which}",
            f"SELECT * FROM Payment WHERE CustomerRef = {who} ORDERBY Id DESC MAXRESULTS 1000",
        ]
    )
    if not memos:
        return None
    for payment in payments:
        if not plan_allocation.applied(payment, memo_id):
            continue
        if payment.get("TotalAmt"):
            return Refusal(
                f"Payment {payment['Id']} uses the trial's credit memo of the smallest amount. "
                "Take it off that payment in QuickBooks, then ask again."
            )
        return "Payment", payment
    return "CreditMemo", memos[0]


def _done(context: Context, lease: Lease, gone: Intent) -> str | Refusal:
    with durable(context.engine) as conn:
        if gone.state is State.PLANNED:
            intents.ready(conn, lease, gone, body=None, body_hash=None, before=None, round=gone.round)
        intents.settle(
            conn,
            lease,
            gone.id,
            State.CONFIRMED,
            after={"gone": gone.plan["id"]},
            inverse={"none": "a trial is not written again"},
            external_id=str(gone.plan["id"]),
            at=context.clock.now(),
        )
    tax = Decimal(gone.plan["tax"])
    if tax:
        return Refusal(
            f"QuickBooks put {tax} of tax on a credit memo with the item, which was deleted again. "
            "Installment invoices cannot be written before the item is free of tax."
        )
    return "A credit memo with them was written, had no tax, and was deleted again."


def _another_round(context: Context, lease: Lease, gone: Intent, reason: str) -> None:
    with durable(context.engine) as conn:
        intents.settle(conn, lease, gone.id, State.READY, reason=reason)
        intents.ready(conn, lease, gone, body=None, body_hash=None, before=None, round=gone.round + 1)


def _there(gateway: Gateway, intent: Intent) -> dict[str, Any] | None:
    who = wire.literal(str(intent.plan["customer_id"]))
    rows = gateway.query(f"SELECT * FROM CreditMemo WHERE CustomerRef = {who} MAXRESULTS 1000")
    mark = f"(ref {intent.plan['ref']})"
    return next((row for row in rows if mark in str(row.get("PrivateNote", ""))), None)


def _body(company: Company, customer_id: str, currency: str, ref: str, on: str) -> dict[str, Any]:
    amount = quantum(currency)
    detail: dict[str, Any] = {"ItemRef": {"value": company.clearing_item_id}, "Qty": 1, "UnitPrice": amount}
    tax = company.preferences.get("plan_tax")
    detail["TaxCodeRef"] = {"value": "NON" if company.country == "US" else (tax or {}).get("id")}
    body: dict[str, Any] = {
        "CustomerRef": {"value": customer_id},
        "TxnDate": on,
        "PrivateNote": f"A trial of payment plans, deleted at once. (ref {ref})",
        "Line": [{"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}],
    }
    return body if company.country == "US" else body | {"GlobalTaxCalculation": "NotApplicable"}
