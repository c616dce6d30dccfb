"""How a customer pays, from the books' own history: facts, and what to expect where there are few.

Rests on invoices issued since the history is complete and paid in money, one observation each: the
days from *their* due date to the day of the last payment.  Plan documents, voided invoices and
those that credits alone settled are no observations; an invoice without a due date neither.

What is expected of a customer is their own observations at weight one each, together with the whole
company's at a common weight of PRIOR / (number of the company's), so that the company counts as PRIOR
invoices in all:

    S(d) = product limit over own + company * PRIOR / n_company
    share on time = (n * own share + PRIOR * company's share) / (n + PRIOR)

With none of their own a customer is like the company; with 45 the company weighs a tenth.  Unpaid
invoices count as unpaid up to the day of looking, so that the slow are not made to look quick.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.past import Past, PastInvoice, PastPayment
from qb_collections.core.survival import ONE, ZERO, Survival, Tally, survival

PRIOR = 5  # how many invoices the company counts for beside a customer's own
HALF, QUARTER, TENTH = Decimal("0.5"), Decimal("0.25"), Decimal("0.1")
# From how many observations a habit is called one, and from which share of them.
PART_PAYMENTS, PART_SHARE = 3, (1, 3)
BATCH_PAYMENTS, BATCH_SHARE = 3, (1, 2)
WEEKDAY_PAYMENTS, WEEKDAY_SHARE = 5, (1, 2)
STAGE_INVOICES = 3
REGULAR_INVOICES, REGULAR_DAYS = 6, 3  # half of at least six invoices paid within three days of each other


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises to pay that are over: kept, kept in part, broken."""

    kept: int = 0
    part: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Traits:
    """One customer, or the whole company.  None: too little is known to say."""

    invoices: int  # paid ones that it rests on
    unpaid: int  # still open ones that count as unpaid so far
    since_on: date | None  # issued from that day on
    own_median_days: Decimal | None  # days late of the paid ones, the customer's alone
    median_days: int | None  # shrunk; days from the due date, negative before it
    early_days: int | None  # a quarter is paid by then
    late_days: int | None  # three quarters are
    on_time: Decimal | None  # share paid by the due date, shrunk
    usual_day: int | None  # days late by which a regular payer has paid three invoices of four
    latest_day: int | None  # the latest of their own that were paid; None with fewer than six
    part_payer: bool | None
    batch_payer: bool | None
    weekday: int | None  # the usual one, Monday is 0
    pays_after: str | None  # code of the stage that most payments followed
    promises: Kept
    disputes: int
    curve: Survival  # of days late, shrunk

    @property
    def spread_days(self) -> int | None:
        """Between the quarters: half of the invoices are paid within so many days of each other."""
        if self.early_days is None or self.late_days is None:
            return None
        return self.late_days - self.early_days


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known on a day: the company as a whole, and each customer by id (heads of cases only)."""

    on: date
    company: Traits
    customers: Mapping[str, Traits]
    unknown: Traits  # a customer of whom nothing is known: as the company

    def of(self, customer_id: str) -> Traits:
        return self.customers.get(customer_id, self.unknown)


def days_late(one: PastInvoice, on: date) -> int | None:
    """Days from the due date to the last money of an invoice paid by that day; None: no observation."""
    paid_on = one.paid_on(on)
    if paid_on is None or one.invoice.due_on is None:
        return None
    return (paid_on - one.invoice.due_on).days


def know(
    past: Past,
    on: date,
    *,
    contacts: Mapping[str, Sequence[Contact]] | None = None,
    promises: Mapping[str, Kept] | None = None,
    disputes: Mapping[str, int] | None = None,
    only: Collection[str] | None = None,
) -> Knowledge:
    """Everything about everybody as of the end of that day.  past is looked through.

    only: heads of cases whose traits are wanted; the company's rest on everybody all the same.
    contacts, promises and disputes are by head of case.  While history has not been read whole
    nothing is known: what is there would be the late ones only.
    """
    contacts, promises, disputes = contacts or {}, promises or {}, disputes or {}
    by_head = _observed(past, on)
    money: dict[str, list[PastPayment]] = defaultdict(list)
    for payment in past.payments:
        if payment.payment.received_on <= on and payment.payment.total.amount > 0 and past.since_on:
            money[past.head(payment.payment.customer_id)].append(payment)
    everyone = Tally.empty()
    tallies = {head: _tally(found, on) for head, found in by_head.items()}
    for tally in tallies.values():
        everyone = everyone.joined(tally, ONE)
    prior, prior_on_time = _prior(everyone)
    customers = {
        head: _traits(
            past,
            on,
            by_head.get(head, []),
            tallies.get(head, Tally.empty()),
            money.get(head, []),
            contacts.get(head, ()),
            promises.get(head, Kept()),
            disputes.get(head, 0),
            (prior, prior_on_time),
        )
        for head in by_head.keys() | money.keys() | promises.keys() | disputes.keys()
        if only is None or head in only
    }
    every = [one for found in by_head.values() for one in found]
    company = _traits(
        past,
        on,
        every,
        everyone,
        [one for some in money.values() for one in some],
        [one for some in contacts.values() for one in some],
        _all_promises(promises.values()),
        sum(disputes.values()),
        (Tally.empty(), None),
    )
    nobody = _traits(past, on, [], Tally.empty(), [], (), Kept(), 0, (prior, prior_on_time))
    return Knowledge(on, company, customers, nobody)


def _observed(past: Past, on: date) -> dict[str, list[PastInvoice]]:
    by_head: dict[str, list[PastInvoice]] = defaultdict(list)
    if past.since_on is None:
        return by_head
    for one in past.invoices:
        invoice = one.invoice
        # An older one is here only because it was paid late: it would make everybody look slow.
        if invoice.due_on is not None and past.since_on <= invoice.issued_on <= on:
            by_head[past.head(invoice.customer_id)].append(one)
    return by_head


def _tally(found: Iterable[PastInvoice], on: date) -> Tally:
    tally = Tally.empty()
    for one in found:
        assert one.invoice.due_on is not None
        late = days_late(one, on)
        if late is not None:
            tally.add(late, paid=True)
        elif one.settled_on(on) is None:
            tally.add((on - one.invoice.due_on).days, paid=False)
    return tally


def _prior(everyone: Tally) -> tuple[Tally, Decimal | None]:
    """The company's observations, together as heavy as PRIOR invoices, and its share on time."""
    weight = everyone.paid_weight + sum(everyone.still_open.values(), ZERO)
    if weight == 0:
        return Tally.empty(), None
    return Tally.empty().joined(everyone, PRIOR / weight), _on_time(everyone)


