"""Days and amounts while somebody types: worked out from what was read last, without asking QuickBooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qb_collections.core import plan_terms
from qb_collections.core.case import Case
from qb_collections.core.money import Money, total
from qb_collections.core.plan_terms import Terms
from qb_collections.core.plans import on_days
from qb_collections.services.context import Context
from qb_collections.services.plan_asking import EVERY, Asked
from qb_collections.services.rulebook import Rulebook
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading


@dataclass(frozen=True, slots=True)
class Sketch:
    whole: Money
    payments: tuple[tuple[date, Money], ...]
    beyond: tuple[str, ...]  # what the policy does not offer by itself


def sketch(context: Context, company: Company, case: Case, asked: Asked) -> Sketch | str:
    """The plan of these terms on the customer's open invoices, or why there can be none, in a sentence."""
    wanted = set(asked.invoice_ids)
    chosen = [one for one in case.invoices if one.id in wanted]
    if not chosen:
        return "Choose at least one invoice."
    if not asked.has_terms:
        return "Say in how many payments, or how much each is, to see the days and amounts."
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, today)
        policy, calendar = book.policy, book.calendar
    whole = total((one.balance for one in chosen), case.currency)
    terms = Terms(
        asked.first_on, EVERY[asked.every], asked.payments, asked.each, asked.first_amount, asked.days
    )
    made = plan_terms.split(whole, terms, calendar, locale=company.locale)
    if isinstance(made, str):
        return made
    because = on_days([on for on, _ in made], today, company.locale)
    if because is not None:
        return because
    return Sketch(whole, tuple(made), plan_terms.beyond(made, policy.plans, today, locale=company.locale))
