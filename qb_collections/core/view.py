"""What the gates look at: a case with its lookups made once, under the rules of one day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from qb_collections.core.books import Invoice
from qb_collections.core.case import Case, Plan
from qb_collections.core.holds import Holds, by_kind
from qb_collections.core.ladder import Step, said_in_cycle
from qb_collections.core.money import Money
from qb_collections.core.plan_standing import PlanStanding, of_case
from qb_collections.core.rules import Rules
from qb_collections.core.wording import DayTexts, amount_text, invoice_text, short

_ENDED_PLANS = frozenset({"cancelled", "paid"})


@dataclass(slots=True)
class View:
    """Built by look, then completed by decide: the invoices that passed, and the step that comes next."""

    case: Case
    rules: Rules
    today: date
    holds: Holds
    plan_of: dict[str, Plan]  # of originals and installments of plans that have not ended
    name: str
    day_texts: DayTexts
    amount_text: Callable[[Decimal], str]  # of the case's currency
    late: list[Invoice] = field(default_factory=list)  # passed the invoice gates, oldest due first
    early: list[Invoice] = field(default_factory=list)  # due soon, and a copy is a courtesy
    missed: list[Invoice] = field(default_factory=list)  # installments that a person must ask about
    standings: dict[int, PlanStanding] = field(default_factory=dict)  # of plans whose payments are known
    credit: Decimal = Decimal(0)  # unapplied payments and open credit memos, plan documents left out
    step: Step | None = None
    late_amount: Decimal = Decimal(0)  # what the late invoices come to

    def day(self, day: date) -> str:
        return self.day_texts[day]

    def invoice(self, invoice: Invoice) -> str:
        return invoice_text(invoice, self.amount_text)

    def money(self, amount: Decimal) -> str:
        return self.amount_text(amount)

    @property
    def open_amount(self) -> Decimal:
        """What all of the case's invoices come to; mostly they are the late ones, which were added up."""
        if len(self.case.invoices) == len(self.late):
            return self.late_amount
        return sum([one.balance.amount for one in self.case.invoices], Decimal(0))

    @property
    def due_amount(self) -> Decimal:
        """What is late and may be spoken of, missed installments too, before credits.

        Of a plan that leaves its originals open, only the payments that are missing are due.
        """
        late = self.late_amount
        if not self.missed:
            return late
        overlays = {plan.id for one in self.missed if (plan := self.plan_of[one.id]).overlay}
        late += sum(
            (one.balance.amount for one in self.missed if self.plan_of[one.id].id not in overlays), Decimal(0)
        )
        return late + sum((self.standings[id].missed_amount.amount for id in overlays), Decimal(0))

    @property
    def important(self) -> bool:
        """Marked by a person, or among the customers who bought most."""
        return self.case.important or self.case.customer.id in self.rules.important_ids

    @property
    def early_sent_ids(self) -> frozenset[str]:
        """Invoices spoken of in the running cycle."""
        return frozenset(one for contact in said_in_cycle(self.case) for one in contact.invoice_ids)


def plans_by_invoice(case: Case) -> dict[str, Plan]:
    """Originals and installments of the plans that have not ended, with their plan."""
    return {
        invoice_id: plan
        for plan in case.plans
        if plan.state not in _ENDED_PLANS
        for invoice_id in (*plan.original_ids, *plan.installment_ids)
    }


def look(case: Case, rules: Rules, today: date) -> View:
    """Raises ValueError when a document is in another currency than the case: such a sum would be wrong."""
    for payment in case.payments:
        _same_currency(payment.unapplied, case.currency)
    for memo in case.credit_memos:
        _same_currency(memo.remaining, case.currency)
    for invoice in case.invoices:
        if invoice.balance.currency != case.currency:
            _same_currency(invoice.balance, case.currency)
    plan_of = plans_by_invoice(case) if case.plans else {}
    view = View(
        case,
        rules,
        today,
        by_kind(case.holds) if case.holds else {},
        plan_of,
        short(case.customer.name, 40),
        rules.day_texts(today.year),
        amount_text(case.currency, rules.locale),
    )
    for plan in case.plans:
        judged = of_case(plan, case, today) if plan.state not in _ENDED_PLANS else None
        if judged is not None:
            view.standings[plan.id] = judged
    netted = rules.policy.credits
    if case.payments and netted.unapplied_payments:
        view.credit += sum((payment.unapplied.amount for payment in case.payments), Decimal(0))
    if case.credit_memos and netted.credit_memos:
        memos_of_plans = {plan.memo_id for plan in case.plans}
        view.credit += sum(
            (memo.remaining.amount for memo in case.credit_memos if memo.id not in memos_of_plans), Decimal(0)
        )
    return view


def _same_currency(money: Money, currency: str) -> None:
    if money.currency != currency:
        raise ValueError(f"a case in {currency} cannot hold {money.currency}")
