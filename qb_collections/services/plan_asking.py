"""From what a person asks for to a plan that can be written: terms, facts read live, and every refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core import plan_agreement, plan_terms
from qb_collections.core.business_days import Calendar
from qb_collections.core.money import Money
from qb_collections.core.plan_documents import named
from qb_collections.core.plan_home_cents import adding_up
from qb_collections.core.plan_terms import Shape, Split, Terms
from qb_collections.core.plans import YEARS_MAX, Rhythm, on_days, principal, refusal
from qb_collections.core.policy import Policy
from qb_collections.core.wording import list_text, money_text, short
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_facts
from qb_collections.services.context import Context
from qb_collections.services.plan_facts import INSTALLMENTS, OVERLAY, Facts, cash_words
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

EVERY = {
    "week": Rhythm.WEEKLY,
    "fortnight": Rhythm.FORTNIGHTLY,
    "month": Rhythm.MONTHLY,
    "month_end": Rhythm.MONTH_END,
}
FORMS = {"overlay": OVERLAY, "installments": INSTALLMENTS}
_TYPED_AT_COMMAND = 'An owner who knows what that does to the reports may type it: --on-cash-basis "{words}".'
CONFIRM = "Confirm it, once: qb-collections plan confirm --income-on-accrual --sales-tax-on-accrual"


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan in a person's words.  Without payments, each and days only shapes can be proposed."""

    invoice_numbers: tuple[str, ...] = ()
    invoice_ids: tuple[str, ...] = ()  # QuickBooks' own, where a number may say too little
    form: str = "overlay"  # overlay, installments
    payments: int | None = None
    every: str = "month"
    first_on: date | None = None
    each: Decimal | None = None  # the last payment is what is left
    first_amount: Decimal | None = None  # a down payment, due on first_on
    days: tuple[date, ...] = ()
    amounts: tuple[Decimal, ...] = ()  # one for each of the days; none: equal parts
    accepted: str = "unknown"  # how the customer agreed: phone, email, signed, in_person
    accepted_by: str | None = None  # who of them
    cash_basis: str | None = None  # typed by an owner: what cash-basis reports will show

    @property
    def has_terms(self) -> bool:
        return bool(self.payments is not None or self.each is not None or self.days)


@dataclass(frozen=True, slots=True)
class Worked:
    """A plan to the cent and the day, with what it rests on."""

    facts: Facts
    split: Split
    policy: Policy
    calendar: Calendar
    beyond: tuple[str, ...]  # what the policy does not offer by itself

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(on for on, _ in self.split)

    @property
    def amounts(self) -> tuple[Money, ...]:
        return tuple(amount for _, amount in self.split)

    def agreement(self, company: Company) -> str:
        facts = self.facts
        return plan_agreement.text(
            company.name,
            short(facts.customer.name, 100),
            [named(one.invoice.number, one.invoice.issued_on) for one in facts.candidates],
            self.split,
            agreed_on=facts.plan_on,
            broken_after_days=self.policy.plans.broken_after_days,
            locale=company.locale,
        )


def checked(asked: Asked) -> Refusal | None:
    """What can be told without reading anything."""
    if asked.form not in FORMS:
        return Refusal(f"A plan is kept as {list_text([*FORMS])}; {asked.form[:20]!r} is none of these.")
    if asked.every not in EVERY:
        return Refusal(
            f"A plan's payments come every {list_text([*EVERY])}; {asked.every[:20]!r} is none of these."
        )
    if plan_agreement.accepted(asked.accepted) is None:
        return Refusal(
            f"A customer agrees by {plan_agreement.ways()}; {asked.accepted[:20]!r} is none of these."
        )
    if asked.days and (asked.first_on is not None or asked.each is not None):
        return Refusal("Name either every day, or the first day with an amount or a number of payments.")
    if asked.payments is not None and asked.each is not None:
        return Refusal("Name either a number of payments or an amount for each, not both.")
    return None


