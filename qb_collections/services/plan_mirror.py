"""Answers to our own writes go into the mirror at once; their echoes change nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection

from qb_collections.core.books import CreditMemo
from qb_collections.core.money import Money
from qb_collections.quickbooks import rows, translate
from qb_collections.quickbooks.decoding import sensible
from qb_collections.quickbooks.errors import AnswerLost
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Live
from qb_collections.store import mirror


def put_record(
    conn: Connection, company_id: int, gateway: Gateway, kind: str, record: Mapping[str, Any]
) -> None:
    """Put one document, as QuickBooks answered it, into the mirror.  Raises Unreadable, AnswerLost."""
    if kind == "Invoice":
        mirror.put_invoices(conn, company_id, [gateway.document_of(record).invoice])
    elif kind == "CreditMemo":
        mirror.put_credit_memos(conn, company_id, [credit_memo(gateway, record)])
    elif kind == "Payment":
        row = _converted(record, rows.PaymentRow)
        with sensible():
            mirror.put_payments(conn, company_id, [translate.payment(row, gateway.home_currency)])
            mirror.put_links(
                conn, company_id, translate.links(row, gateway.home_currency), payment_ids=[row.Id]
            )


def credit_memo(gateway: Gateway, record: Mapping[str, Any]) -> CreditMemo:
    with sensible():
        return translate.credit_memo(_converted(record, rows.CreditMemoRow), gateway.home_currency)


def take_away(conn: Connection, company_id: int, kind: str, document_id: str) -> None:
    """A document of ours is gone from the books."""
    if kind == "Invoice":
        mirror.delete_invoices(conn, company_id, [document_id])
    elif kind == "CreditMemo":
        mirror.delete_credit_memos(conn, company_id, [document_id])
    elif kind == "Payment":
        mirror.delete_payments(conn, company_id, [document_id])


def put_live(conn: Connection, company_id: int, live: Live) -> None:
    """What was just read about some customers: open documents, and invoices asked for by id.

    A credit of theirs that is open no more was used up since the mirror saw it.
    """
    mirror.put_customers(conn, company_id, live.customers.values())
    mirror.put_invoices(conn, company_id, live.invoices)
    mirror.delete_invoices(conn, company_id, live.missing)
    memos = {one.id for one in live.credit_memos}
    payments = {one.id for one in live.payments}
    mirror.put_credit_memos(
        conn,
        company_id,
        [
            replace(one, remaining=Money.zero(one.remaining.currency))
            for one in mirror.credit_memos_open(conn, company_id, live.customers)
            if one.id not in memos
        ],
    )
    mirror.put_payments(
        conn,
        company_id,
        [
            replace(one, unapplied=Money.zero(one.unapplied.currency))
            for one in mirror.payments_with_unapplied(conn, company_id, live.customers)
            if one.id not in payments
        ],
    )
    mirror.put_credit_memos(conn, company_id, live.credit_memos)
    mirror.put_payments(conn, company_id, live.payments)


def _converted(record: Mapping[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(record, kind)
    except msgspec.ValidationError as error:
        raise AnswerLost(detail=str(error)[:200]) from None
