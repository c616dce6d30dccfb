"""Where receivables stood at the end of a day: every figure of field.md section 6 that the books can tell.

Rebuilt from what was applied by then, in one currency, plan documents looked through: originals keep
their own due dates, and settled by a plan is not paid.  Disputed invoices are in, and shown apart.
A figure over a period that begins before history is complete is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core import dealings, metrics
from qb_collections.core.dealings import Records
from qb_collections.core.metrics import BUCKETS
from qb_collections.core.past import ZERO, Past, PastInvoice
from qb_collections.core.survival import Tally, survival

PERIOD_DAYS = 90
MONTH_DAYS = 30
MONTHS_BACK = 24
AT_RISK_DAYS = 90
NINE_IN_TEN = Decimal("0.9")
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Standing:
    """One currency at the end of one day.  Shares are 0 to 1; None: undefined, or not known so far back."""

    currency: str
    on: date
    open: Decimal
    credits: Decimal  # unapplied payments and open credit memos
    overdue: Decimal
    disputed: Decimal  # part of open
    aging: Mapping[str, Decimal]
    sales: Decimal | None  # billed in the last 90 days
    dso: Decimal | None
    best_dso: Decimal | None
    days_delinquent: Decimal | None
    countback_dso: Decimal | None
    effectiveness: Decimal | None  # CEI, percent
    turnover: Decimal | None
    delay_days: Decimal | None  # average payment delay, weighed by amount
    pay_mean_days: Decimal | None  # from the invoice date, unpaid ones counted
    pay_median_days: int | None
    pay_nine_in_ten_days: int | None
    on_time_count: Decimal | None
    on_time_amount: Decimal | None
    at_risk: Decimal | None
    at_risk_month: date | None  # its first day
    roll: Mapping[str, Decimal | None]  # from each bucket to an older one in 30 days
    recovered: Decimal | None  # of what was overdue 30 days ago
    promises_kept_count: Decimal | None
    promises_kept_amount: Decimal | None
    promise_coverage: Decimal | None
    contacts: int  # delivered in the last 90 days
    wasted_contacts: int  # what they asked for was paid already
    contacts_per_paid: Decimal | None
    dispute_rate: Decimal | None
    dispute_days: int | None  # median from opened to settled
    installments_on_time: Decimal | None

    @property
    def band(self) -> str | None:
        return metrics.delay_band(self.delay_days) if self.delay_days is not None else None


def standing(past: Past, books: Past, currency: str, on: date, records: Records) -> Standing:
    """past is looked through, books is not: installments are read there."""
    found = past.of_currency(currency)
    ids = {one.invoice.id for one in found}
    began_on = on - timedelta(days=PERIOD_DAYS)
    whole = past.since_on is not None and past.since_on <= began_on
    open_now = _owed(found, on)
    current = open_now - _overdue(found, on)
    sales = _sales(found, began_on, on) if whole else None
    began = _owed(found, began_on)
    dso = metrics.simple_dso(open_now, sales, PERIOD_DAYS) if sales is not None else None
    best = metrics.best_possible_dso(current, sales, PERIOD_DAYS) if sales is not None else None
    pay = _time_to_pay(past, found, on)
    at_risk, month = _at_risk(past, found, on)
    held = [one for one in records.holds if one.hold.invoice_id in ids]
    disputed = dealings.disputed(past, held, on)
    said = [one for one in records.said if one.currency == currency and dealings.counts(one, began_on, on)]
    paid = [one for one in found if (paid_on := one.paid_on(on)) is not None and began_on < paid_on]
    promises = [one for one in records.promises if one.currency == currency]
    due = [one for one in found if one.invoice.due_on is not None and began_on < one.invoice.due_on <= on]
    return Standing(
        currency=currency,
        on=on,
        open=open_now,
        credits=_credits(past, currency, on),
        overdue=open_now - current,
        disputed=sum((one.balance_on(on) for one in found if one.invoice.id in disputed), ZERO),
        aging=aging(found, on),
        sales=sales,
        dso=dso,
        best_dso=best,
        days_delinquent=metrics.average_days_delinquent(dso, best),
        countback_dso=metrics.countback_dso(open_now, _months(past, found, on)),
        effectiveness=metrics.collective_effectiveness(began, sales, open_now, current)
        if sales is not None
        else None,
        turnover=metrics.turnover(sales, began, open_now) if sales is not None else None,
        delay_days=metrics.average_payment_delay(_delays(found, paid, on)) if whole else None,
        pay_mean_days=pay.mean,
        pay_median_days=pay.day_of(HALF),
        pay_nine_in_ten_days=pay.day_of(NINE_IN_TEN),
        on_time_count=metrics.ratio(sum(_in_time(one) for one in due), len(due)) if whole else None,
        on_time_amount=metrics.ratio(_paid_by_due(due), _total(due)) if whole else None,
        at_risk=at_risk,
        at_risk_month=month,
        roll=_roll(past, found, on),
        recovered=_recovered(past, found, on),
        promises_kept_count=dealings.kept_count(promises),
        promises_kept_amount=metrics.share_kept(
            (one.promised, one.received) for one in promises if one.state in dealings.OVER
        ),
        promise_coverage=metrics.ratio(dealings.promised(promises, open_now - current), open_now - current),
        contacts=len(said),
        wasted_contacts=sum(dealings.was_paid(past, one) for one in said),
        contacts_per_paid=metrics.ratio(len(said), len(paid)) if whole else None,
        dispute_rate=metrics.ratio(dealings.opened(past, held, began_on, on), _billed(found, began_on, on))
        if whole
        else None,
        dispute_days=dealings.dispute_days(past, held, on),
        installments_on_time=_installments(books, currency, began_on, on),
    )


def aging(found: Iterable[PastInvoice], on: date) -> dict[str, Decimal]:
    """Balances by days past the first due date; without a due date an invoice is current."""
    buckets = dict.fromkeys(BUCKETS, ZERO)
    for one in found:
        balance = one.balance_on(on)
        if balance:
            buckets[_bucket(one, on)] += balance
    return buckets


def _bucket(one: PastInvoice, on: date) -> str:
    return metrics.bucket((on - one.invoice.due_on).days if one.invoice.due_on is not None else 0)


def _owed(found: Iterable[PastInvoice], on: date) -> Decimal:
    return sum((one.balance_on(on) for one in found), ZERO)


def _overdue(found: Iterable[PastInvoice], on: date) -> Decimal:
    return sum((one.balance_on(on) for one in found if _is_late(one, on)), ZERO)


def _is_late(one: PastInvoice, on: date) -> bool:
    return one.invoice.due_on is not None and one.invoice.due_on < on


def _total(found: Iterable[PastInvoice]) -> Decimal:
    return sum((one.invoice.total.amount for one in found), ZERO)


def _sales(found: Iterable[PastInvoice], after: date, through: date) -> Decimal:
    return _total(one for one in found if after < one.invoice.issued_on <= through)


def _billed(found: Iterable[PastInvoice], after: date, through: date) -> int:
    return sum(after < one.invoice.issued_on <= through for one in found)


def _credits(past: Past, currency: str, on: date) -> Decimal:
    """Money and credits of that day that were on no invoice yet."""
    issued = {one.invoice.id: one.invoice.issued_on for one in past.invoices}
    left = ZERO
    used: dict[str, Decimal] = {}
    for one in past.payments:
        payment = one.payment
        if payment.received_on > on or payment.total.currency != currency:
            continue
        left += payment.unapplied.amount
        for link in one.links:
            if link.document_kind == "Invoice" and issued.get(link.document_id, payment.received_on) > on:
                left += link.amount.amount
            elif link.document_kind == "CreditMemo":
                used[link.document_id] = used.get(link.document_id, ZERO) + abs(link.amount.amount)
    for memo in past.memos:
        if memo.issued_on <= on and memo.total.currency == currency:
            left += max(memo.total.amount - used.get(memo.id, ZERO), memo.remaining.amount)
    return left


def _months(past: Past, found: Sequence[PastInvoice], on: date) -> list[tuple[Decimal, int]]:
    """Sales and days of each calendar month, the running one first, as far back as history is complete."""
    months: list[tuple[Decimal, int]] = []
    last = on
    while past.since_on is not None and len(months) < MONTHS_BACK:
        before = last.replace(day=1) - timedelta(days=1)
        if before < past.since_on - timedelta(days=1):
            break
        months.append((_sales(found, before, last), (last - before).days))
        last = before
    return months


def _delays(found: Sequence[PastInvoice], paid: Sequence[PastInvoice], on: date) -> list[tuple[Decimal, int]]:
    """What was paid in the period with its delay, and what is overdue with its days so far."""
    delays = []
    for one in paid:
        paid_on = one.paid_on(on)
        if one.invoice.due_on is not None and paid_on is not None:
            delays.append((one.invoice.total.amount, (paid_on - one.invoice.due_on).days))
    for one in found:
        if one.invoice.due_on is not None and _is_late(one, on) and (balance := one.balance_on(on)):
            delays.append((balance, (on - one.invoice.due_on).days))
    return delays


class _TimeToPay:
    """Days from the invoice date to the payment, of invoices issued since history is complete."""

    def __init__(self, tally: Tally) -> None:
        self._curve = survival(tally)
        self._last = max((*tally.paid, *tally.still_open), default=0)

    def day_of(self, share: Decimal) -> int | None:
        return self._curve.day_of(share)

    @property
    def mean(self) -> Decimal | None:
        """The mean up to the longest time seen: what is not paid by then counts with that."""
        if not self._curve.days:
            return None
        total, before = ZERO, Decimal(1)
        for days, left in zip(self._curve.days, self._curve.left, strict=True):
            total += days * (before - left)
            before = left
        return total + before * self._last


def _time_to_pay(past: Past, found: Iterable[PastInvoice], on: date) -> _TimeToPay:
    tally = Tally.empty()
    for one in found:
        issued_on = one.invoice.issued_on
        if past.since_on is None or not past.since_on <= issued_on <= on:
            continue
        paid_on = one.paid_on(on)
        if paid_on is not None:
            tally.add((paid_on - issued_on).days, paid=True)
        elif one.settled_on(on) is None:
            tally.add((on - issued_on).days, paid=False)
    return _TimeToPay(tally)


def _in_time(one: PastInvoice) -> bool:
    settled_on = one.settled_on(one.invoice.due_on)
    return settled_on is not None


def _paid_by_due(due: Iterable[PastInvoice]) -> Decimal:
    return sum(
        (one.invoice.total.amount - one.balance_on(one.invoice.due_on) for one in due if one.invoice.due_on),
        ZERO,
    )


def _at_risk(past: Past, found: Sequence[PastInvoice], on: date) -> tuple[Decimal | None, date | None]:
    """Of the latest month whose invoices are all 90 days past due: the share of it unpaid at that age."""
    months: dict[date, list[PastInvoice]] = {}
    for one in found:
        if one.invoice.due_on is not None and one.invoice.issued_on <= on:
            months.setdefault(one.invoice.issued_on.replace(day=1), []).append(one)
    for month, some in sorted(months.items(), reverse=True):
        if past.since_on is None or month < past.since_on:
            break
        ages = [
            (one, one.invoice.due_on + timedelta(days=AT_RISK_DAYS)) for one in some if one.invoice.due_on
        ]
        if all(aged_on <= on for _, aged_on in ages):
            unpaid = sum((one.balance_on(aged_on) for one, aged_on in ages), ZERO)
            return metrics.ratio(unpaid, _total(some)), month
    return None, None


def _roll(past: Past, found: Sequence[PastInvoice], on: date) -> dict[str, Decimal | None]:
    before = on - timedelta(days=MONTH_DAYS)
    known = past.since_on is not None and past.since_on <= before
    rates: dict[str, Decimal | None] = {}
    for name in BUCKETS[:-1]:
        held = [one for one in found if one.balance_on(before) and _bucket(one, before) == name]
        older = sum((one.balance_on(on) for one in held if _bucket(one, on) != name), ZERO)
        rates[name] = metrics.ratio(older, _owed(held, before)) if known else None
    return rates


def _recovered(past: Past, found: Sequence[PastInvoice], on: date) -> Decimal | None:
    before = on - timedelta(days=MONTH_DAYS)
    if past.since_on is None or past.since_on > before:
        return None
    late = [one for one in found if _is_late(one, before) and one.balance_on(before)]
    cash = sum((a.money for one in late for a in one.applied if before < a.on <= on), ZERO)
    return metrics.ratio(cash, _owed(late, before))


def _installments(books: Past, currency: str, after: date, through: date) -> Decimal | None:
    """Of the installments due in the period: paid by their due date.  By count."""
    own = {id for span in books.plans for id in span.plan.installment_ids}
    due = [
        one
        for one in books.of_currency(currency)
        if one.invoice.id in own and one.invoice.due_on is not None and after < one.invoice.due_on <= through
    ]
    return metrics.ratio(sum(_in_time(one) for one in due), len(due))
