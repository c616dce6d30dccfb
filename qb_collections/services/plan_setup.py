"""The clearing account and its item, made once per company and tried before the first plan.

The account is Other Current Asset; where QuickBooks does not take a service item there, Other Current
Liability.  Both are found again by name, so a lost answer never makes a second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qb_collections.core.intents import Intent, IntentKind, PlannedIntent, State
from qb_collections.core.wording import short
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.errors import QuickBooksError, Refused
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import attempts
from qb_collections.services.attempts import Prepared
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

ACCOUNT_NAME = "Payment plan clearing"
ITEM_NAME = "Payment plan (not a sale)"
ASSET, LIABILITY = "Other Current Asset", "Other Current Liability"
KINDS = (IntentKind.CLEARING_ACCOUNT, IntentKind.CLEARING_ITEM)
# Accounts that QuickBooks itself posts to, or that hold tax.
CONTROL = (
    "UndepositedFunds",
    "SalesTaxPayable",
    "GlobalTaxPayable",
    "GlobalTaxSuspense",
    "GlobalTaxDeferred",
)
ITEM_KEY = "setup:clearing-item:"  # with the id of its account
BEGUN = (State.PLANNED, State.READY, State.SENDING, State.UNKNOWN)
LOST_MAX = 2  # lost answers that are read for at once; after these the next call goes on


def ensure(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    *,
    item: Mapping[str, Any] | None = None,
    account_name: str | None = None,
) -> Company | Refusal:
    """The company with a clearing account and item that QuickBooks accepts now.

    Doing it again after a crash makes nothing twice.  A name that stands for
    something else in these books is refused: an account that others use would
    hide a plan's own zero.  item: the clearing item as it was read just now.
    account_name: an account that a person chose; without one ours is made.
    Raises the QuickBooksError that left it open.
    """
    with reading(context.engine) as conn:
        company = companies.get(conn, company.id)
    if company.clearing_item_id is not None:
        if item is None:
            item = _one(gateway, "Item", f"Id = {wire.literal(company.clearing_item_id)}")
        return _still_good(company, item) or company
    for kind in _kinds_to_try(company):
        chosen = _chosen(context, company, gateway, account_name)
        account = chosen or _account(context, company, lease, gateway, kind)
        if isinstance(account, Refusal):
            return account
        made = _item(context, company, lease, gateway, account)
        if isinstance(made, Mapping):
            return _remember(context, company, lease, account, made)
        if made.message or kind == LIABILITY:
            return made if made.message else Refusal(_NO_ITEM)
        _remember_switch(context, company, lease)
    raise AssertionError("the loop returns with the last kind")


_NO_ITEM = (
    f'QuickBooks does not accept the item "{ITEM_NAME}" on an asset or a liability account. '
    "Installment invoices cannot be written into these books."
)
_NOT_HERE = Refusal("")  # the item is not taken on this kind of account: try the next


def _kinds_to_try(company: Company) -> tuple[str, ...]:
    return (LIABILITY,) if company.preferences.get("clearing_on_liability") else (ASSET, LIABILITY)


def unfit(context: Context, company: Company, gateway: Gateway, name: str) -> Refusal | None:
    """Why an account cannot be the clearing account (plan-accounting.md, 18); None when it can."""
    found = _named(gateway, "Account", name.strip())
    shown = short(name, 60)
    if found is None:
        return Refusal(f'QuickBooks has no account "{shown}". Leave it out, and one is made.')
    kind = str(found.get("AccountType"))
    if found.get("Active") is False:
        return Refusal(f'The account "{shown}" is inactive in QuickBooks. Leave it out, and one is made.')
    if kind not in (ASSET, LIABILITY) or found.get("AccountSubType") in CONTROL:
        return Refusal(
            f'The account "{shown}" is of the kind {kind}, and a plan would change what it says. '
            f"Choose one of the kind {ASSET} or {LIABILITY} that nothing else uses, or leave it out: "
            "one is made."
        )
    if found.get("CurrentBalance"):
        return Refusal(
            f'The account "{shown}" has a balance of {found["CurrentBalance"]}, so others use it. '
            "Choose one that nothing else uses, or leave it out: one is made."
        )
    chosen = company.clearing_account_id
    if chosen is not None and chosen != found["Id"]:
        return Refusal(
            "Plans have a clearing account already; it stays, so that every plan's zero can be seen."
        )
    return None


def _chosen(
    context: Context, company: Company, gateway: Gateway, name: str | None
) -> Mapping[str, Any] | None:
    """The account that a person named, now or before the process ended while its item was being made."""
    if name is not None:
        return _named(gateway, "Account", name.strip())
    with reading(context.engine) as conn:
        begun = intents.list(conn, company.id, states=BEGUN, kinds=[IntentKind.CLEARING_ITEM])
    ids = [one.key.removeprefix(ITEM_KEY) for one in begun if one.key.startswith(ITEM_KEY)]
    return gateway.document("Account", ids[0]) if ids else None


def _still_good(company: Company, item: Mapping[str, Any] | None) -> Refusal | None:
    if item is None or item.get("Active") is False:
        return Refusal(
            f'The item "{ITEM_NAME}" is inactive or gone in QuickBooks. Make it active again there '
            "(Sales, Products and services), then the plan can be written."
        )
    if (item.get("IncomeAccountRef") or {}).get("value") != company.clearing_account_id:
        return Refusal(
            f'The item "{ITEM_NAME}" no longer posts to "{ACCOUNT_NAME}" in QuickBooks. '
            "Point it back there: a plan must not become income."
        )
    return None


def _account(
    context: Context, company: Company, lease: Lease, gateway: Gateway, kind: str
) -> Mapping[str, Any] | Refusal:
    """The account of this type: ours if there is one, else made now.  The name is tried with its type."""
    name = ACCOUNT_NAME if kind == ASSET else f"{ACCOUNT_NAME} (liability)"
    found = _named(gateway, "Account", name)
    if found is not None and (found.get("AccountType") != kind or found.get("Active") is False):
        return Refusal(
            f'QuickBooks already has an account "{name}" that is not an active {kind} account. '
            "Rename it there, so that payment plans get an account of their own."
        )
    subtype = "OtherCurrentAssets" if kind == ASSET else "OtherCurrentLiabilities"
    body = {"Name": name, "AccountType": kind, "AccountSubType": subtype}
    made = _make(
        context,
        company,
        lease,
        gateway,
        IntentKind.CLEARING_ACCOUNT,
        f"setup:clearing-account:{kind}",
        "Account",
        body,
        found,
    )
    if isinstance(made, Refused):
        return Refusal(f'QuickBooks would not create the account "{name}": {made.detail or made.message}')
    return made


def _item(
    context: Context, company: Company, lease: Lease, gateway: Gateway, account: Mapping[str, Any]
) -> Mapping[str, Any] | Refusal:
    """The item on that account; an empty refusal when QuickBooks does not take an item there."""
    found = _named(gateway, "Item", ITEM_NAME)
    if found is not None:
        posts_to = (found.get("IncomeAccountRef") or {}).get("value")
        if posts_to != account["Id"] or found.get("Active") is False:
            return Refusal(
                f'QuickBooks already has an item "{ITEM_NAME}" that is inactive or posts to another account. '
                "Rename it there, so that payment plans get an item of their own."
            )
    body = {
        "Name": ITEM_NAME,
        "Type": "Service",
        "IncomeAccountRef": {"value": account["Id"]},
        "Taxable": False,
        "Description": "Moves an open balance to a payment plan. Not a sale.",
    }
    key = f"{ITEM_KEY}{account['Id']}"
    made = _make(context, company, lease, gateway, IntentKind.CLEARING_ITEM, key, "Item", body, found)
    return _NOT_HERE if isinstance(made, Refused) else made


def _make(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    intent_kind: IntentKind,
    key: str,
    kind: str,
    body: dict[str, Any],
    found: Mapping[str, Any] | None,
) -> Mapping[str, Any] | Refused:
    """One journaled creation; what reading found is taken as ours.  A refusal is answered, not raised."""
    now = context.clock.now()
    what = {"name": body["Name"], "kind": kind}
    with durable(context.engine) as conn:
        lease.check(conn)
        intents.plan(conn, company.id, None, [PlannedIntent(key, intent_kind, now, what)])
        intent = intents.by_key(conn, company.id, key)
    assert intent is not None
    if found is None and intent.state is State.CONFIRMED:
        found = gateway.document(kind, str(intent.external_id))  # somebody renamed it
    for lost in range(LOST_MAX + 1):
        if found is not None:
            _confirm(context, lease, intent, found)
            return found
        try:
            return _send(context, company, lease, gateway, intent, kind, body)
        except Refused as error:
            with durable(context.engine) as conn:
                intents.settle(
                    conn, lease, intent.id, State.REJECTED, reason=str(error), at=context.clock.now()
                )
            return error
        except QuickBooksError as error:
            if error.definite or lost == LOST_MAX:
                raise
        found = _named(gateway, kind, body["Name"])
        with reading(context.engine) as conn:
            intent = intents.get(conn, company.id, intent.id)
    raise AssertionError("the loop returns or raises")


def _send(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    intent: Intent,
    kind: str,
    body: dict[str, Any],
) -> Mapping[str, Any]:
    begun = attempts.same_again(context, company, lease, intent) or attempts.begin(
        context, company, lease, [Prepared(intent, body, {})]
    )
    record = attempts.send(context, lease, begun, lambda name: gateway.create(kind, body, name))
    _settle(context, lease, intent, record)
    return record


def _confirm(context: Context, lease: Lease, intent: Intent, found: Mapping[str, Any]) -> None:
    """It is there already: made by us before a crash, or in an earlier connection."""
    if intent.state is State.CONFIRMED:
        return
    if intent.state is State.PLANNED:
        with durable(context.engine) as conn:
            intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round)
    _settle(context, lease, intent, found)


def _settle(context: Context, lease: Lease, intent: Intent, record: Mapping[str, Any]) -> None:
    with durable(context.engine) as conn:
        intents.settle(
            conn,
            lease,
            intent.id,
            State.CONFIRMED,
            after={"id": record["Id"], "name": record.get("Name")},
            inverse={"none": "accounts and items are made inactive by a person"},
            external_id=str(record["Id"]),
            at=context.clock.now(),
        )


def _remember(
    context: Context, company: Company, lease: Lease, account: Mapping[str, Any], item: Mapping[str, Any]
) -> Company:
    ids = {"account": str(account["Id"]), "item": str(item["Id"])}
    with durable(context.engine) as conn:
        lease.check(conn)
        company = companies.update(
            conn, company.id, clearing_account_id=ids["account"], clearing_item_id=ids["item"]
        )
        audit.append(conn, company.id, "system", "payment plans set up", ITEM_NAME, ids, context.clock.now())
    return company


def _remember_switch(context: Context, company: Company, lease: Lease) -> None:
    with durable(context.engine) as conn:
        lease.check(conn)
        preferences = companies.get(conn, company.id).preferences | {"clearing_on_liability": True}
        companies.update(conn, company.id, preferences=preferences)


def _named(gateway: Gateway, kind: str, name: str) -> dict[str, Any] | None:
    return _one(gateway, kind, f"Name = {wire.literal(name)} AND Active IN (true, false)")


def _one(gateway: Gateway, kind: str, where: str) -> dict[str, Any] | None:
    found = gateway.query(f"SELECT * FROM {kind} WHERE {where} MAXRESULTS 2")
    return found[0] if found else None
