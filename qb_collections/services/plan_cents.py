"""Cents at home when a plan in a foreign currency is ended: told, to the cent, before anything is touched."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qb_collections.core.money import Money
from qb_collections.core.plan_end_cents import PartThen, Rates, comes_out_even, gains
from qb_collections.core.plan_ending import oldest_first
from qb_collections.core.wording import money_text
from qb_collections.services.plan_papers import draft_of
from qb_collections.services.plan_picture import Seen
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company
from qb_collections.store.plans import PlanRow

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cents:
    """even: what was paid may stay as it is.  gains: of exchange, one answer or two (see the core)."""

    home_currency: str
    even: bool = True
    gains: tuple[Decimal, ...] = (ZERO,)

    @property
    def most(self) -> Decimal:
        """The figure that a person accepts; zero: nothing has to be."""
        return max((abs(one) for one in self.gains), default=ZERO)


def of_ending(plan: PlanRow, seen: Seen, *, added: bool) -> Cents:
    """added: documents have to be added anyway, because the books are closed."""
    home = str(plan.details.get("home_currency") or plan.currency)
    rate = plan.details.get("exchange_rate")
    if rate is None or plan.currency == home:
        return Cents(home)
    at = Rates(plan.currency, Decimal(str(rate)), home, draft_of(plan).classes)
    now = seen.picture
    even = comes_out_even([one.kept for one in now.parts], at)
    parts = [PartThen(seen.records[one.id], one.own, one.kept) for one in now.parts]
    taken = {one.invoice_id: one.amount.amount for one in plan.originals}
    free = [(id, balance + taken[id]) for id, balance in seen.originals]
    given = dict(oldest_first(now.paid, free))
    originals = [(seen.records[id], taken[id], given.get(id, ZERO)) for id, _ in seen.originals]
    return Cents(home, even, gains(parts, originals, at, added=added or not even))


def told(company: Company, plan: PlanRow, cents: Cents, accepted: Decimal | None) -> Refusal | None:
    """Why the plan is not ended yet: a person has not accepted the cents that it books."""
    if not cents.most or accepted == cents.most:
        return None
    named = " or ".join(_amount(company, cents, one) for one in cents.gains)
    return Refusal(
        f"Nothing was changed. QuickBooks rounds each amount in {cents.home_currency} by itself, so ending "
        f"payment plan {plan.label} books {named} of exchange gain or loss; nothing else moves, and clearing "
        f"stays at zero. To accept that, say the amount: {cents.most}.",
        f"With --exchange {cents.most}",
    )


def _amount(company: Company, cents: Cents, gain: Decimal) -> str:
    return money_text(Money(abs(gain), cents.home_currency), company.locale)
