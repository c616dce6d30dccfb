"""Payment plans: what may go on one, its principal, and when its installments fall due."""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from qb_collections.core.books import Invoice
from qb_collections.core.business_days import Calendar
from qb_collections.core.money import Money, quantum, total
from qb_collections.core.wording import day_text, fit, label, list_text, money_text, short

INSTALLMENTS_MAX = 60
# An agreement that runs longer than five years is a loan, not a payment plan.
YEARS_MAX = 5


class Rhythm(StrEnum):
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"  # the same day of each month, its last day where a month is too short
    MONTH_END = "month_end"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invoice chosen for a plan, with what must be the same for all invoices of one plan."""

    invoice: Invoice
    exchange_rate: Decimal | None = None  # home units per unit of its currency; None: home currency
    ar_account_id: str | None = None
    location_id: str | None = None
    plan_label: str | None = None  # the running plan that it is already on, or that it belongs to
    account_id: str | None = None  # who is billed for its customer; None: the customer


@dataclass(frozen=True, slots=True)
class Terrain:
    """What QuickBooks' settings and the owner's answers allow."""

    plan_on: date  # the plan day, in the company's calendar: one transaction date for every document
    books_closed_on: date | None = None  # the last closed day
    auto_apply: bool | None = None  # QuickBooks applies credits by itself; None: it does not say
    report_basis: str | None = None  # Accrual or Cash
    accrual_confirmed: bool = False  # for income tax and for sales tax, by a named person
    open_credits: Money | None = None  # unapplied payments and open credit memos of the customer
    locale: str = "en_US"
    cash_basis_accepted: bool = False  # an owner typed what cash-basis reports will show

    def day(self, on: date) -> str:
        return day_text(on, self.plan_on.year, self.locale)


def schedule(first_on: date, count: int, rhythm: Rhythm, calendar: Calendar) -> tuple[date, ...]:
    """The due dates: each moved to a business day on or after it, never two on one day.

    Raises ValueError if count is not between 1 and 60.
    """
    if not 1 <= count <= INSTALLMENTS_MAX:
        raise ValueError(f"a plan has 1 to {INSTALLMENTS_MAX} installments, got {count}")
    days: list[date] = []
    for number in range(count):
        day = calendar.next_business_day(_nominal(first_on, number, rhythm))
        if days and day <= days[-1]:
            day = calendar.add_business_days(days[-1], 1)
        days.append(day)
    return tuple(days)


def principal(candidates: Sequence[Candidate]) -> Money:
    """What is still owed on the chosen invoices; nothing is added.  They must share a currency."""
    return total((one.invoice.balance for one in candidates), candidates[0].invoice.balance.currency)


def refusal(
    candidates: Sequence[Candidate], due_dates: Sequence[date], terrain: Terrain, *, overlay: bool = False
) -> str | None:
    """Why there can be no such plan, in one sentence; None when there can.

    An overlay plan writes no documents, so neither rates, locations nor closed books stand in its way.
    """
    reason = _choice(candidates) or _same_account(candidates, overlay)
    if not overlay:
        reason = reason or _sameness(candidates)
    reason = reason or _dates(candidates, due_dates, terrain) or _credits(terrain)
    if not overlay:
        reason = reason or _books(candidates, terrain)
    return reason and fit(reason)


def on_days(due_dates: Sequence[date], plan_on: date, locale: str) -> str | None:
    """Why a plan cannot fall due on these days; None when it can."""
    year, planned = plan_on.year, day_text(plan_on, plan_on.year, locale)
    if not 1 <= len(due_dates) <= INSTALLMENTS_MAX:
        return f"A plan has between 1 and {INSTALLMENTS_MAX} payments; {len(due_dates)} were asked for."
    if due_dates[0] <= plan_on:
        return (
            f"The first payment would be due on {day_text(due_dates[0], year, locale)}, which is not after "
            f"the day of the plan ({planned}). Choose a later day."
        )
    for earlier, later in pairwise(due_dates):
        if later <= earlier:
            return (
                f"The payment due on {day_text(later, year, locale)} does not come after the one due on "
                f"{day_text(earlier, year, locale)}. Put the dates in order."
            )
    if due_dates[-1] > plan_on + timedelta(days=366 * YEARS_MAX):
        last = day_text(due_dates[-1], year, locale)
        return f"The last payment would be due on {last}, more than {YEARS_MAX} years ahead. Choose fewer."
    return None


def _nominal(first_on: date, number: int, rhythm: Rhythm) -> date:
    if rhythm is Rhythm.WEEKLY:
        return first_on + timedelta(days=7 * number)
    if rhythm is Rhythm.FORTNIGHTLY:
        return first_on + timedelta(days=14 * number)
    year, month = divmod(first_on.year * 12 + first_on.month - 1 + number, 12)
    longest = months.monthrange(year, month + 1)[1]
    day = longest if rhythm is Rhythm.MONTH_END else min(first_on.day, longest)
    return date(year, month + 1, day)


def _choice(candidates: Sequence[Candidate]) -> str | None:
    if not candidates:
        return "Choose at least one invoice for the plan."
    ids = [one.invoice.id for one in candidates]
    if len(set(ids)) < len(ids):
        return "An invoice was chosen twice. Choose each one once."
    for one in candidates:
        invoice = one.invoice
        if one.plan_label is not None:
            plan = short(one.plan_label, 24)
            return f"Invoice {label(invoice)} is already on payment plan {plan}. End that plan first."
        if invoice.voided or invoice.balance.amount <= 0:
            return f"Nothing is left to pay on invoice {label(invoice)}. Leave it out of the plan."
    return None


def _several(values: Sequence[object]) -> bool:
    return len(set(values)) > 1


def _names(candidates: Sequence[Candidate]) -> str:
    return list_text([label(one.invoice) for one in candidates])


def _same_account(candidates: Sequence[Candidate], overlay: bool) -> str | None:
    """One account and one currency: of the customer, or in an overlay of all that are billed with it."""
    names = _names(candidates)
    if _several([(one.account_id if overlay else None) or one.invoice.customer_id for one in candidates]):
        return f"Invoices {names} belong to different customers. Make one plan for each customer."
    if _several([one.invoice.balance.currency for one in candidates]):
        return f"Invoices {names} are in different currencies. Make one plan for each currency."
    return None


def _sameness(candidates: Sequence[Candidate]) -> str | None:
    names = _names(candidates)
    if _several([one.exchange_rate for one in candidates]):
        return (
            f"Invoices {names} were booked at different exchange rates, and one plan would post a gain or "
            "loss. Make one plan for each rate."
        )
    if _several([one.ar_account_id for one in candidates]):
        return f"Invoices {names} stand in different receivables accounts. Make one plan for each account."
    if _several([one.location_id for one in candidates]):
        return f"Invoices {names} belong to different locations. Make one plan for each location."
    return None


def _dates(candidates: Sequence[Candidate], due_dates: Sequence[date], terrain: Terrain) -> str | None:
    whole = principal(candidates)
    if len(due_dates) > INSTALLMENTS_MAX:
        return on_days(due_dates, terrain.plan_on, terrain.locale)
    if whole.amount < quantum(whole.currency) * len(due_dates):
        return (
            f"{money_text(whole, terrain.locale)} is too small for {len(due_dates)} payments. Choose fewer."
        )
    ahead = next((one.invoice for one in candidates if one.invoice.issued_on > terrain.plan_on), None)
    if ahead is not None:
        return (
            f"Invoice {label(ahead)} is dated {terrain.day(ahead.issued_on)}, after the day "
            f"of the plan ({terrain.day(terrain.plan_on)}). Leave it out, or make the plan later."
        )
    return on_days(due_dates, terrain.plan_on, terrain.locale)


def _credits(terrain: Terrain) -> str | None:
    """Credits come off first: the principal is what remains (plan-accounting.md, 7)."""
    if terrain.open_credits is not None and terrain.open_credits.amount > 0:
        return (
            f"The customer has {money_text(terrain.open_credits, terrain.locale)} in open credits. "
            "Apply these in QuickBooks first; the plan is then about what remains."
        )
    return None


def _books(candidates: Sequence[Candidate], terrain: Terrain) -> str | None:
    if terrain.books_closed_on is not None and terrain.plan_on <= terrain.books_closed_on:
        return (
            f"The books are closed through {terrain.day(terrain.books_closed_on)}, and the plan would be "
            f"dated {terrain.day(terrain.plan_on)}. Choose a later day, or move "
            "the closing date in QuickBooks."
        )
    if terrain.cash_basis_accepted:
        return None
    if terrain.report_basis == "Cash":
        return (
            "QuickBooks reports on a cash basis here. Installment invoices would show income and tax before "
            "the customer has paid. A plan kept here changes no report."
        )
    if not terrain.accrual_confirmed:
        return (
            "Nobody has confirmed yet that income tax and sales tax are filed on an accrual basis. "
            "Installment invoices are refused until an owner or accountant has."
        )
    return None
