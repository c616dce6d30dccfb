"""What the gateway answers: frozen values, dates in the company's calendar, instants in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.core.money import Money
from qb_collections.quickbooks.errors import QuickBooksError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """CompanyInfo: who the company is and where."""

    name: str
    legal_name: str | None
    country: str | None  # ISO 3166 alpha-2 where it could be told, e.g. "US"
    region: str | None
    zone: str | None  # DefaultTimeZone, as QuickBooks has it
    email: str | None
    phone: str | None
    created_at: (
        datetime | None
    )  # when the company came into being: what tells one from another of the same name
    address: tuple[str, ...] = ()  # lines under the name, as on letters; no country


@dataclass(frozen=True, slots=True)
class Preferences:
    """The settings that decide what we may do.  None: QuickBooks does not say."""

    home_currency: str
    multicurrency: bool
    book_close_on: date | None
    auto_apply_credit: bool | None
    custom_numbers: bool
    report_basis: str | None  # Accrual or Cash
    sales_tax: bool
    automated_sales_tax: bool  # the tax is computed by QuickBooks (PartnerTaxEnabled)
    default_terms: str | None  # id of the term
    aging_from_issue: bool  # aged from the transaction date, not from the due date


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document, by kind and id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice with what a write must leave as it was."""

    invoice: Invoice
    private_note: str
    line_count: int
    total_tax: Money
    links: tuple[Reference, ...]
    exchange_rate: Decimal | None
    deposit: Money
    created_at: datetime | None
    delivery_error: str | None  # why QuickBooks could not e-mail it, in its words
    work: str | None = None  # what it was for: the first line that says something
    purchase_order: str | None = None  # the customer's own order number, where a field is named so


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a scan.  done counts rows so far, distinct or not."""

    rows: tuple[T, ...]
    done: int
    server_at: datetime | None


@dataclass(frozen=True, slots=True)
class Scan:
    """A finished scan: every id it saw, and the server's time when it began."""

    ids: frozenset[str]
    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A document as QuickBooks has it, amounts as Decimal."""

    kind: str
    id: str
    sync_token: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since an instant.  deleted holds ids by kind: Customer, Invoice, Payment, CreditMemo."""

    customers: tuple[Customer, ...]
    invoices: tuple[Invoice, ...]
    payments: tuple[Payment, ...]
    credit_memos: tuple[CreditMemo, ...]
    links: tuple[Link, ...]
    deleted: dict[str, frozenset[str]]
    server_at: datetime
    complete: bool  # False: more changed than one answer holds (1000), so some are missing
    memos: Mapping[str, str] = field(default_factory=dict)  # by invoice: those with a marker of ours in them


@dataclass(frozen=True, slots=True)
class Live:
    """The books as they are at this moment, as far as a decision rests on them."""

    read_at: datetime
    customers: dict[str, Customer]
    documents: dict[
        str, InvoiceDocument
    ]  # by invoice id: every open one of the customers, and those asked for
    credit_memos: tuple[CreditMemo, ...]  # with remaining credit
    payments: tuple[Payment, ...]  # with unapplied money
    missing: frozenset[str] = field(
        default_factory=frozenset
    )  # invoices asked for that QuickBooks no longer has
    received: tuple[Payment, ...] = ()  # every payment that was read, also those applied in full
    links: tuple[Link, ...] = ()  # where these went
    postal: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by customer id: lines under the name

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        return tuple(document.invoice for document in self.documents.values())

    @property
    def notes(self) -> dict[str, str]:
        """PrivateNote by invoice id."""
        return {id: document.private_note for id, document in self.documents.items()}


@dataclass(frozen=True, slots=True)
class NoteResult:
    """What became of one note of a batch: the invoice as it is now, or why not."""

    invoice_id: str
    document: InvoiceDocument | None
    error: QuickBooksError | None
