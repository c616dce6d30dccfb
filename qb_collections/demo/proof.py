"""The proof of a plan from the emulator's own books: just before it was written, and just after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.demo.books import ZERO, Books
from qb_collections.demo.diary import PlanMade

INCOME_TYPES = ("Income", "Other Income")
TAX_ACCOUNT = "Payable"  # the emulator's tax agencies each have an account "… Payable"


@dataclass(frozen=True, slots=True)
class PlanTold:
    label: str
    customer: str
    numbers: tuple[str, ...]
    total: Decimal
    payments: int
    on: date
    last_on: date
    paid: Decimal  # of its payments, by now
    left: Decimal
    receivables: tuple[Decimal, Decimal]  # before, after
    income: tuple[Decimal, Decimal]
    tax: tuple[Decimal, Decimal]
    accounts_changed: tuple[str, ...]  # of the whole accrual trial balance
    customers_changed: tuple[str, ...]  # whose receivable differs

    @property
    def unchanged(self) -> bool:
        pairs = (self.receivables, self.income, self.tax)
        same = all(before == after for before, after in pairs)
        return same and not self.accounts_changed and not self.customers_changed


def told_of(books: Books, plan: PlanMade) -> PlanTold:
    before, after = plan.before, plan.after
    left = sum(
        (row["Balance"] for row in books.open_of(plan.customer) if row["Id"] in _installments(books, plan)),
        ZERO,
    )
    return PlanTold(
        label=plan.label,
        customer=plan.customer,
        numbers=plan.numbers,
        total=plan.total,
        payments=plan.payments,
        on=plan.on,
        last_on=plan.last_on,
        paid=plan.total - left,
        left=left,
        receivables=_pair(before, after, lambda name, kind: kind == "Accounts Receivable"),
        income=_pair(before, after, lambda name, kind: kind in INCOME_TYPES),
        tax=_pair(
            before, after, lambda name, kind: kind.endswith("Liability") and name.endswith(TAX_ACCOUNT)
        ),
        accounts_changed=_differing(before["accrual"], after["accrual"]),
        customers_changed=_differing(before["receivable"], after["receivable"]),
    )


def _installments(books: Books, plan: PlanMade) -> set[str]:
    return {
        one.id
        for one in books.plan_documents()
        if one.kind == "installment" and one.customer == plan.customer
    }


def _pair(before: dict[str, Any], after: dict[str, Any], wanted: Any) -> tuple[Decimal, Decimal]:
    def of(figures: dict[str, Any]) -> Decimal:
        rows = figures["accrual"].items()
        return sum((amount for name, (kind, amount) in rows if wanted(name, kind)), ZERO)

    return of(before), of(after)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if before.get(name) != after.get(name))
