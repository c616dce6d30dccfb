"""From the mirror's rows to the values of core.books, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.store.tables.mirror import mirror_customer, mirror_invoice
from qb_collections.store.types import day_of, instant_of, money, money_of, raw, texts_of


def customer_row(company_id: int, value: Customer) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": value.id,
        "name": value.name,
        "currency": value.currency,
        "balance": value.balance.amount,
        "active": value.active,
        "first_name": value.first_name,
        "full_name": value.full_name,
        "company_name": value.company_name,
        "emails": list(value.emails),
        "phone": value.phone,
        "parent_id": value.parent_id,
        "bill_with_parent": value.bill_with_parent,
        "city": value.city,
        "region": value.region,
        "country": value.country,
        "postal_code": value.postal_code,
        "updated_at": value.updated_at,
    }


def customer(row: RowMapping) -> Customer:
    return Customer(
        id=row["id"],
        name=row["name"],
        currency=row["currency"],
        balance=money(row["balance"], row["currency"]),
        active=row["active"],
        first_name=row["first_name"],
        full_name=row["full_name"],
        company_name=row["company_name"],
        emails=tuple(row["emails"]),
        phone=row["phone"],
        parent_id=row["parent_id"],
        bill_with_parent=row["bill_with_parent"],
        city=row["city"],
        region=row["region"],
        country=row["country"],
        postal_code=row["postal_code"],
        updated_at=row["updated_at"],
    )


def invoice_row(company_id: int, value: Invoice) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": value.id,
        "sync_token": value.sync_token,
        "customer_id": value.customer_id,
        "number": value.number,
        "issued_on": value.issued_on,
        "due_on": value.due_on,
        "currency": value.total.currency,
        "total": value.total.amount,
        "balance": value.balance.amount,
        "email": value.email,
        "email_status": value.email_status,
        "sent_at": value.sent_at,
        "terms": value.terms,
        "voided": value.voided,
        "updated_at": value.updated_at,
    }


def invoice(row: RowMapping) -> Invoice:
    return Invoice(
        id=row["id"],
        sync_token=row["sync_token"],
        customer_id=row["customer_id"],
        number=row["number"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        total=money(row["total"], row["currency"]),
        balance=money(row["balance"], row["currency"]),
        email=row["email"],
        email_status=row["email_status"],
        sent_at=row["sent_at"],
        terms=row["terms"],
        voided=row["voided"],
        updated_at=row["updated_at"],
    )


RAW_INVOICE = raw(mirror_invoice)
RAW_CUSTOMER = raw(mirror_customer)


def raw_invoice(row: Sequence[Any]) -> Invoice:
    """A row of RAW_INVOICE, in the order of the table's columns: a night reads tens of thousands."""
    _, id, token, customer_id, number, issued_on, due_on, currency, total, balance, email, *rest = row
    email_status, sent_at, terms, voided, updated_at = rest
    owed = money_of(balance, currency)
    return Invoice(
        id,
        token,
        customer_id,
        number,
        day_of(issued_on),
        None if due_on is None else day_of(due_on),
        owed if total == balance else money_of(total, currency),
        owed,
        email,
        email_status,
        None if sent_at is None else instant_of(sent_at),
        terms,
        bool(voided),
        None if updated_at is None else instant_of(updated_at),
    )


def raw_customer(row: Sequence[Any]) -> Customer:
    """A row of RAW_CUSTOMER, in the order of the table's columns."""
    _, id, name, currency, balance, active, first_name, full_name, company_name, emails, *rest = row
    phone, parent_id, with_parent, city, region, country, postal_code, updated_at = rest
    return Customer(
        id,
        name,
        currency,
        money_of(balance, currency),
        bool(active),
        first_name,
        full_name,
        company_name,
        texts_of(emails),
        phone,
        parent_id,
        bool(with_parent),
        city,
        region,
        country,
        postal_code,
        None if updated_at is None else instant_of(updated_at),
    )


def payment_row(company_id: int, value: Payment) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": value.id,
        "customer_id": value.customer_id,
        "received_on": value.received_on,
        "currency": value.total.currency,
        "total": value.total.amount,
        "unapplied": value.unapplied.amount,
        "created_at": value.created_at,
        "updated_at": value.updated_at,
    }


def payment(row: RowMapping) -> Payment:
    return Payment(
        id=row["id"],
        customer_id=row["customer_id"],
        received_on=row["received_on"],
        total=money(row["total"], row["currency"]),
        unapplied=money(row["unapplied"], row["currency"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def memo_row(company_id: int, value: CreditMemo) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": value.id,
        "customer_id": value.customer_id,
        "number": value.number,
        "issued_on": value.issued_on,
        "currency": value.total.currency,
        "total": value.total.amount,
        "remaining": value.remaining.amount,
        "updated_at": value.updated_at,
    }


def memo(row: RowMapping) -> CreditMemo:
    return CreditMemo(
        id=row["id"],
        customer_id=row["customer_id"],
        number=row["number"],
        issued_on=row["issued_on"],
        total=money(row["total"], row["currency"]),
        remaining=money(row["remaining"], row["currency"]),
        updated_at=row["updated_at"],
    )


def link_row(company_id: int, value: Link, position: int) -> dict[str, Any]:
    """position: which of the payment's lines it is."""
    return {
        "company_id": company_id,
        "payment_id": value.payment_id,
        "position": position,
        "document_kind": value.document_kind,
        "document_id": value.document_id,
        "currency": value.amount.currency,
        "amount": value.amount.amount,
    }


def link(row: RowMapping) -> Link:
    return Link(
        payment_id=row["payment_id"],
        document_kind=row["document_kind"],
        document_id=row["document_id"],
        amount=money(row["amount"], row["currency"]),
    )
