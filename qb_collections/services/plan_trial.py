"""Setting payment plans up before the first one: the account, the item, the tax code, and a trial of them.

The trial is a credit memo of the smallest amount, looked at and deleted at once: QuickBooks then surely
takes the item on that account, and puts no tax on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from qb_collections.core.identity import marker
from qb_collections.core.intents import Intent, IntentKind, PlannedIntent, State
from qb_collections.core.money import quantum
from qb_collections.core.wording import list_text, short
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.errors import Refused
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts, plan_gate, plan_setup
from qb_collections.services.attempts import Prepared
from qb_collections.services.context import Context
from qb_collections.services.plan_facts import COUNTRIES
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

# QuickBooks' own names of the codes that enter no return (reference: plan-accounting.md, 8).
OUT_OF_SCOPE = ("no vat", "no gst", "bas excluded", "out of scope", "hors champ")
TRIAL_KEY = "setup:trial"


def set_up(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    *,
    by: str,
    tax_code: str | None = None,
    account: str | None = None,
) -> list[str] | Refusal:
    """Make and try what installment invoices need; sentences that say what stands now."""
    if company.country not in COUNTRIES:
        return Refusal(
            f"Installment invoices are written in {list_text(COUNTRIES)} only; this company is in "
            f"{company.country}. Plans that are kept here need no set-up."
        )
    closed = plan_gate.closed(context, company)
    if closed is not None:
        return Refusal(f"Nothing is set up now. {closed.because}")
    if account is not None:
        wrong = plan_setup.unfit(context, company, gateway, account)
        if wrong is not None:
            return wrong
    code = _tax_code(context, company, lease, gateway, tax_code, by)
    if isinstance(code, Refusal):
        return code
    ready = plan_setup.ensure(context, company, lease, gateway, account_name=account)
    if isinstance(ready, Refusal):
        return ready
    tried = _trial(context, ready, lease, gateway)
    if isinstance(tried, Refusal):
        return tried
    name = account or plan_setup.ACCOUNT_NAME
    said = [f'The account "{name}" and the item "{plan_setup.ITEM_NAME}" are there.', tried]
    return [*said, f'Tax code: "{code}", confirmed by {by}.'] if code else said


def _tax_code(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    name: str | None,
    by: str,
) -> str | Refusal | None:
    """Outside the US: the code that means out of scope, as a person confirms it.  Its name."""
    if company.country == "US":
        return None
    known = company.preferences.get("plan_tax")
    if name is None and known:
        return str(known["name"])
    rows = [
        row
        for row in gateway.query("SELECT * FROM TaxCode MAXRESULTS 1000")
        if row.get("Active") is not False
    ]
    fitting = [str(row["Name"]) for row in rows if str(row["Name"]).lower() in OUT_OF_SCOPE]
    offered = f" Here it is {list_text(fitting)}." if fitting else " QuickBooks lists none by a name we know."
    if name is None:
        return Refusal(
            f"Say which tax code means out of scope, so that a plan enters no tax return.{offered}",
            "With: qb-collections plan setup --tax-code NAME",
        )
    found = next((row for row in rows if str(row["Name"]).lower() == name.strip().lower()), None)
    if found is None:
        return Refusal(f"QuickBooks has no tax code {short(name, 30)!r}.{offered}")
    if str(found["Name"]).lower() not in OUT_OF_SCOPE:
        return Refusal(
            f"The tax code {short(name, 30)!r} does not mean out of scope: zero-rated and exempt amounts "
            f"enter the tax return, and a plan must not.{offered}"
        )
    value = {"id": str(found["Id"]), "name": str(found["Name"]), "by": by}
    with durable(context.engine) as conn:
        lease.check(conn)
        preferences = companies.get(conn, company.id).preferences | {"plan_tax": value}
        companies.update(conn, company.id, preferences=preferences)
        audit.append(conn, company.id, by, "tax code of plans", value["name"], value, context.clock.now())
    return value["name"]


def _trial(context: Context, company: Company, lease: Lease, gateway: Gateway) -> str | Refusal:
    """Write a credit memo of the smallest amount, look at it, and delete it; once per item."""
    key = f"{TRIAL_KEY}:{company.clearing_item_id}"
    with reading(context.engine) as conn:
        made = intents.by_key(conn, company.id, key)
    customers = gateway.query("SELECT * FROM Customer WHERE Active = true MAXRESULTS 1")
    if not customers:
        return "There is no customer yet to try them on; the first plan will tell."
    ref = marker(company.key, key)
    now = context.clock.now()
    currency = str((customers[0].get("CurrencyRef") or {}).get("value") or company.currency)
    body = _body(company, customers[0], currency, ref, company.today(now).isoformat())
    with durable(context.engine) as conn:
        lease.check(conn)
        what = {"name": "trial", "kind": "CreditMemo", "ref": ref, "customer_id": customers[0]["Id"]}
        planned = PlannedIntent(key, IntentKind.CLEARING_ITEM, now, what)
        intents.plan(conn, company.id, None, [planned])
        made = intents.by_key(conn, company.id, key)
    assert made is not None
    record = _written(context, company, lease, gateway, made, body)
    if isinstance(record, Refusal):
        return record
    if record is None:
        return "They were tried before."
    tax = (record.get("TxnTaxDetail") or {}).get("TotalTax") or Decimal(0)
    gateway.delete("CreditMemo", str(record["Id"]), str(record["SyncToken"]), _delete_name(company, key))
    if tax:
        return Refusal(
            f"QuickBooks put {tax} of tax on a credit memo with the item, which was deleted again. "
            "Installment invoices cannot be written before the item is free of tax."
        )
    return "A credit memo with them was written, had no tax, and was deleted again."


def _written(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    intent: Intent,
    body: Mapping[str, Any],
) -> Mapping[str, Any] | Refusal | None:
    """The trial's memo as it is in the books; None when it was tried and deleted before."""
    if intent.state is State.CONFIRMED:
        found = [row for row in _same(gateway, intent) if row["Id"] == intent.external_id]
        return found[0] if found else None
    there = _same(gateway, intent)
    if there:
        record: Mapping[str, Any] = there[0]
        if intent.state is State.PLANNED:
            with durable(context.engine) as conn:
                intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
    else:
        if intent.state is State.UNKNOWN:
            with reading(context.engine) as conn:
                attempt = intents.last_attempt(conn, company.id, intent.id)
            assert attempt is not None, "what is unknown was attempted"
            begun = attempts.again(context, lease, attempt)
        else:
            begun = attempts.begin(context, company, lease, [Prepared(intent, dict(body), {})])
        sent = begun.members[0].body or {}
        try:
            record = attempts.send(
                context, lease, begun, lambda name: gateway.create("CreditMemo", sent, name)
            )
        except Refused as error:
            with durable(context.engine) as conn:
                at = context.clock.now()
                intents.settle(conn, lease, intent.id, State.REJECTED, reason=str(error), at=at)
            return Refusal(f"QuickBooks would not write a credit memo with the item: {error.detail or error}")
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after={"id": record["Id"]},
            inverse={"none": "it was deleted at once"},
            external_id=str(record["Id"]),
            at=context.clock.now(),
        )
    return record


