"""Snapshots of what QuickBooks says: the rows that the mirror keeps and the guards re-read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from qb_collections.core.money import Money
from qb_collections.core.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Customer:
    """One customer, job or site, in one currency (QuickBooks fixes a customer's currency at creation)."""

    id: str
    name: str  # DisplayName; hostile text is possible
    currency: str
    balance: Money  # own balance per QuickBooks, without jobs
    active: bool = True
    first_name: str | None = None
    full_name: str | None = None  # of the person, else None
    company_name: str | None = None  # None: nothing says that a company owes
    emails: tuple[str, ...] = ()
    phone: str | None = None
    parent_id: str | None = None
    bill_with_parent: bool = False
    city: str | None = None
    region: str | None = None  # CountrySubDivisionCode of the billing address, e.g. "TN"
    country: str | None = None
    postal_code: str | None = None
    updated_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice.  Balance is what is still owed; total is what was billed."""

    id: str
    sync_token: str
    customer_id: str
    number: str | None  # DocNumber; QuickBooks may have none
    issued_on: date
    due_on: date | None  # None: QuickBooks has no due date
    total: Money
    balance: Money
    email: str | None = None  # BillEmail
    email_status: str | None = None  # NotSet, NeedToSend, EmailSent
    sent_at: datetime | None = None  # DeliveryInfo.DeliveryTime
    terms: str | None = None  # name of the SalesTermRef
    voided: bool = False
    updated_at: datetime | None = None
    # When it was entered, not its date.  It never changes, so two readings are not compared by it.
    created_at: datetime | None = field(default=None, compare=False)

    @property
    def label(self) -> str:
        """The number people know, else QuickBooks' own id."""
        return self.number or f"(no number, id {self.id})"


@dataclass(frozen=True, slots=True)
class Payment:
    id: str
    customer_id: str
    received_on: date
    total: Money
    unapplied: Money
    created_at: datetime | None = None  # when it was recorded, not when it was received
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreditMemo:
    id: str
    customer_id: str
    number: str | None
    issued_on: date
    total: Money
    remaining: Money
    updated_at: datetime | None = None
    created_at: datetime | None = field(default=None, compare=False)  # when it was entered


@dataclass(frozen=True, slots=True)
class Link:
    """One line of a payment: how much of it went to which document."""

    payment_id: str
    document_kind: str  # Invoice, CreditMemo, JournalEntry, ...
    document_id: str
    amount: Money
