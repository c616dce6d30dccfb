"""A plan as it is shown before anyone agrees: what would be written, and what people will see change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from qb_collections.core.money import Money
from qb_collections.core.plans import principal
from qb_collections.services import plan_pictures, plan_view
from qb_collections.services.plan_asking import Worked
from qb_collections.services.plan_facts import OVERLAY, Facts
from qb_collections.services.plan_pictures import Pictures
from qb_collections.store.companies import Company


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written, to the cent and the day, before anything is."""

    customer_id: str
    customer: str
    form: str  # overlay, installment_invoices
    plan_on: date
    originals: tuple[tuple[str, Money], ...]  # number, balance
    principal: Money
    installments: tuple[tuple[date, Money], ...]  # empty: only shapes were asked for
    writes: tuple[str, ...]  # sentences: each document in QuickBooks
    looks_different: tuple[str, ...]  # sentences: what people will see change
    set_up: bool  # the clearing account and item exist already
    beyond_policy: tuple[str, ...] = ()  # sentences: what the policy does not offer by itself
    agreement: str = ""
    shapes: tuple[str, ...] = ()  # plans ready to be offered
    pictures: Pictures | None = None  # None: only shapes were asked for

    def as_json(self) -> dict[str, Any]:
        return {
            "customer": self.customer,
            "customer_id": self.customer_id,
            "as": "overlay" if self.form == OVERLAY else "installments",
            "plan_on": self.plan_on.isoformat(),
            "invoices": [{"number": number, **_money(amount)} for number, amount in self.originals],
            "total": _money(self.principal),
            "installments": [
                {"number": place, "due_on": on.isoformat(), **_money(amount)}
                for place, (on, amount) in enumerate(self.installments, start=1)
            ],
            "writes": [*self.writes],
            "looks_different": [*self.looks_different],
            "set_up": self.set_up,
            "beyond_policy": [*self.beyond_policy],
            "agreement": self.agreement,
            "shapes": [*self.shapes],
        }


def of_plan(company: Company, worked: Worked) -> Proposal:
    facts = worked.facts
    ready = company.clearing_item_id is not None
    return Proposal(
        customer_id=facts.customer.id,
        customer=facts.customer.name,
        form=facts.form,
        plan_on=facts.plan_on,
        originals=_originals(facts),
        principal=principal(facts.candidates),
        installments=worked.split,
        writes=plan_view.writes(company, facts, worked.dates, worked.amounts, set_up=ready),
        looks_different=plan_view.looks_different(company, facts),
        set_up=ready,
        beyond_policy=worked.beyond,
        agreement=worked.agreement(company),
        pictures=plan_pictures.of(worked),
    )


def of_shapes(company: Company, facts: Facts, shapes: tuple[str, ...]) -> Proposal:
    """Nothing was decided yet: the amounts, and plans to choose from."""
    return Proposal(
        customer_id=facts.customer.id,
        customer=facts.customer.name,
        form=facts.form,
        plan_on=facts.plan_on,
        originals=_originals(facts),
        principal=principal(facts.candidates),
        installments=(),
        writes=(),
        looks_different=plan_view.looks_different(company, facts),
        set_up=company.clearing_item_id is not None,
        shapes=shapes,
    )


def _originals(facts: Facts) -> tuple[tuple[str, Money], ...]:
    return tuple((one.invoice.label, one.invoice.balance) for one in facts.candidates)


def _money(amount: Money) -> dict[str, str]:
    return {"amount": str(amount.amount), "currency": amount.currency}
