"""The terms of a payment plan: in how many payments, of how much, and when; to the cent and the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_collections.core.business_days import Calendar
from qb_collections.core.money import Money, quantum, split_evenly, total
from qb_collections.core.plans import INSTALLMENTS_MAX, Rhythm, schedule
from qb_collections.core.policy_sections import Plans
from qb_collections.core.wording import day_text, fit, money_text

Split = tuple[tuple[date, Money], ...]
WORDS = {
    Rhythm.WEEKLY: "weekly",
    Rhythm.FORTNIGHTLY: "fortnightly",
    Rhythm.MONTHLY: "monthly",
    Rhythm.MONTH_END: "at each month's end",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for.  Either a number of payments, or an amount for each, or the days themselves."""

    first_on: date | None = None
    rhythm: Rhythm = Rhythm.MONTHLY
    payments: int | None = None  # the first one, of so much, counts
    each: Decimal | None = None  # the last payment is what is left
    first_amount: Decimal | None = None  # a down payment, due on first_on
    days: tuple[date, ...] = ()  # instead of first_on and rhythm
    amounts: tuple[Decimal, ...] = ()  # one for each of the days; none: equal parts


@dataclass(frozen=True, slots=True)
class Shape:
    """A plan ready to be offered."""

    terms: Terms
    split: Split

    def text(self, locale: str, year: int) -> str:
        """6 payments of $1,606.67, monthly from Monday 16 November"""
        count, (first_on, amount) = len(self.split), self.split[0]
        least = self.split[-1][1]
        about = money_text(amount, locale)
        if least != amount:
            about = f"{about} (the last {money_text(least, locale)})"
        return (
            f"{count} payments of {about}, {WORDS[self.terms.rhythm]} from {day_text(first_on, year, locale)}"
        )


def split(whole: Money, terms: Terms, calendar: Calendar, *, locale: str = "en_US") -> Split | str:
    """The payments with their days, moved to business days; or why there can be none, in a sentence.

    Equal parts differ by one smallest unit at most, the odd units in the earliest; the sum is exactly
    the whole.  With an amount for each, the last payment is what is left.
    """
    amounts = _amounts(whole, terms, locale)
    if isinstance(amounts, str):
        return fit(amounts)
    days = _days(terms, len(amounts), calendar)
    if isinstance(days, str):
        return fit(days)
    return tuple(zip(days, amounts, strict=True))


def beyond(parts: Split, plans: Plans, agreed_on: date, *, locale: str = "en_US") -> tuple[str, ...]:
    """What the policy does not offer without a person's agreement, a sentence each; empty: all within it."""
    year = agreed_on.year
    first_on, last_on = parts[0][0], parts[-1][0]
    said = []
    if not plans.offered:
        said.append("The policy offers no payment plans.")
    if len(parts) > plans.payments_at_most:
        said.append(f"The policy offers at most {plans.payments_at_most} payments; these are {len(parts)}.")
    if (last_on - first_on).days > plans.days_at_most:
        said.append(
            f"The policy offers at most {plans.days_at_most} days from the first payment to the last; "
            f"the last one is on {day_text(last_on, year, locale)}."
        )
    if (first_on - agreed_on).days > plans.first_within_days:
        said.append(
            f"The policy asks for the first payment within {plans.first_within_days} days; "
            f"it is on {day_text(first_on, year, locale)}."
        )
    least = min((amount for _, amount in parts), key=lambda one: one.amount)
    if least.amount < plans.smallest_payment:
        limit = money_text(Money(plans.smallest_payment, least.currency), locale)
        said.append(f"The policy asks for payments of at least {limit}; one is {money_text(least, locale)}.")
    return tuple(fit(one) for one in said)


