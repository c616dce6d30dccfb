"""The figures of receivables as of any past day since history is complete, per currency, in sentences too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from qb_collections.core.money import Money
from qb_collections.core.standing import PERIOD_DAYS, Standing, standing
from qb_collections.core.wording import date_text, money_text
from qb_collections.services.context import Context
from qb_collections.services.knowing import look_back, percent
from qb_collections.services.refusal import Refusal
from qb_collections.store import cursors
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

_AGES = {
    "current": "not due yet",
    "1-30": "1 to 30 days late",
    "31-60": "31 to 60 days late",
    "61-90": "61 to 90 days late",
    "91+": "over 90 days late",
}


@dataclass(frozen=True, slots=True)
class Figures:
    on: date
    standings: tuple[Standing, ...]
    since: str
    locale: str

    @property
    def lines(self) -> list[str]:
        said = [line for one in self.standings for line in (*sentences(one, self.locale), "")]
        return [*(said or ["Nothing was billed by then."]), self.since]


def figures(context: Context, company: Company, as_of: date | None = None) -> Figures | Refusal:
    """As of the end of a day in the company's calendar; today when none is named."""
    today = company.today(context.clock.now())
    on = as_of or today
    with reading(context.engine) as conn:
        cursor = cursors.cursor(conn, company.id)
        if cursor is None or cursor.first_synced_at is None:
            return Refusal(f"{company.name} has not been read yet.", "Read it with: qb-collections sync")
        since = company.history_since or company.today(cursor.first_synced_at)
        if not since <= on <= today:
            return Refusal(
                f"Figures can be worked out from {date_text(since, company.locale)} to "
                f"{date_text(today, company.locale)}, not for {date_text(on, company.locale)}."
            )
        looking = look_back(conn, company, on)
    currencies = looking.past.currencies or [company.currency]
    made = tuple(standing(looking.past, looking.books, one, on, looking.records) for one in currencies)
    return Figures(on, made, looking.since, company.locale)


def sentences(one: Standing, locale: str) -> list[str]:
    """What an owner wants to know first; a figure that is not known is left out."""

    def money(amount: Decimal) -> str:
        return money_text(Money(amount, one.currency), locale)

    said = [
        f"{date_text(one.on, locale)}, {one.currency}: customers owe you {money(one.open)}, "
        f"{money(one.overdue)} of it late."
    ]
    if one.credits:
        said.append(f"Credits and payments not applied yet: {money(one.credits)}.")
    if one.disputed:
        said.append(f"Under dispute: {money(one.disputed)}.")
    said += [f"  {_AGES[age]}: {money(amount)}" for age, amount in one.aging.items() if amount]
    if one.pay_mean_days is not None and one.pay_median_days is not None:
        nine = (
            f", nine in ten within {one.pay_nine_in_ten_days}" if one.pay_nine_in_ten_days is not None else ""
        )
        said.append(
            f"Customers pay you after {days(one.pay_mean_days)} on average; half of the invoices are paid "
            f"within {one.pay_median_days} days of their date{nine}. Unpaid ones count too."
        )
    said += [*_of_period(one), *_of_people(one)]
    return said


def _of_period(one: Standing) -> list[str]:
    """The classical ratios, each with its usual name."""
    rows = (
        ("Days sales outstanding (DSO)", one.dso, days),
        ("Best possible DSO, if nothing were late", one.best_dso, days),
        ("Average days delinquent", one.days_delinquent, days),
        ("DSO counted back over the months", one.countback_dso, days),
        ("Collection effectiveness (CEI)", one.effectiveness, lambda value: f"{_one(value)} %"),
        ("Average payment delay after the due date", one.delay_days, days),
        ("Paid on time, by amount", one.on_time_amount, percent),
        ("Paid on time, by count", one.on_time_count, percent),
        ("Still unpaid 90 days after the due date", one.at_risk, percent),
        ("Collected within 30 days of what was late", one.recovered, percent),
    )
    said = [f"{name}: {shown(value)}." for name, value, shown in rows if value is not None]
    if said and one.sales is not None:
        said.insert(0, f"Over the last {PERIOD_DAYS} days:")
    return said


def _of_people(one: Standing) -> list[str]:
    rows = (
        ("Promises kept, by count", one.promises_kept_count, percent),
        ("Promises kept, by amount", one.promises_kept_amount, percent),
        ("Late amount that is promised", one.promise_coverage, percent),
        ("Invoices questioned", one.dispute_rate, percent),
        ("Payments of plans on time", one.installments_on_time, percent),
    )
    said = [f"{name}: {shown(value)}." for name, value, shown in rows if value is not None and value > 0]
    if one.contacts:
        wasted = (
            f"; {one.wasted_contacts} reached somebody who had paid already" if one.wasted_contacts else ""
        )
        said.append(f"Contacts in the last {PERIOD_DAYS} days: {one.contacts}{wasted}.")
    return said


def days(value: Decimal) -> str:
    """41 days, or 41.5 days where the half says something."""
    text = _one(value).removesuffix(".0")
    return f"{text} {'day' if text == '1' else 'days'}"


def _one(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.1"), ROUND_HALF_UP))
