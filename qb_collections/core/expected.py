"""When open invoices will be paid, going by how their customers paid so far; and the cash of the weeks ahead.

An expectation rests on the customer's curve (core/traits.py) from the day that the invoice has
stayed unpaid until now: who is ten days late already is not expected eight days late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money, quantum
from qb_collections.core.survival import ONE, ZERO
from qb_collections.core.traits import HALF, TENTH, Knowledge, Traits

WEEKS = 13
# Nine times in ten a normal quantity is below its middle plus so many standard deviations.
_NINE_IN_TEN = Decimal("1.2816")


@dataclass(frozen=True, slots=True)
class Expected:
    """One open invoice.  Half of such are paid by on, one in ten by from_on, nine in ten by until_on.

    on None: hardly anybody who was as late as this has paid, so no day can be named.  until_on None:
    more than one in ten such invoices were never seen paid.
    """

    invoice: Invoice
    customer_id: str  # whose case it belongs to
    on: date | None
    from_on: date | None
    until_on: date | None
    rests_on: int  # paid invoices of the customer's own


@dataclass(frozen=True, slots=True)
class Week:
    """Cash of one week, Monday to Sunday; the first begins on the day of looking."""

    first_on: date
    last_on: date
    expected: Money
    low: Money  # nine weeks in ten bring more
    high: Money  # nine in ten bring less


@dataclass(frozen=True, slots=True)
class Forecast:
    """One currency.  open = the weeks + later + unlikely + disputed, to the smallest unit."""

    currency: str
    open: Money
    weeks: tuple[Week, ...]
    later: Money  # expected after the last week
    unlikely: Money  # as late as nobody was who paid, or without a due date: no day can be named
    disputed: Money


def expected(invoice: Invoice, customer_id: str, traits: Traits, today: date) -> Expected:
    """today is not over: what was due yesterday and is unpaid stayed unpaid through yesterday."""
    if invoice.due_on is None:
        return Expected(invoice, customer_id, None, None, None, traits.invoices)
    unpaid_through = (today - invoice.due_on).days - 1

    def day(share: Decimal) -> date | None:
        assert invoice.due_on is not None
        days = traits.curve.day_of(share, unpaid_through)
        return invoice.due_on + timedelta(days=days) if days is not None else None

    return Expected(invoice, customer_id, day(HALF), day(TENTH), day(ONE - TENTH), traits.invoices)


def forecast(
    open_invoices: Iterable[tuple[str, Invoice]],
    knowledge: Knowledge,
    today: date,
    *,
    disputed_ids: frozenset[str] = frozenset(),
    weeks: int = WEEKS,
) -> list[Forecast]:
    """Expected cash per week and currency.  open_invoices: (head of case, invoice).

    Each invoice brings its balance times the chance that it is paid that week.  The range takes
    customers to decide independently of each other, which they do not quite do.
    """
    by_currency: dict[str, list[tuple[str, Invoice]]] = {}
    for head, invoice in open_invoices:
        if invoice.balance.amount > 0:
            by_currency.setdefault(invoice.balance.currency, []).append((head, invoice))
    spans = _spans(today, weeks)
    return [
        _of_currency(currency, found, knowledge, today, disputed_ids, spans)
        for currency, found in sorted(by_currency.items())
    ]


def _spans(today: date, weeks: int) -> list[tuple[date, date]]:
    spans, first = [], today
    for _ in range(weeks):
        last = first + timedelta(days=6 - first.weekday())
        spans.append((first, last))
        first = last + timedelta(days=1)
    return spans


def _of_currency(
    currency: str,
    found: Sequence[tuple[str, Invoice]],
    knowledge: Knowledge,
    today: date,
    disputed_ids: frozenset[str],
    spans: Sequence[tuple[date, date]],
) -> Forecast:
    means, variances = [ZERO] * len(spans), [ZERO] * len(spans)
    whole = disputed = unlikely = ZERO
    known: dict[tuple[str, date], Sequence[Decimal] | None] = {}
    for head, invoice in found:
        amount = invoice.balance.amount
        whole += amount
        if invoice.id in disputed_ids:
            disputed += amount
            continue
        chances = None
        if invoice.due_on is not None:
            key = head, invoice.due_on
            if key not in known:
                known[key] = _chances(knowledge.of(head), invoice.due_on, today, spans)
            chances = known[key]
        if chances is None:
            unlikely += amount
            continue
        for place, chance in enumerate(chances):
            means[place] += amount * chance
            variances[place] += amount * amount * chance * (ONE - chance)
    unit = quantum(currency)
    rounded = [mean.quantize(unit) for mean in means]
    room = whole - disputed - unlikely
    made = [
        _week(span, mean, variance, room, currency)
        for span, mean, variance in zip(spans, rounded, variances, strict=True)
    ]
    later = room - sum(rounded, ZERO)
    return Forecast(
        currency,
        Money(whole, currency),
        tuple(made),
        Money(later, currency),
        Money(unlikely, currency),
        Money(disputed, currency),
    )


def _chances(
    traits: Traits, due_on: date, today: date, spans: Sequence[tuple[date, date]]
) -> list[Decimal] | None:
    """The chance for each week; None: nobody was seen to pay this late."""
    unpaid_through = (today - due_on).days - 1
    if not traits.curve.days or traits.curve.days[-1] <= unpaid_through:
        return None
    return [
        traits.curve.paid_between((first - due_on).days - 1, (last - due_on).days, unpaid_through)
        for first, last in spans
    ]


def _week(span: tuple[date, date], mean: Decimal, variance: Decimal, room: Decimal, currency: str) -> Week:
    reach = _NINE_IN_TEN * variance.sqrt()
    unit = quantum(currency)
    low, high = max(mean - reach, ZERO).quantize(unit), min(mean + reach, room).quantize(unit)
    return Week(*span, Money(mean, currency), Money(low, currency), Money(high, currency))