def shapes(whole: Money, plans: Plans, agreed_on: date, calendar: Calendar) -> tuple[Shape, ...]:
    """Two or three plans within the policy: the quickest, one between, the longest.  Fewer if few fit."""
    first_on = calendar.next_business_day(
        date.fromordinal(agreed_on.toordinal() + min(7, plans.first_within_days))
    )
    fitting = [
        Shape(terms, made)
        for terms, made in _candidates(whole, plans, first_on, calendar)
        if not beyond(made, plans, agreed_on)
    ]
    if len(fitting) <= 3:
        return tuple(fitting)
    return fitting[0], fitting[len(fitting) // 2], fitting[-1]


def _candidates(
    whole: Money, plans: Plans, first_on: date, calendar: Calendar
) -> Iterator[tuple[Terms, Split]]:
    for count in range(2, plans.payments_at_most + 1):
        terms = Terms(first_on, Rhythm(plans.rhythm), payments=count)
        made = split(whole, terms, calendar)
        if not isinstance(made, str):
            yield terms, made


def _amounts(whole: Money, terms: Terms, locale: str) -> Sequence[Money] | str:
    text = money_text(whole, locale)
    unit = quantum(whole.currency)
    for asked in (terms.each, terms.first_amount):
        if asked is not None and (asked <= 0 or asked % unit):
            return (
                f"A payment of {asked} cannot be made in {whole.currency}. "
                f"Name an amount above zero, in steps of {unit}."
            )
    if terms.amounts:
        return _named(whole, terms, text, locale)
    if terms.first_amount is not None:
        return _with_first(whole, Money(terms.first_amount, whole.currency), terms, locale)
    if terms.each is not None:
        return _of_each(whole, terms.each, terms, locale)
    count = len(terms.days) or terms.payments
    if count is None:
        return "Say in how many payments, or how much each payment is."
    return _equal(whole, count, text)


def _named(whole: Money, terms: Terms, text: str, locale: str) -> Sequence[Money] | str:
    """Amounts that were agreed on before, to the cent: they fit while nothing else has changed."""
    amounts = [Money(one, whole.currency) for one in terms.amounts]
    together = total(amounts, whole.currency)
    if together != whole:
        return (
            f"Its payments come to {money_text(together, locale)}, and {text} is open on these invoices now. "
            "Agree on a new plan for what is open."
        )
    return amounts


def _equal(whole: Money, count: int, text: str) -> Sequence[Money] | str:
    if not 1 <= count <= INSTALLMENTS_MAX:
        return f"A plan has between 1 and {INSTALLMENTS_MAX} payments; {count} were asked for."
    most = int(whole.amount / quantum(whole.currency))
    if most < 1:
        return "Nothing is left to pay on these invoices. Choose invoices that are open."
    if count > most:
        return f"{text} is too small for {count} payments. Choose fewer: {most} at most."
    return split_evenly(whole, count)


def _with_first(whole: Money, first: Money, terms: Terms, locale: str) -> Sequence[Money] | str:
    if first >= whole:
        return (
            f"The first payment of {money_text(first, locale)} would pay all of {money_text(whole, locale)}. "
            "Choose a smaller one, or ask for the whole at once."
        )
    rest = whole - first
    if terms.each is not None:
        others = _of_each(rest, terms.each, terms, locale)
    else:
        count = (len(terms.days) or terms.payments or 0) - 1
        if count < 1:
            return "After a first payment of so much at least one more is needed; say how many in all."
        others = _equal(rest, count, money_text(rest, locale))
    return others if isinstance(others, str) else (first, *others)


def _of_each(whole: Money, each: Decimal, terms: Terms, locale: str) -> Sequence[Money] | str:
    count = _times(whole.amount, each)
    if count > INSTALLMENTS_MAX:
        least = Money(Decimal(_times(whole.amount, Decimal(INSTALLMENTS_MAX))), whole.currency)
        return (
            f"Payments of {money_text(Money(each, whole.currency), locale)} would be {count} for "
            f"{money_text(whole, locale)}; at most {INSTALLMENTS_MAX} are possible. Choose at least "
            f"{money_text(least, locale)}."
        )
    last = whole.amount - each * (count - 1)
    return [*(Money(each, whole.currency) for _ in range(count - 1)), Money(last, whole.currency)]


def _times(whole: Decimal, part: Decimal) -> int:
    """How many parts it takes, the last one perhaps smaller."""
    full, rest = divmod(whole, part)
    return int(full) + (rest > 0)


def _days(terms: Terms, count: int, calendar: Calendar) -> Sequence[date] | str:
    if terms.days:
        if len(terms.days) != count:
            return f"{len(terms.days)} days were named for {count} payments. Name a day for each."
        # Out of order stays so: it is refused with the two days named.
        return tuple(calendar.next_business_day(day) for day in terms.days)
    if terms.first_on is None:
        return "Say on which day the first payment is due."
    return schedule(terms.first_on, count, terms.rhythm, calendar)