def _on_time(tally: Tally) -> Decimal | None:
    """Of what was paid, and of what is unpaid past its due date: paid by the due date."""
    paid = tally.paid_weight
    late_and_open = sum((weight for days, weight in tally.still_open.items() if days > 0), ZERO)
    in_time = sum((weight for days, weight in tally.paid.items() if days <= 0), ZERO)
    return in_time / (paid + late_and_open) if paid + late_and_open else None


def _traits(
    past: Past,
    on: date,
    found: Sequence[PastInvoice],
    own: Tally,
    money: Sequence[PastPayment],
    contacts: Sequence[Contact],
    promises: Kept,
    disputes: int,
    prior: tuple[Tally, Decimal | None],
) -> Traits:
    company, company_on_time = prior
    late = [days for one in found if (days := days_late(one, on)) is not None]
    curve = survival(own.joined(company, ONE))
    return Traits(
        invoices=len(late),
        unpaid=int(sum(own.still_open.values(), ZERO)),
        since_on=past.since_on,
        own_median_days=Decimal(median(late) * 2) / 2 if late else None,
        median_days=curve.day_of(HALF),
        early_days=curve.day_of(QUARTER),
        late_days=curve.day_of(ONE - QUARTER),
        on_time=_shrunk(_on_time(own), len(late), company_on_time),
        usual_day=usual_day(late),
        latest_day=latest_day(late),
        part_payer=_part_payer(found, on),
        batch_payer=_batch_payer(money),
        weekday=_weekday(money),
        pays_after=_pays_after(found, contacts, on),
        promises=promises,
        disputes=disputes,
        curve=curve,
    )


def _shrunk(own: Decimal | None, count: int, company: Decimal | None) -> Decimal | None:
    if company is None or own is None:
        return own if company is None else company
    return (count * own + PRIOR * company) / (count + PRIOR)


def latest_day(late: Sequence[int]) -> int | None:
    """The latest of their own days; None with too few of them to call anything unusual."""
    return max(late) if len(late) >= REGULAR_INVOICES else None


def usual_day(late: Sequence[int]) -> int | None:
    """Nearest ranks of their own days; None with too few of them, or when they are too far apart."""
    if len(late) < REGULAR_INVOICES:
        return None
    ordered = sorted(late)
    first, third = (ordered[-(-len(ordered) * part // 4) - 1] for part in (1, 3))
    return third if third - first <= REGULAR_DAYS else None


def _part_payer(found: Sequence[PastInvoice], on: date) -> bool | None:
    """At least a third of three or more invoices took money on two days or more."""
    days = [{a.on for a in one.applied if a.money > 0 and a.on <= on} for one in found]
    paid = [one for one in days if one]
    return _often(sum(len(one) > 1 for one in paid), len(paid), PART_PAYMENTS, PART_SHARE)


def _batch_payer(money: Sequence[PastPayment]) -> bool | None:
    """At least half of three or more payments settled several invoices at once."""
    counts = [len(set(one.invoice_ids())) for one in money]
    some = [count for count in counts if count]
    return _often(sum(count > 1 for count in some), len(some), BATCH_PAYMENTS, BATCH_SHARE)


def _often(hits: int, count: int, least: int, share: tuple[int, int]) -> bool | None:
    return hits * share[1] >= count * share[0] if count >= least else None


def _weekday(money: Sequence[PastPayment]) -> int | None:
    """The weekday of at least half of five or more payments."""
    days = Counter(one.payment.received_on.weekday() for one in money)
    if days.total() < WEEKDAY_PAYMENTS:
        return None
    weekday, hits = min(days.items(), key=lambda item: (-item[1], item[0]))
    return weekday if hits * WEEKDAY_SHARE[1] >= days.total() * WEEKDAY_SHARE[0] else None


def _pays_after(found: Sequence[PastInvoice], contacts: Sequence[Contact], on: date) -> str | None:
    """The stage that was the last one before the payment, for most of three or more invoices asked about."""
    said: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if contact.kind in (ContactKind.REMINDER, ContactKind.CALL) and contact.stage is not None:
            for invoice_id in contact.invoice_ids:
                said[invoice_id].append(contact)
    stages: Counter[str] = Counter()
    for one in found:
        paid_on = one.paid_on(on)
        before = [c for c in said.get(one.invoice.id, ()) if paid_on is not None and c.on <= paid_on]
        if before:
            stages[max(before, key=lambda c: c.on).stage or ""] += 1
    if stages.total() < STAGE_INVOICES:
        return None
    return min(stages.items(), key=lambda item: (-item[1], item[0]))[0]


def _all_promises(every: Iterable[Kept]) -> Kept:
    some = list(every)
    return Kept(sum(k.kept for k in some), sum(k.part for k in some), sum(k.broken for k in some))
