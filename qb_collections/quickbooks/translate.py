"""QuickBooks' rows as values of core.books.  Pure; ValueError when a row cannot be what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.core.money import Money, quantum
from qb_collections.core.without_case import NOBODY
from qb_collections.quickbooks import rows
from qb_collections.quickbooks.values import InvoiceDocument, Reference

T = TypeVar("T", Customer, Invoice, Payment, CreditMemo)
_BETWEEN_ADDRESSES = re.compile(r"[,;\s]+")


_unit = lru_cache(maxsize=64)(quantum)


def money(amount: Decimal | None, currency: str) -> Money:
    """With the currency's decimals, or more where QuickBooks sent more."""
    if amount is None:
        raise ValueError("an amount is missing")
    if not amount.is_finite():
        raise ValueError("an amount is not a number")
    rounded = amount.quantize(_unit(currency))
    return Money(rounded if rounded == amount else amount, currency)


def currency_of(ref: rows.Ref | None, home: str) -> str:
    """The record's own currency; the company's where it has none."""
    return ref.value.upper() if ref and ref.value else home


def instant(text: str | None) -> datetime | None:
    """Aware UTC.  QuickBooks always sends an offset; without one the time means nothing."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without an offset")
    return at.astimezone(UTC)


def day(text: str | None) -> date:
    if not text:
        raise ValueError("a date is missing")
    return date.fromisoformat(text)


def emails(text: str | None) -> tuple[str, ...]:
    """One field may hold several addresses.  What is not an address is left out, an equal one named once."""
    found = [part for part in _BETWEEN_ADDRESSES.split(text or "") if "@" in part.strip("@")]
    return tuple(dict.fromkeys(found))


def customer(row: rows.CustomerRow, home: str) -> Customer:
    currency = currency_of(row.CurrencyRef, home)
    person = " ".join(part for part in (row.GivenName, row.FamilyName) if part)
    phone = next(
        (one.FreeFormNumber for one in (row.PrimaryPhone, row.Mobile) if one and one.FreeFormNumber), None
    )
    where = row.BillAddr or rows.Address()
    return Customer(
        id=row.Id,
        name=row.DisplayName or person or f"(no name, id {row.Id})",
        currency=currency,
        balance=money(row.Balance, currency),
        active=row.Active,
        first_name=row.GivenName or None,
        full_name=person or None,
        company_name=row.CompanyName or None,
        emails=emails(row.PrimaryEmailAddr.Address if row.PrimaryEmailAddr else None),
        phone=phone,
        parent_id=(row.ParentRef and row.ParentRef.value) or None,
        bill_with_parent=row.BillWithParent,
        city=where.City or None,
        region=where.CountrySubDivisionCode or None,
        country=where.Country or None,
        postal_code=where.PostalCode or None,
        updated_at=updated(row.MetaData),
    )


def postal_lines(row: rows.CustomerRow) -> tuple[str, ...]:
    """The billing address as it stands on an envelope, without the name; empty where no street is known.

    North America writes "City, ST 37402", the rest of the world the postal code first.
    """
    where = row.BillAddr
    if where is None:
        return ()
    lines = address_lines(where, (row.DisplayName, row.CompanyName))
    country = (where.Country or "").strip()
    return (*lines, country) if lines and country else lines


def address_lines(where: rows.Address, names: tuple[str | None, ...]) -> tuple[str, ...]:
    """Street and place, without the names and the country; empty where no street is known."""
    lines = [where.Line1, where.Line2, where.Line3, where.Line4, where.Line5]
    street = [line.strip() for line in lines if line and line.strip()]
    street = [line for line in street if line not in names]
    if not street:
        return ()
    if where.City or where.PostalCode:
        region = f"{where.CountrySubDivisionCode or ''}".strip()
        if region:
            place = " ".join(
                part
                for part in (f"{where.City}," if where.City else "", region, where.PostalCode or "")
                if part
            )
        else:
            place = " ".join(part for part in (where.PostalCode, where.City) if part)
        street.append(place)
    return tuple(street)


def invoice(row: rows.InvoiceRow, home: str) -> Invoice:
    """Nobody's, where QuickBooks names no customer; what is less than nothing asks for nothing."""
    currency = currency_of(row.CurrencyRef, home)
    nothing = money(Decimal(0), currency)
    total = max(money(row.TotalAmt, currency), nothing)
    return Invoice(
        id=row.Id,
        sync_token=row.SyncToken,
        customer_id=(row.CustomerRef and row.CustomerRef.value) or NOBODY,
        number=row.DocNumber or None,
        issued_on=day(row.TxnDate),
        due_on=day(row.DueDate) if row.DueDate else None,
        total=total,
        balance=max(money(row.Balance, currency), nothing) if row.Balance is not None else total,
        email=(row.BillEmail and row.BillEmail.Address) or None,
        email_status=row.EmailStatus or None,
        sent_at=instant(row.DeliveryInfo.DeliveryTime if row.DeliveryInfo else None),
        terms=(row.SalesTermRef and row.SalesTermRef.name) or None,
        # A void leaves zero amounts and its own word before the note (recorded 2020-09-29).
        voided=not total and (row.PrivateNote or "").startswith("Voided"),
        updated_at=updated(row.MetaData),
        created_at=created(row.MetaData),
    )