def _same(gateway: Gateway, intent: Intent) -> list[dict[str, Any]]:
    who = wire.literal(str(intent.plan["customer_id"]))
    rows = gateway.query(f"SELECT * FROM CreditMemo WHERE CustomerRef = {who} MAXRESULTS 1000")
    return [row for row in rows if f"(ref {intent.plan['ref']})" in str(row.get("PrivateNote", ""))]


def _body(company: Company, customer: Mapping[str, Any], currency: str, ref: str, on: str) -> dict[str, Any]:
    amount = quantum(currency)
    detail: dict[str, Any] = {"ItemRef": {"value": company.clearing_item_id}, "Qty": 1, "UnitPrice": amount}
    tax = company.preferences.get("plan_tax")
    detail["TaxCodeRef"] = {"value": "NON" if company.country == "US" else (tax or {}).get("id")}
    body: dict[str, Any] = {
        "CustomerRef": {"value": customer["Id"]},
        "TxnDate": on,
        "PrivateNote": f"A trial of payment plans, deleted at once. (ref {ref})",
        "Line": [{"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}],
    }
    return body if company.country == "US" else body | {"GlobalTaxCalculation": "NotApplicable"}


def _delete_name(company: Company, key: str) -> str:
    return f"trial{marker(company.key, key)}delete"
