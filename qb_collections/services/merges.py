"""Customers made one in QuickBooks.  Only the survivor is told of: documents move silently.

So a changed customer is looked into when nothing that was told explains the change: the balance moved by
more than the documents did, nothing about it moved at all, or a document has another owner, whoever read
that document: the night, a contact's last look, a tie-out.  What was agreed with and said of the one that is
gone (plans, holds, and contacts, for gap and caps) follows the documents before anything leaves.  One who is
gone with nothing open, while the survivor's own documents changed too, is told of by a push alone; where
none comes, the weekly count finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.money import Money
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.reading import ALL_CUSTOMERS
from qb_collections.quickbooks.values import Changes
from qb_collections.services import mirroring, placing
from qb_collections.services.contacts import heard_too
from qb_collections.services.context import Context
from qb_collections.services.full_sync import FullSync
from qb_collections.services.outcomes import AUTOMATIC_TASKS
from qb_collections.services.placing import Wanted
from qb_collections.services.sync_report import silent
from qb_collections.store import (
    audit,
    cases,
    contacts,
    holds,
    merged,
    mirror,
    plans,
    policy_assignments,
    tasks,
)
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease

CONTACTS_FOR = timedelta(days=90)  # contacts that gap and caps may still count
ANOTHERS = (
    "This invoice is on payment plan {plan}, which was agreed with another customer; QuickBooks has it with "
    "this one now. Nothing goes out about it until you lift this mark."
)
MERGED = "In QuickBooks they are one customer with {name} now; it is decided again under that name."
SUSPECTS_MAX = 200  # more customers than this at once are somebody's import: the weekly count sees to those

_log = structlog.get_logger("merges")

Hidden = Mapping[str, Money]  # by customer: the balance less what the mirror's documents make of it


def hidden(conn: Connection, company: Company, customers: Collection[Customer]) -> Hidden:
    """What of each customer's balance no document explains (a journal entry, say)."""
    found = {one.id: one.balance for one in customers}
    for invoice in mirror.open_invoices(conn, company.id, found):
        _take(found, invoice.customer_id, invoice.balance)
    for payment in mirror.payments_with_unapplied(conn, company.id, found):
        _take(found, payment.customer_id, -payment.unapplied)
    for memo in mirror.credit_memos_open(conn, company.id, found):
        _take(found, memo.customer_id, -memo.remaining)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What the mirror held of all that a capture names, before the capture was taken over."""

    customers: Mapping[str, Customer]
    hidden: Hidden


def before(conn: Connection, company: Company, changes: Changes) -> Known:
    known = mirror.customers(conn, company.id, [one.id for one in changes.customers])
    return Known(known, hidden(conn, company, list(known.values())))


def follow(
    context: Context, company: Company, lease: Lease, gateway: Gateway, changes: Changes, known: Known
) -> int:
    """Look into what cannot be explained; return how many customers are gone.  Mostly this asks nothing."""
    told = changes.deleted.get("Customer", frozenset())
    suspects = _suspects(context, company, changes, known)
    looked_into = 0 < len(suspects) <= SUSPECTS_MAX
    if looked_into:
        _read_suspects(context, company, lease, gateway, suspects)
    gone = settle(context, company, lease, gateway, gone=told, ask=looked_into)
    return len(gone - told)


def told(context: Context, company: Company, lease: Lease, into: Mapping[str, str]) -> None:
    """Customers of whom a push said that they are somebody else now (by former: who).

    Whom the mirror has lost already costs nothing; the push is not believed before QuickBooks' count agrees.
    """
    with reading(context.engine) as conn:
        left = mirror.customers(conn, company.id, into.keys())
    if left:
        gateway = context.gateway(company, lease)
        gone = _missing(context, company, lease, gateway, left.keys())
        settle(context, company, lease, gateway, gone=gone, into=into)


def settle(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    *,
    gone: Collection[str] = (),
    into: Mapping[str, str] | None = None,
    ask: bool = False,
) -> frozenset[str]:
    """What was agreed, held and said follows documents that turned up as another customer's.

    Whoever put a document into the mirror, its former owner stands in owner_change until this has run; with
    nothing there it is one statement and no request.  Return the customers of whom it is known now that they
    are gone.  gone: who is, known otherwise; into: who these are, where it was told; ask: count in any case.
    """
    with reading(context.engine) as conn:
        changed = mirror.owner_changes(conn, company.id)
        there = mirror.customers(conn, company.id, changed)
    lost = {*gone, *(changed.keys() - there.keys())}
    if there:
        # No count: somebody new may stand in the place of the one who is gone.
        lost |= there.keys() - gateway.live(sorted(there)).customers.keys()
    if ask:
        lost |= _missing(context, company, lease, gateway, lost)
    if lost:
        _move(context, company, lease, gateway, lost)
    if lost or changed:
        _follow_documents(context, company, lease, lost, into or {})
    if lost:
        _log.info("customers were merged or are gone", company=company.alias, customers=len(lost))
    return frozenset(lost)


def _follow_documents(
    context: Context, company: Company, lease: Lease, lost: Collection[str], into: Mapping[str, str]
) -> None:
    """In one transaction with what asks for it, so that an end of the process leaves nothing half carried."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        changed = mirror.owner_changes(conn, company.id)
        heirs = {**into, **changed}
        cases.touch(conn, company.id, {*changed, *heirs.values()}, company.today(now))
        for one in sorted(lost):
            survivor = _survivor(one, heirs, lost)
            if survivor is not None:
                _carry(conn, context, company, one, survivor)
                audit.append(
                    conn, company.id, "system", "customer merged", f"customer {survivor}", {"was": one}, now
                )
        merged.holds_follow_invoices(conn, company.id, changed)
        for customer_id, invoice_id, number in merged.planned_elsewhere(
            conn, company.id, changed, plans.RUNNING
        ):
            if customer_id in changed.values():  # not one of those billed with them from the first
                _hold_planned(conn, company, customer_id, invoice_id, number, now)
        mirror.owner_changes_followed(conn, company.id, changed)


