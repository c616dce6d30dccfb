"""Two pictures of a plan before anyone agrees: what the customer gets, and what the accountant sees.

plan-accounting.md, 15: what will look different is told before, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from qb_collections.core.money import Money
from qb_collections.core.plan_cash import Forward
from qb_collections.core.plan_documents import named
from qb_collections.core.plans import principal
from qb_collections.services.plan_asking import Worked
from qb_collections.services.plan_facts import OVERLAY, Facts, cash_figures
from qb_collections.services.plan_setup import ACCOUNT_NAME
from qb_collections.services.proof import owed


@dataclass(frozen=True, slots=True)
class Paper:
    """One thing that reaches the customer, or that they see on a statement."""

    what: str
    amount: Money
    due_on: date | None = None
    words: str = ""  # printed on it


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the books on the day of the plan, just before it and just after."""

    what: str
    before: Money
    after: Money

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Pictures:
    customer: tuple[Paper, ...]
    accountant: tuple[Figure, ...]


def of(worked: Worked) -> Pictures:
    return Pictures(_customer(worked), _accountant(worked.facts))


def _customer(worked: Worked) -> tuple[Paper, ...]:
    facts, count = worked.facts, len(worked.split)
    if facts.form == OVERLAY:
        return tuple(
            Paper(f"A message before payment {place} of {count}", amount, on)
            for place, (on, amount) in enumerate(worked.split, start=1)
        )
    numbers = ", ".join(named(one.invoice.number, one.invoice.issued_on) for one in facts.candidates)
    moved = principal(facts.candidates)
    note = "Not a refund, discount or credit note for tax."
    return (
        *(
            Paper(
                f"Invoice for payment {place} of {count}",
                amount,
                on,
                f"Payment {place} of {count}, for {numbers}. Not a tax invoice.",
            )
            for place, (on, amount) in enumerate(worked.split, start=1)
        ),
        Paper(
            "On a statement only, never e-mailed: credit memo", Money.zero(moved.currency) - moved, None, note
        ),
    )


def _accountant(facts: Facts) -> tuple[Figure, ...]:
    """What differs is what a plan is for; what must not differ stands beside it."""
    whole = principal(facts.candidates)
    none = Money.zero(whole.currency)
    debt = Money(owed(facts.live, facts.customer.id), whole.currency)
    if facts.form == OVERLAY:
        return (Figure("Owed by the customer", debt, debt), Figure("Open on these invoices", whole, whole))
    told = cash_figures(facts)
    at_home = Money.zero(told[0].income.currency)
    return (
        Figure("Owed by the customer", debt, debt),
        Figure("Open on the original invoices", whole, none),
        Figure("Open on the plan’s invoices", none, whole),
        Figure(ACCOUNT_NAME, none, none),
        Figure("Income, accrual: moved", at_home, at_home),
        Figure("Sales tax, accrual: moved", at_home, at_home),
        *_on_cash_basis(told, at_home),
    )


def _on_cash_basis(told: Sequence[Forward], at_home: Money) -> Iterator[Figure]:
    """One answer, or both where it hangs on a rounding of QuickBooks."""
    cases = ("", ", if it rounds whole documents")
    for one, case in zip(told, cases, strict=False):
        yield Figure(f"Income, cash basis: moved{case}", at_home, one.income)
        yield Figure(f"Sales tax, cash basis: moved{case}", at_home, one.tax)
