"""What changed between two readings of the books, and whose next look that brings forward.

Fields tell, not tokens: SyncToken and LastUpdatedTime also move when nothing about a
document did (plan-accounting.md, 31).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from qb_collections.core.books import CreditMemo, Customer, Invoice, Payment


@dataclass(frozen=True, slots=True)
class Books:
    """Rows of one reading, by QuickBooks id."""

    customers: Mapping[str, Customer] = field(default_factory=dict)
    invoices: Mapping[str, Invoice] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)
    credit_memos: Mapping[str, CreditMemo] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of what is new, gone or different; customer_ids are all whose case may read differently now."""

    customers: frozenset[str]
    invoices: frozenset[str]
    payments: frozenset[str]
    credit_memos: frozenset[str]
    customer_ids: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.customer_ids)


def diff(before: Books, after: Books) -> Changes:
    """Compare two readings of the same rows.  A row in only one of them has appeared or gone.

    A document that moved to another customer changes both.  A customer billed with its
    parent changes the parent too, the old one and the new one.
    """
    customers = _changed(before.customers, after.customers)
    invoices = _changed(before.invoices, after.invoices)
    payments = _changed(before.payments, after.payments)
    memos = _changed(before.credit_memos, after.credit_memos)
    owners = set(customers)
    for books in (before, after):
        owners.update(books.invoices[one].customer_id for one in invoices if one in books.invoices)
        owners.update(books.payments[one].customer_id for one in payments if one in books.payments)
        owners.update(books.credit_memos[one].customer_id for one in memos if one in books.credit_memos)
    for books in (before, after):
        owners.update(parent for one in tuple(owners) for parent in _parents(books.customers, one))
    return Changes(customers, invoices, payments, memos, frozenset(owners))


def _changed(
    before: Mapping[str, Customer] | Mapping[str, Invoice] | Mapping[str, Payment] | Mapping[str, CreditMemo],
    after: Mapping[str, Customer] | Mapping[str, Invoice] | Mapping[str, Payment] | Mapping[str, CreditMemo],
) -> frozenset[str]:
    ids = before.keys() | after.keys()
    return frozenset(one for one in ids if _differ(before.get(one), after.get(one)))


def _differ(
    before: Customer | Invoice | Payment | CreditMemo | None,
    after: Customer | Invoice | Payment | CreditMemo | None,
) -> bool:
    if before is None or after is None:
        return before is not after
    return _facts(before) != _facts(after)


def _facts(row: Customer | Invoice | Payment | CreditMemo) -> object:
    """The row without what moves when nothing about it did."""
    if isinstance(row, Invoice):
        return replace(row, sync_token="", updated_at=None)
    return replace(row, updated_at=None)


def _parents(customers: Mapping[str, Customer], customer_id: str) -> list[str]:
    """Those whom a customer is billed with, up to the top; a ring of parents ends where it closes."""
    found: list[str] = []
    customer = customers.get(customer_id)
    while customer is not None and customer.bill_with_parent and customer.parent_id:
        if customer.parent_id in found or customer.parent_id == customer_id:
            break
        found.append(customer.parent_id)
        customer = customers.get(customer.parent_id)
    return found