def invoice_document(row: rows.FullInvoiceRow, home: str) -> InvoiceDocument:
    value = invoice(row, home)
    tax = row.TxnTaxDetail.TotalTax if row.TxnTaxDetail else Decimal(0)
    return InvoiceDocument(
        invoice=value,
        private_note=row.PrivateNote or "",
        line_count=len(row.Line),
        total_tax=money(tax, value.total.currency),
        links=tuple(Reference(link.TxnType, link.TxnId) for link in row.LinkedTxn),
        exchange_rate=row.ExchangeRate,
        deposit=money(row.Deposit, value.total.currency),
        created_at=instant(row.MetaData.CreateTime if row.MetaData else None),
        delivery_error=(row.DeliveryInfo and row.DeliveryInfo.DeliveryErrorType) or None,
        work=next((line.Description for line in row.Line if line.Description), None),
        purchase_order=_purchase_order(row.CustomField),
    )


# Companies name the field as they like; these are the ways in which QuickBooks and its help write it.
_ORDER_NAMES = frozenset(
    {"po", "ponumber", "pono", "purchaseorder", "purchaseordernumber", "purchaseorderno"}
)


def _purchase_order(fields: Sequence[rows.CustomField]) -> str | None:
    for one in fields:
        name = "".join(letter for letter in (one.Name or "").lower() if letter.isalpha())
        if name in _ORDER_NAMES and one.StringValue:
            return one.StringValue
    return None


def payment(row: rows.PaymentRow, home: str) -> Payment:
    currency = currency_of(row.CurrencyRef, home)
    return Payment(
        id=row.Id,
        customer_id=_owner(row.CustomerRef),
        received_on=day(row.TxnDate),
        total=money(row.TotalAmt, currency),
        unapplied=money(row.UnappliedAmt, currency),
        created_at=created(row.MetaData),
        updated_at=updated(row.MetaData),
    )


def links(row: rows.PaymentRow, home: str) -> tuple[Link, ...]:
    """Where the payment went; one link per document, in the payment's order."""
    currency = currency_of(row.CurrencyRef, home)
    sums: dict[tuple[str, str], Decimal] = {}
    for line in row.Line:
        for linked in line.LinkedTxn:
            key = (linked.TxnType, linked.TxnId)
            sums[key] = sums.get(key, Decimal(0)) + line.Amount
    return tuple(Link(row.Id, kind, id, money(amount, currency)) for (kind, id), amount in sums.items())


def credit_memo(row: rows.CreditMemoRow, home: str) -> CreditMemo:
    currency = currency_of(row.CurrencyRef, home)
    left = row.RemainingCredit if row.RemainingCredit is not None else row.Balance
    return CreditMemo(
        id=row.Id,
        customer_id=_owner(row.CustomerRef),
        number=row.DocNumber or None,
        issued_on=day(row.TxnDate),
        total=money(row.TotalAmt, currency),
        remaining=money(left if left is not None else row.TotalAmt, currency),
        updated_at=updated(row.MetaData),
        created_at=created(row.MetaData),
    )


def distinct(values: Iterable[T]) -> tuple[T, ...]:
    """By id, the last one said."""
    return tuple({value.id: value for value in values}.values())


def _owner(ref: rows.Ref | None) -> str:
    if ref is None or not ref.value:
        raise ValueError("a document without a customer")
    return ref.value


def updated(meta: rows.Meta | None) -> datetime | None:
    return instant(meta.LastUpdatedTime) if meta else None


def created(meta: rows.Meta | None) -> datetime | None:
    return instant(meta.CreateTime) if meta else None