def _survivor(one: str, heirs: Mapping[str, str], lost: Collection[str]) -> str | None:
    """Who they are now, also where the survivor was merged away in turn; None: nothing of theirs tells."""
    seen = {one}
    found = heirs.get(one)
    while found is not None and found in lost and found not in seen:
        seen.add(found)
        found = heirs.get(found)
    return None if found in lost else found


def _hold_planned(
    conn: Connection, company: Company, customer_id: str, invoice_id: str, number: int, at: datetime
) -> None:
    """An invoice on a plan that a person gave to somebody else: who owes what is for people to say."""
    if any(one.invoice_id == invoice_id for one in holds.active(conn, company.id, customer_id)):
        return
    reason = ANOTHERS.format(plan=f"PP{number}")
    placing.put(
        conn, company, Wanted(HoldKind.EXCLUSION, customer_id, invoice_id, reason), by="system", at=at
    )


def _missing(
    context: Context, company: Company, lease: Lease, gateway: Gateway, former: Collection[str]
) -> set[str]:
    """Who is gone: a count tells whether anybody is, and whether the former owners are all of them."""
    with reading(context.engine) as conn:
        ours = mirror.ids(conn, company.id)["Customer"]
    there = gateway.count("Customer", ALL_CUSTOMERS)
    if len(ours) == there:
        return set()
    likely = ours.intersection(former)
    if likely and len(ours) - len(likely) == there:
        return set(likely)
    whole = FullSync(context, company, lease, gateway, silent)
    return set(ours - gateway.customers(whole.customers_page).ids)


def _suspects(context: Context, company: Company, changes: Changes, known: Known) -> list[str]:
    busy = {
        one.customer_id for kind in (changes.invoices, changes.payments, changes.credit_memos) for one in kind
    }
    # Of what was deleted nobody tells whose it was.
    something_deleted = any(ids for kind, ids in changes.deleted.items() if kind != "Customer")
    with reading(context.engine) as conn:
        now = hidden(conn, company, changes.customers)
    found = []
    for one in changes.customers:
        earlier = known.customers.get(one.id)
        if earlier is None:
            continue
        same = replace(one, updated_at=None) == replace(earlier, updated_at=None)
        untold = same and one.id not in busy and not something_deleted
        if untold or now[one.id] != known.hidden[one.id]:
            found.append(one.id)
    return found


def _read_suspects(
    context: Context, company: Company, lease: Lease, gateway: Gateway, suspects: Collection[str]
) -> None:
    """Their open documents as they are."""
    live = gateway.live(sorted(suspects))
    with derived(context.engine) as conn:
        lease.check(conn)
        # The links of payments stay as they are: only whose they are has changed.
        mirror.put_invoices(conn, company.id, live.invoices)
        mirror.put_payments(conn, company.id, live.payments)
        mirror.put_credit_memos(conn, company.id, live.credit_memos)
        cases.touch(conn, company.id, suspects, company.today(context.clock.now()))


def _move(context: Context, company: Company, lease: Lease, gateway: Gateway, gone: Collection[str]) -> None:
    """Every document of those who are gone is somebody else's now, or gone too."""
    with reading(context.engine) as conn:
        documents = mirror.documents_of(conn, company.id, gone)
    take = [gateway.still_there(kind, ids) for kind, ids in documents.items() if ids]
    with derived(context.engine) as conn:
        lease.check(conn)
        for changes in take:
            mirroring.take_over(conn, context, company, changes)
        mirror.delete_customers(conn, company.id, gone)


def _carry(conn: Connection, context: Context, company: Company, gone: str, into: str) -> None:
    """What stands and was said about the one goes on about the other.  Again, it changes nothing."""
    merged.hand_on_holds(conn, company.id, gone, into)
    merged.hand_on_plans(conn, company.id, gone, into)
    merged.hand_on_importance(conn, company.id, gone, into)
    merged.hand_on_dealings(conn, company.id, gone, into)
    merged.hand_on_language(conn, company.id, gone, into)
    _hand_on_tasks(conn, company, gone, into, context.clock.now())
    policy_assignments.hand_on(conn, company.id, gone, into)
    since = company.today(context.clock.now() - CONTACTS_FOR)
    for one in contacts.recent(conn, company.id, since=since, limit=100_000):
        if one.customer_id != gone or one.contact.kind is ContactKind.ANSWER:
            continue
        if any(
            other.at == one.at and other.contact.invoice_ids == one.contact.invoice_ids
            for other in contacts.of_customer(conn, company.id, into, one.currency)
        ):
            continue
        heard_too(
            conn,
            company,
            into,
            one.currency,
            one.contact,
            at=one.at,
            channel=one.channel,
            recipient=one.recipient,
        )


def _hand_on_tasks(conn: Connection, company: Company, gone: str, into: str, at: datetime) -> None:
    """What was decided of the one who is gone is decided again; what else waits for a person goes on."""
    survivor = mirror.customers(conn, company.id, [into]).get(into)
    because = MERGED.format(name=survivor.name if survivor is not None else "somebody else")
    for task in tasks.open_of(conn, company.id, [gone], AUTOMATIC_TASKS):
        if not task.payload.get("answer"):
            tasks.close(conn, company.id, task.id, state="closed", outcome=because, by="system", at=at)
    merged.hand_on_tasks(conn, company.id, gone, into)


def _take(found: dict[str, Money], customer_id: str, amount: Money) -> None:
    if found[customer_id].currency == amount.currency:
        found[customer_id] -= amount
