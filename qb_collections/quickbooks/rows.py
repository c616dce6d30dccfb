"""The fields of QuickBooks' entities that we read, in its own names; all others are skipped.

Every field may be missing: QuickBooks leaves out what is empty, and what change
data capture answers for a deleted record is only its Id and status.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

NOTHING = msgspec.Raw()  # where an answer has no fault; a fault itself is looked into elsewhere


class Row(msgspec.Struct, gc=False):
    """A JSON object of the API.  Unknown fields are tolerated (new ones come without a version)."""


class Ref(Row):
    value: str = ""
    name: str | None = None


class Meta(Row):
    CreateTime: str | None = None
    LastUpdatedTime: str | None = None


class Address(Row):
    Line1: str | None = None
    Line2: str | None = None
    Line3: str | None = None
    Line4: str | None = None
    Line5: str | None = None
    City: str | None = None
    CountrySubDivisionCode: str | None = None
    Country: str | None = None
    PostalCode: str | None = None


class Email(Row):
    Address: str | None = None


class Phone(Row):
    FreeFormNumber: str | None = None


class Delivery(Row):
    DeliveryType: str | None = None
    DeliveryTime: str | None = None
    DeliveryErrorType: str | None = None


class LinkedTxn(Row):
    TxnId: str = ""
    TxnType: str = ""


class TaxDetail(Row):
    TotalTax: Decimal = Decimal(0)


class Line(Row):
    Id: str | None = None
    Amount: Decimal = Decimal(0)
    DetailType: str | None = None
    LinkedTxn: tuple[LinkedTxn, ...] = ()


class InvoiceLine(Line):
    Description: str | None = None


class CustomField(Row):
    Name: str | None = None
    StringValue: str | None = None


class CustomerRow(Row):
    Id: str
    status: str | None = None
    DisplayName: str | None = None
    GivenName: str | None = None
    FamilyName: str | None = None
    CompanyName: str | None = None
    Active: bool = True
    Balance: Decimal = Decimal(0)
    CurrencyRef: Ref | None = None
    PrimaryEmailAddr: Email | None = None
    PrimaryPhone: Phone | None = None
    Mobile: Phone | None = None
    ParentRef: Ref | None = None
    BillWithParent: bool = False
    BillAddr: Address | None = None
    MetaData: Meta | None = None


class InvoiceRow(Row):
    Id: str
    status: str | None = None
    SyncToken: str = "0"
    CustomerRef: Ref | None = None
    DocNumber: str | None = None
    TxnDate: str | None = None
    DueDate: str | None = None
    TotalAmt: Decimal | None = None
    Balance: Decimal | None = None
    CurrencyRef: Ref | None = None
    BillEmail: Email | None = None
    EmailStatus: str | None = None
    DeliveryInfo: Delivery | None = None
    SalesTermRef: Ref | None = None
    PrivateNote: str | None = None
    MetaData: Meta | None = None


class FullInvoiceRow(InvoiceRow):
    """Also what a note must not change, and what a plan looks at."""

    Line: tuple[InvoiceLine, ...] = ()
    LinkedTxn: tuple[LinkedTxn, ...] = ()
    CustomField: tuple[CustomField, ...] = ()
    TxnTaxDetail: TaxDetail | None = None
    ExchangeRate: Decimal | None = None
    Deposit: Decimal = Decimal(0)


class PaymentRow(Row):
    Id: str
    status: str | None = None
    SyncToken: str = "0"
    CustomerRef: Ref | None = None
    TxnDate: str | None = None
    TotalAmt: Decimal | None = None
    UnappliedAmt: Decimal = Decimal(0)
    CurrencyRef: Ref | None = None
    Line: tuple[Line, ...] = ()
    MetaData: Meta | None = None


class CreditMemoRow(Row):
    Id: str
    status: str | None = None
    SyncToken: str = "0"
    CustomerRef: Ref | None = None
    DocNumber: str | None = None
    TxnDate: str | None = None
    TotalAmt: Decimal | None = None
    RemainingCredit: Decimal | None = None
    Balance: Decimal | None = None
    CurrencyRef: Ref | None = None
    MetaData: Meta | None = None


class Slot(Row):
    """One QueryResponse: rows of one kind, or a count."""

    Customer: tuple[CustomerRow, ...] = ()
    Invoice: tuple[InvoiceRow, ...] = ()
    Payment: tuple[PaymentRow, ...] = ()
    CreditMemo: tuple[CreditMemoRow, ...] = ()
    totalCount: int | None = None


class FullSlot(Row):
    """The same with everything of an invoice, for the look before a contact."""

    Customer: tuple[CustomerRow, ...] = ()
    Invoice: tuple[FullInvoiceRow, ...] = ()
    Payment: tuple[PaymentRow, ...] = ()
    CreditMemo: tuple[CreditMemoRow, ...] = ()
    totalCount: int | None = None


class Page(Row):
    QueryResponse: Slot | None = None
    time: str | None = None
    Fault: msgspec.Raw = NOTHING
    fault: msgspec.Raw = NOTHING


class Capture(Row):
    QueryResponse: tuple[Slot, ...] = ()
    Fault: msgspec.Raw = NOTHING


class Captures(Row):
    CDCResponse: tuple[Capture, ...] | None = None
    time: str | None = None
    Fault: msgspec.Raw = NOTHING
    fault: msgspec.Raw = NOTHING


class BatchItem(Row):
    bId: str = ""
    QueryResponse: FullSlot | None = None
    Invoice: FullInvoiceRow | None = None
    Fault: msgspec.Raw = NOTHING
    fault: msgspec.Raw = NOTHING


class Batch(Row):
    BatchItemResponse: tuple[BatchItem, ...] | None = None
    time: str | None = None
    Fault: msgspec.Raw = NOTHING
    fault: msgspec.Raw = NOTHING
