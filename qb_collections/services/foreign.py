"""Contacts that we did not make: QuickBooks says it e-mailed an invoice, and it was not for us.

They count for the gap and the caps, from the invoice's due date on, and advance nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from qb_collections.core.books import Invoice
from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.decision import Channel
from qb_collections.services.context import Context
from qb_collections.store import cases, contacts, mirror
from qb_collections.store.companies import Company
from qb_collections.store.contacts import StoredContact
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease

LOOK_BACK = timedelta(days=30)  # the longest window of the caps
SAME_SEND = timedelta(minutes=2)  # QuickBooks' delivery time and ours of one and the same send


def record(context: Context, company: Company, lease: Lease) -> int:
    """Record the sends of the last 30 days that are not ours; return how many.  Asks QuickBooks nothing."""
    since = context.clock.now() - LOOK_BACK
    with durable(context.engine) as conn:
        lease.check(conn)
        sent = [one for one in mirror.open_invoices(conn, company.id) if one.sent_at and one.sent_at >= since]
        if not sent:
            return 0
        known = contacts.recent(conn, company.id, since=company.today(since), limit=100_000)
        ours = _by_invoice(known)
        new = [invoice for invoice in sent if not _is_known(invoice, ours.get(invoice.id, ()))]
        heads = cases.billed_with(conn, company.id, [invoice.customer_id for invoice in new])
        for invoice in new:
            assert invoice.sent_at is not None
            contact = Contact(
                on=company.today(invoice.sent_at),
                kind=ContactKind.FOREIGN,
                stage=None,
                cycle=None,
                number=None,
                invoice_ids=(invoice.id,),
            )
            contacts.record(
                conn,
                company.id,
                heads[invoice.customer_id].id if invoice.customer_id in heads else invoice.customer_id,
                invoice.balance.currency,
                contact,
                at=invoice.sent_at,
                channel=Channel.QUICKBOOKS,
                recipient=invoice.email,
            )
    return len(new)


def _by_invoice(known: list[StoredContact]) -> dict[str, list[datetime]]:
    times: dict[str, list[datetime]] = {}
    for one in known:
        if one.channel is Channel.QUICKBOOKS:
            for invoice_id in one.contact.invoice_ids:
                times.setdefault(invoice_id, []).append(one.at)
    return times


def _is_known(invoice: Invoice, times: list[datetime] | tuple[()]) -> bool:
    assert invoice.sent_at is not None
    return any(abs(invoice.sent_at - at) <= SAME_SEND for at in times)
