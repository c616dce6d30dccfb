"""The past as the books tell it: every invoice with what settled it, when that was dated and when entered.

A balance of a past day is worked out from what was applied, never from today's balance.  Two clocks
are kept apart: the day a document carries (for figures) and the instant it was entered (for what
anybody could have known on a night).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.core.case import Plan

ZERO = Decimal(0)
ONE = Decimal(1)
# QuickBooks saves a document and its links in one go; a later change is another act.
_SAME_ACT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Applied:
    """What one document took off an invoice."""

    payment_id: str  # empty: something that is no payment (a deposit, a journal entry)
    on: date  # the payment's own day, not before the invoice's
    amount: Decimal
    money: Decimal  # of it paid in money; the rest is credit
    known_at: datetime | None  # when it was entered; None: nobody says


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """One invoice that was not voided, with everything applied to it, earliest first."""

    invoice: Invoice  # as it is now
    applied: tuple[Applied, ...] = ()
    recorded_at: datetime | None = None  # None: nobody says when it was entered

    def balance_on(self, day: date) -> Decimal:
        """What was owed at the end of that day; nothing before the day of issue."""
        if self.invoice.issued_on > day:
            return ZERO
        return max(
            self.invoice.total.amount - sum((a.amount for a in self.applied if a.on <= day), ZERO), ZERO
        )

    @property
    def paid(self) -> Decimal:
        return sum((one.money for one in self.applied), ZERO)

    def settled_on(self, day: date | None = None) -> date | None:
        """The day on which nothing was owed any more; None: it still was at the end of day."""
        left = self.invoice.total.amount
        for one in self.applied:
            if day is not None and one.on > day:
                return None
            left -= one.amount
            if left <= 0:
                return one.on
        return None

    def paid_on(self, day: date | None = None) -> date | None:
        """The day of the last money of an invoice that was settled by then; None: open, or credit only."""
        if self.settled_on(day) is None:
            return None
        return max((a.on for a in self.applied if a.money > 0 and (day is None or a.on <= day)), default=None)


@dataclass(frozen=True, slots=True)
class PastPayment:
    """One payment with where it went; money is what it brought to invoices."""

    payment: Payment
    links: tuple[Link, ...] = ()

    def invoice_ids(self) -> list[str]:
        return [link.document_id for link in self.links if link.document_kind == "Invoice"]


@dataclass(frozen=True, slots=True)
class PlanSpan:
    """A payment plan and how long it stood."""

    plan: Plan
    customer_id: str
    began_at: datetime
    ended_at: datetime | None
    allocation_id: str | None = None  # the zero payment that applied its memo


@dataclass(frozen=True, slots=True)
class Past:
    """One company's past.  heads: for each customer whose case it belongs to (its own, or its payer's)."""

    zone: tzinfo
    customers: Mapping[str, Customer] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    invoices: tuple[PastInvoice, ...] = ()
    payments: tuple[PastPayment, ...] = ()
    memos: tuple[CreditMemo, ...] = ()
    plans: tuple[PlanSpan, ...] = ()
    since_on: date | None = None  # complete from that day on; None: history has not been read whole
    voided: int = 0  # invoices whose amounts QuickBooks no longer has
    assumed: Mapping[str, int] = field(default_factory=dict)  # dates that had to be assumed, by kind
    _by_id: dict[str, PastInvoice] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {one.invoice.id: one for one in self.invoices})

    def head(self, customer_id: str) -> str:
        return self.heads.get(customer_id, customer_id)

    @property
    def currencies(self) -> list[str]:
        return sorted({one.invoice.total.currency for one in self.invoices})

    def invoice(self, id: str) -> PastInvoice | None:
        return self._by_id.get(id)

    def of_currency(self, currency: str) -> list[PastInvoice]:
        return [one for one in self.invoices if one.invoice.total.currency == currency]

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(0), tzinfo=self.zone).astimezone(UTC)


def assemble(
    *,
    zone: tzinfo,
    customers: Mapping[str, Customer],
    heads: Mapping[str, str],
    invoices: Iterable[Invoice],
    payments: Iterable[Payment],
    links: Iterable[Link],
    memos: Iterable[CreditMemo],
    plans: Sequence[PlanSpan] = (),
    since_on: date | None = None,
) -> Past:
    """Put the rows of the mirror together.

    What an invoice lost otherwise than by the payments that we know is taken as there from the start
    when the invoice is still open, else as of its last change; both are counted as assumed.
    Voided invoices are left out: QuickBooks keeps no amount of them.
    """
    of_payment: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        of_payment[link.payment_id].append(link)
    past_payments = tuple(PastPayment(one, tuple(of_payment.get(one.id, ()))) for one in payments)
    applied = _applied(past_payments)
    assumed: Counter[str] = Counter()
    found, voided = [], 0
    for invoice in invoices:
        if invoice.voided:
            voided += 1
            continue
        found.append(_invoice(invoice, applied.get(invoice.id, []), zone, assumed))
    kept = tuple(memos)
    assumed["credits entered"] = sum(one.created_at is None for one in kept)
    for one in past_payments:
        assumed["payments entered"] += one.payment.created_at is None
        assumed["payments changed"] += _changed_later(one.payment)
    return Past(
        zone=zone,
        customers=customers,
        heads=heads,
        invoices=tuple(sorted(found, key=_by_issue)),
        payments=tuple(sorted(past_payments, key=lambda one: (one.payment.received_on, one.payment.id))),
        memos=kept,
        plans=tuple(plans),
        since_on=since_on,
        voided=voided,
        assumed={kind: count for kind, count in assumed.items() if count},
    )


def looked_through(past: Past) -> Past:
    """The past without plan documents: installments, memos and allocations were neither sales nor money.

    What was paid on a plan's installments counts on its originals, oldest due first
    (plan-accounting.md, 12); settled by a plan is not paid.
    """
    if not past.plans:
        return past
    memo_ids = {span.plan.memo_id for span in past.plans if span.plan.memo_id}
    own_ids = {one for span in past.plans for one in span.plan.installment_ids}
    moves = {span.allocation_id for span in past.plans if span.allocation_id}
    moves |= {
        one.payment.id
        for one in past.payments
        if any(link.document_kind == "CreditMemo" and link.document_id in memo_ids for link in one.links)
    }
    by_id = {one.invoice.id: one for one in past.invoices}
    moved = {
        one.invoice.id: sum((a.amount for a in one.applied if a.payment_id in moves), ZERO)
        for one in past.invoices
    }
    seen = {
        id: replace(one, applied=tuple(a for a in one.applied if a.payment_id not in moves))
        for id, one in by_id.items()
        if id not in own_ids
    }
    for span in past.plans:
        money = sorted(
            (
                a
                for id in span.plan.installment_ids
                if id in by_id
                for a in by_id[id].applied
                if a.payment_id not in moves
            ),
            key=lambda a: (a.on, a.payment_id),
        )
        originals = sorted(
            (seen[id] for id in span.plan.original_ids if id in seen),
            key=lambda one: (one.invoice.due_on or one.invoice.issued_on, one.invoice.id),
        )
        seen |= _poured(money, originals, moved)
    return replace(
        past,
        invoices=tuple(sorted(seen.values(), key=_by_issue)),
        payments=tuple(one for one in past.payments if one.payment.id not in moves),
        memos=tuple(memo for memo in past.memos if memo.id not in memo_ids),
    )


def _poured(
    money: Sequence[Applied], originals: Sequence[PastInvoice], moved: dict[str, Decimal]
) -> dict[str, PastInvoice]:
    """The money of installments on the originals, each up to what the plan took in of it."""
    more: dict[str, list[Applied]] = defaultdict(list)
    waiting = list(money)
    for one in originals:
        room = moved[one.invoice.id]
        while room > 0 and waiting:
            first = waiting[0]
            part = min(room, first.amount)
            cash = min(first.money, part)
            more[one.invoice.id].append(replace(first, amount=part, money=cash))
            room -= part
            left = first.amount - part
            waiting[:1] = [replace(first, amount=left, money=first.money - cash)] if left > 0 else []
        moved[one.invoice.id] = room
    return {
        one.invoice.id: replace(
            one,
            applied=tuple(sorted((*one.applied, *more[one.invoice.id]), key=lambda a: (a.on, a.payment_id))),
        )
        for one in originals
        if more[one.invoice.id]
    }


def _applied(payments: Iterable[PastPayment]) -> dict[str, list[tuple[Payment, Decimal, Decimal]]]:
    """For each invoice: payment, amount, and how much of it was money.

    A payment that also applied credits paid each of its invoices in the same proportion of money.
    """
    found: dict[str, list[tuple[Payment, Decimal, Decimal]]] = defaultdict(list)
    for one in payments:
        amounts = [link for link in one.links if link.document_kind == "Invoice" and link.amount.amount > 0]
        whole = sum((link.amount.amount for link in amounts), ZERO)
        money = one.payment.total.amount - one.payment.unapplied.amount
        for link in amounts:
            amount = link.amount.amount
            cash = amount if money >= whole else max(amount * money / whole, ZERO)
            found[link.document_id].append((one.payment, amount, cash))
    return found


def _invoice(
    invoice: Invoice,
    parts: Iterable[tuple[Payment, Decimal, Decimal]],
    zone: tzinfo,
    assumed: Counter[str],
) -> PastInvoice:
    applied = [
        Applied(payment.id, max(payment.received_on, invoice.issued_on), amount, cash, payment.created_at)
        for payment, amount, cash in parts
    ]
    other = invoice.total.amount - invoice.balance.amount - sum((one.amount for one in applied), ZERO)
    if other > 0:
        assumed["settled otherwise"] += 1
        at = invoice.updated_at if invoice.balance.amount <= 0 else None
        on = max(at.astimezone(zone).date(), invoice.issued_on) if at is not None else invoice.issued_on
        applied.append(Applied("", on, other, ZERO, at))
    if invoice.created_at is None:
        assumed["invoices entered"] += 1
    applied.sort(key=lambda one: (one.on, one.payment_id))
    return PastInvoice(invoice, tuple(applied), invoice.created_at)


def _changed_later(payment: Payment) -> bool:
    """It was touched after it was entered: perhaps applied, perhaps only deposited."""
    if payment.created_at is None or payment.updated_at is None:
        return False
    return payment.updated_at - payment.created_at > _SAME_ACT


def _by_issue(one: PastInvoice) -> tuple[date, int, str]:
    return one.invoice.issued_on, len(one.invoice.id), one.invoice.id
