"""Customers made one in QuickBooks.  Only the survivor is told of: documents move silently.

So a changed customer is looked into when nothing that was told explains the change: the balance moved by
more than the documents did, nothing about it moved at all, or a document has another owner.  What people
said about the one that is gone (holds, and contacts, for gap and caps) follows the documents.  One who is
gone with nothing open, while the survivor's own documents changed too, is told of by a push alone; where
none comes, the weekly count finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from qb_collections.core.books import CreditMemo, Customer, Invoice, Payment
from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.money import Money
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.reading import ALL_CUSTOMERS
from qb_collections.quickbooks.values import Changes
from qb_collections.services import mirroring
from qb_collections.services.context import Context
from qb_collections.services.full_sync import FullSync
from qb_collections.services.sync_report import silent
from qb_collections.store import cases, contacts, merged, mirror, policy_assignments
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease

CONTACTS_FOR = timedelta(days=90)  # contacts that gap and caps may still count
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
    owners: Mapping[tuple[str, str], str]  # by kind and id of a document


def before(conn: Connection, company: Company, changes: Changes) -> Known:
    known = mirror.customers(conn, company.id, [one.id for one in changes.customers])
    owners: dict[tuple[str, str], str] = {}
    for kind, found in _documents(changes).items():
        had = mirror.owners(conn, company.id, kind, [one.id for one in found])
        owners |= {(kind, id): customer_id for id, customer_id in had.items()}
    return Known(known, hidden(conn, company, list(known.values())), owners)


def follow(
    context: Context, company: Company, lease: Lease, gateway: Gateway, changes: Changes, known: Known
) -> int:
    """Look into what cannot be explained; return how many customers are gone.  Mostly this asks nothing."""
    told = changes.deleted.get("Customer", frozenset())
    suspects = _suspects(context, company, changes, known)
    into = {
        known.owners[kind, one.id]: one.customer_id
        for kind, found in _documents(changes).items()
        for one in found
        if known.owners.get((kind, one.id), one.customer_id) != one.customer_id
    }
    gone = set(told)
    if 0 < len(suspects) <= SUSPECTS_MAX:
        into |= _read_suspects(context, company, lease, gateway, suspects)
    if into or 0 < len(suspects) <= SUSPECTS_MAX:
        gone |= _missing(context, company, lease, gateway, into.keys())
    _take_away(context, company, lease, gateway, gone, into)
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
        _take_away(context, company, lease, gateway, gone, into)


def _take_away(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    gone: Collection[str],
    into: Mapping[str, str],
) -> None:
    """into: by customer who is gone, who they are now, as far as that is known."""
    if not gone:
        return
    known = {**into, **_move(context, company, lease, gateway, gone)}
    with durable(context.engine) as conn:
        lease.check(conn)
        for one in known.keys() & set(gone):
            _carry(conn, context, company, one, known[one])
    _log.info("customers were merged or are gone", company=company.alias, customers=len(gone))


def _documents(changes: Changes) -> dict[str, Sequence[Invoice | Payment | CreditMemo]]:
    return {"Invoice": changes.invoices, "Payment": changes.payments, "CreditMemo": changes.credit_memos}


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
) -> dict[str, str]:
    """Their open documents as they are; by customer who had one of them in the mirror: who has it now."""
    live = gateway.live(sorted(suspects))
    with derived(context.engine) as conn:
        lease.check(conn)
        had = mirror.invoices(conn, company.id, live.documents)
        # The links of payments stay as they are: only whose they are has changed.
        mirror.put_invoices(conn, company.id, live.invoices)
        mirror.put_payments(conn, company.id, live.payments)
        mirror.put_credit_memos(conn, company.id, live.credit_memos)
        into = {
            one.customer_id: live.documents[id].invoice.customer_id
            for id, one in had.items()
            if one.customer_id != live.documents[id].invoice.customer_id
        }
        cases.touch(conn, company.id, [*suspects, *into], company.today(context.clock.now()))
    return into


def _move(
    context: Context, company: Company, lease: Lease, gateway: Gateway, gone: Collection[str]
) -> dict[str, str]:
    """Every document of those who are gone is somebody else's now, or gone too; by former owner: whose."""
    with reading(context.engine) as conn:
        documents = mirror.documents_of(conn, company.id, gone)
    take = [gateway.still_there(kind, ids) for kind, ids in documents.items() if ids]
    into: dict[str, str] = {}
    with derived(context.engine) as conn:
        lease.check(conn)
        for changes in take:
            had = mirror.invoices(conn, company.id, [one.id for one in changes.invoices])
            mirroring.take_over(conn, context, company, changes)
            into |= {had[one.id].customer_id: one.customer_id for one in changes.invoices}
        mirror.delete_customers(conn, company.id, gone)
    return into


def _carry(conn: Connection, context: Context, company: Company, gone: str, into: str) -> None:
    """What stands and was said about the one goes on about the other.  Again, it changes nothing."""
    merged.hand_on_holds(conn, company.id, gone, into)
    merged.hand_on_dealings(conn, company.id, gone, into)
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
        said = Contact(
            on=one.contact.on,
            kind=ContactKind.FOREIGN,
            stage=None,
            cycle=None,
            number=None,
            invoice_ids=one.contact.invoice_ids,
        )
        contacts.record(
            conn,
            company.id,
            into,
            one.currency,
            said,
            at=one.at,
            channel=one.channel,
            recipient=one.recipient,
        )


def _take(found: dict[str, Money], customer_id: str, amount: Money) -> None:
    if found[customer_id].currency == amount.currency:
        found[customer_id] -= amount