def worked_out(
    context: Context, company: Company, gateway: Gateway, asked: Asked, facts: Facts | None = None
) -> Worked | Refusal:
    """The plan asked for, from the books as they are; or why there can be no such plan."""
    wrong = checked(asked)
    if wrong is not None:
        return wrong
    found = facts or gathered(context, company, gateway, asked)
    if isinstance(found, Refusal):
        return found
    policy, calendar = _rules(context, company, found)
    if found.form == OVERLAY:
        amounts = [one.invoice.balance.amount for one in found.candidates]
        if any(amount <= 0 for amount in amounts):
            nothing = refusal(found.candidates, (), found.terrain, overlay=True)
            return Refusal(nothing or "Nothing is left to pay on these invoices.")
    whole = _whole(found)
    if isinstance(whole, Refusal):
        return whole
    last = found.plan_on + timedelta(days=366 * YEARS_MAX)
    if asked.first_on is not None and asked.first_on > last:
        return Refusal(f"The first payment would be due in {asked.first_on.year}. Choose an earlier day.")
    if any(on > last for on in asked.days):
        return Refusal(on_days(sorted(asked.days), found.plan_on, company.locale) or "Choose earlier days.")
    terms = Terms(
        first_on=asked.first_on,
        rhythm=EVERY[asked.every],
        payments=asked.payments,
        each=asked.each,
        first_amount=asked.first_amount,
        days=asked.days,
        amounts=asked.amounts,
    )
    split = plan_terms.split(whole, terms, calendar, locale=company.locale)
    if isinstance(split, str):
        return Refusal(split)
    because = _refused(company, found, [on for on, _ in split], asked)
    if because is not None:
        return because
    adjusted = _in_home_cents(found, split)
    if isinstance(adjusted, Refusal):
        return adjusted
    beyond = plan_terms.beyond(adjusted, policy.plans, found.plan_on, locale=company.locale)
    return Worked(found, adjusted, policy, calendar, beyond)


def gathered(context: Context, company: Company, gateway: Gateway, asked: Asked) -> Facts | Refusal:
    return plan_facts.gather(
        context,
        company,
        gateway,
        asked.invoice_numbers,
        FORMS[asked.form],
        ids=asked.invoice_ids,
        cash_basis_accepted=asked.cash_basis is not None,
    )


def ready_shapes(context: Context, company: Company, facts: Facts) -> tuple[Shape, ...] | Refusal:
    """Two or three plans that the policy offers, for these invoices."""
    policy, calendar = _rules(context, company, facts)
    whole = _whole(facts)
    if isinstance(whole, Refusal):
        return whole
    soon = facts.plan_on + timedelta(days=1)
    because = refusal(facts.candidates, (soon,), facts.terrain, overlay=True)
    if because is not None:
        return Refusal(because)
    found = plan_terms.shapes(whole, policy.plans, facts.plan_on, calendar)
    if not found:
        least = money_text(Money(policy.plans.smallest_payment, whole.currency), company.locale)
        return Refusal(
            f"The policy offers no plan for {money_text(whole, company.locale)}: its payments are at least "
            f"{least} each, {policy.plans.payments_at_most} at most. Name the payments yourself."
        )
    return found


def _rules(context: Context, company: Company, facts: Facts) -> tuple[Policy, Calendar]:
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, facts.plan_on)
    return book.policy, book.calendar


def _whole(facts: Facts) -> Money | Refusal:
    currencies = {one.invoice.balance.currency for one in facts.candidates}
    if len(currencies) > 1:
        because = refusal(facts.candidates, (), facts.terrain, overlay=facts.form == OVERLAY)
        return Refusal(because or "These invoices are in different currencies.")
    return principal(facts.candidates)


def _refused(company: Company, facts: Facts, dates: Sequence[date], asked: Asked) -> Refusal | None:
    overlay = facts.form == OVERLAY
    because = refusal(facts.candidates, dates, facts.terrain, overlay=overlay)
    if because is not None:
        options = []
        typed = replace(facts.terrain, cash_basis_accepted=True)
        if refusal(facts.candidates, dates, typed, overlay=overlay) is None:
            options.append(_TYPED_AT_COMMAND.format(words=cash_words(company, facts)))
        accepted = replace(facts.terrain, accrual_confirmed=True)
        if refusal(facts.candidates, dates, accepted, overlay=overlay) != because:
            options.append(CONFIRM)
        return Refusal(because, " ".join(options) or None)
    if asked.cash_basis is not None and not overlay:
        wanted = cash_words(company, facts)
        if asked.cash_basis.strip() != wanted:
            return Refusal(
                f"On cash-basis reports {wanted} on the day of the plan, before the customer has paid.",
                f'To accept that, type exactly: --on-cash-basis "{wanted}"',
            )
    return None


def _in_home_cents(facts: Facts, split: Split) -> Split | Refusal:
    """Installments whose home amounts add up to that of the whole; an overlay writes none."""
    rate = facts.candidates[0].exchange_rate
    if rate is None or facts.form == OVERLAY:
        return split
    home = facts.preferences.home_currency
    amounts = [amount for _, amount in split]
    worth = facts.home_balance
    shifted = None
    if worth is not None:
        shifted = adding_up(amounts, rate, home, by=facts.classes, target=worth)
    if shifted is None:
        return Refusal(
            f"At the exchange rate of {rate} these invoices in {len(split)} payments do not add up to the "
            f"cent in {home}. Choose another number of payments, fewer invoices, or a plan kept here."
        )
    return tuple((on, amount) for (on, _), amount in zip(split, shifted, strict=True))
