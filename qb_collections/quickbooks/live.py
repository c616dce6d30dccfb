"""The look before a contact: which queries it takes, and what their answers say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from qb_collections.core.books import Link
from qb_collections.quickbooks import rows, translate, wire
from qb_collections.quickbooks.decoding import sensible
from qb_collections.quickbooks.scanning import PAGE_ROWS
from qb_collections.quickbooks.values import Live

IDS_PER_QUERY = 30


def live_statements(
    customer_ids: Sequence[str],
    invoice_ids: Sequence[str],
    payment_ids: Sequence[str],
    payments_since: datetime | None,
) -> list[str]:
    statements = []
    end = f"MAXRESULTS {PAGE_ROWS}"
    recent = (
        f" AND MetaData.LastUpdatedTime >= {wire.literal(wire.instant(payments_since))}"
        if payments_since
        else ""
    )
    for at in range(0, len(customer_ids), IDS_PER_QUERY):
        ids = wire.one_of(customer_ids[at : at + IDS_PER_QUERY])
        statements += [
            f"SELECT * FROM Customer WHERE Id IN {ids} AND Active IN (true, false) {end}",
            f"SELECT * FROM Invoice WHERE CustomerRef IN {ids} AND Balance > '0' {end}",
            f"SELECT * FROM CreditMemo WHERE CustomerRef IN {ids} AND Balance > '0' {end}",
            f"SELECT * FROM Payment WHERE CustomerRef IN {ids}{recent} {end}",
        ]
    for kind, wanted in (("Invoice", invoice_ids), ("Payment", payment_ids)):
        for at in range(0, len(wanted), IDS_PER_QUERY):
            ids = wire.one_of(wanted[at : at + IDS_PER_QUERY])
            statements.append(f"SELECT * FROM {kind} WHERE Id IN {ids} {end}")
    return statements


def live_of(slots: Iterable[rows.FullSlot], wanted: Iterable[str], read_at: datetime, home: str) -> Live:
    slots = list(slots)
    with sensible():
        documents = {row.Id: translate.invoice_document(row, home) for slot in slots for row in slot.Invoice}
        return Live(
            read_at=read_at,
            customers={row.Id: translate.customer(row, home) for slot in slots for row in slot.Customer},
            documents=documents,
            credit_memos=translate.distinct(
                memo
                for slot in slots
                for memo in (translate.credit_memo(row, home) for row in slot.CreditMemo)
                if memo.remaining
            ),
            payments=translate.distinct(
                payment
                for slot in slots
                for payment in (translate.payment(row, home) for row in slot.Payment)
                if payment.unapplied
            ),
            missing=frozenset(wanted).difference(documents),
            received=translate.distinct(
                translate.payment(row, home) for slot in slots for row in slot.Payment
            ),
            links=_links(slots, home),
            postal={row.Id: translate.postal_lines(row) for slot in slots for row in slot.Customer},
        )


def together(first: Live, second: Live) -> Live:
    """Two looks as one, as old as the first; what both read is as the second found it."""
    return Live(
        read_at=first.read_at,
        customers=first.customers | second.customers,
        documents=first.documents | second.documents,
        credit_memos=translate.distinct([*first.credit_memos, *second.credit_memos]),
        payments=translate.distinct([*first.payments, *second.payments]),
        missing=first.missing,
        received=translate.distinct([*first.received, *second.received]),
        links=tuple(dict.fromkeys((*first.links, *second.links))),
        postal=first.postal | second.postal,
    )


def _links(slots: Iterable[rows.FullSlot], home: str) -> tuple[Link, ...]:
    """Each payment's once, though two queries may have answered it."""
    by_id = {row.Id: translate.links(row, home) for slot in slots for row in slot.Payment}
    return tuple(link for some in by_id.values() for link in some)
