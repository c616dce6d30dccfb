"""The events of the past, per customer: what became known when, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from qb_collections.core.books import CreditMemo, Invoice, Payment
from qb_collections.core.case import Contact, Hold, HoldKind, Plan, Receipt
from qb_collections.core.money import Money
from qb_collections.core.past import ZERO, Past, PastInvoice, PastPayment
from qb_collections.core.replay_account import Account, Event, Key, Said

# The customer said something other than a day of payment; "it is in the mail" is an answer too.
ANSWERS = (
    HoldKind.OPEN_REPLY,
    HoldKind.DISPUTE,
    HoldKind.UPSET,
    HoldKind.IN_TRANSIT,
    HoldKind.HARDSHIP,
)


@dataclass(frozen=True, slots=True)
class HoldSpan:
    """A hold and how long it stood by itself or by a person's hand."""

    hold: Hold
    customer_id: str
    placed_at: datetime
    lifted_at: datetime | None


def accounts(
    past: Past, *, holds: Iterable[HoldSpan] = (), foreign: Iterable[Said] = ()
) -> dict[Key, Account]:
    """An account for every head of a case, with its events in order and nothing known yet.

    Where nobody says when something was entered: an invoice or a credit on the morning of its own
    day, a payment at the end of it.  Documents in another currency than the customer's are left out.
    """
    found: dict[Key, Account] = {}
    by_head: dict[str, Account] = {}
    members: dict[str, set[str]] = {}
    for customer_id in past.customers:
        members.setdefault(past.head(customer_id), set()).add(customer_id)
    for head, ids in members.items():
        customer = past.customers[head]
        account = Account(customer, frozenset(ids), history_since=past.since_on)
        found[account.key] = by_head[head] = account
    entered: dict[str, datetime] = {}
    for one in past.invoices:
        owner = by_head.get(past.head(one.invoice.customer_id))
        if owner is None or one.invoice.total.currency != owner.customer.currency:
            continue
        entered[one.invoice.id] = _entered_at(past, one)
        _add_invoice(past, owner, one, entered[one.invoice.id])
    _add_payments(past, by_head, entered)
    _add_memos(past, by_head)
    for hold in holds:
        if hold.customer_id in past.customers:
            _add_span(by_head[past.head(hold.customer_id)], hold)
    for span in past.plans:
        if span.customer_id in past.customers:
            owner = by_head[past.head(span.customer_id)]
            owner.events.append(Event(span.began_at, 2, partial(_set_plan, plan=span.plan)))
            if span.ended_at is not None:
                owner.events.append(Event(span.ended_at, 2, partial(_end_plan, plan_id=span.plan.id)))
    for said in foreign:
        if said.customer_id in by_head:
            by_head[said.customer_id].events.append(Event(said.at, 2, partial(_hear, contact=said.contact)))
    for account in found.values():
        account.events.sort(key=lambda event: (event.at, event.order))
    return found


def _entered_at(past: Past, one: PastInvoice) -> datetime:
    return one.recorded_at or past.start_of(one.invoice.issued_on)


def _payment_at(past: Past, payment: Payment) -> datetime:
    return payment.created_at or past.start_of(payment.received_on + timedelta(days=1))


def _add_invoice(past: Past, account: Account, one: PastInvoice, at: datetime) -> None:
    account.events.append(Event(at, 0, partial(_open_invoice, invoice=one.invoice)))
    for part in one.applied:
        known_at = part.known_at
        if known_at is None:
            known_at = past.start_of(part.on + timedelta(days=1)) if part.payment_id else at
        change = partial(
            _apply,
            invoice_id=one.invoice.id,
            amount=part.amount,
            payment_id=part.payment_id,
            early=known_at < at,
        )
        account.events.append(Event(max(known_at, at), 1, change))


def _add_payments(past: Past, by_head: dict[str, Account], entered: dict[str, datetime]) -> None:
    """Until an invoice is entered, what a payment will bring to it is unapplied money."""
    for one in past.payments:
        account = by_head.get(past.head(one.payment.customer_id))
        if account is None or one.payment.total.currency != account.customer.currency:
            continue
        at = _payment_at(past, one.payment)
        if one.payment.total.amount > 0:
            account.events.append(Event(at, 0, partial(_receive, receipt=_receipt(past, one))))
        ahead = sum(
            (
                link.amount.amount
                for link in one.links
                if link.document_kind == "Invoice" and entered.get(link.document_id, at) > at
            ),
            ZERO,
        )
        unapplied = one.payment.unapplied.amount + ahead
        if unapplied > 0:
            kept = replace(one.payment, unapplied=Money(unapplied, one.payment.total.currency))
            account.events.append(Event(at, 0, partial(_take_payment, payment=kept)))


def _receipt(past: Past, one: PastPayment) -> Receipt:
    """Late is what went to invoices that were late on the payment's day, and what went to none."""
    payment = one.payment
    late = payment.unapplied.amount
    for link in one.links:
        found = past.invoice(link.document_id) if link.document_kind == "Invoice" else None
        due_on = found.invoice.due_on if found is not None else None
        if due_on is not None and due_on < payment.received_on:
            late += link.amount.amount
    amount = min(late, payment.total.amount)
    return Receipt(payment.received_on, payment.total, Money(amount, payment.total.currency))


def _add_memos(past: Past, by_head: dict[str, Account]) -> None:
    used: dict[str, list[tuple[datetime, Decimal]]] = {}
    for one in past.payments:
        for link in one.links:
            if link.document_kind == "CreditMemo":
                amount = abs(link.amount.amount)
                used.setdefault(link.document_id, []).append((_payment_at(past, one.payment), amount))
    for memo in past.memos:
        account = by_head.get(past.head(memo.customer_id))
        if account is None or memo.total.currency != account.customer.currency:
            continue
        at = memo.created_at or past.start_of(memo.issued_on)
        uses = used.get(memo.id, [])
        whole = memo.remaining.amount + sum((amount for _, amount in uses), ZERO)
        kept = replace(memo, remaining=Money(min(whole, memo.total.amount), memo.total.currency))
        account.events.append(Event(at, 0, partial(_take_memo, memo=kept)))
        for used_at, amount in uses:
            account.events.append(
                Event(max(used_at, at), 1, partial(_use_memo, memo_id=memo.id, amount=amount))
            )


def _add_span(account: Account, span: HoldSpan) -> None:
    account.events.append(Event(span.placed_at, 2, partial(_place_hold, hold=span.hold)))
    if span.lifted_at is not None:
        lift = partial(_lift_hold, hold_id=span.hold.id)
        account.events.append(Event(max(span.lifted_at, span.placed_at), 3, lift))


def _open_invoice(account: Account, *, invoice: Invoice) -> None:
    if invoice.total.amount > 0:
        account.invoices[invoice.id] = replace(invoice, balance=invoice.total)


def _apply(account: Account, *, invoice_id: str, amount: Decimal, payment_id: str, early: bool) -> None:
    invoice = account.invoices.get(invoice_id)
    if invoice is not None:
        left = invoice.balance.amount - amount
        if left > 0:
            account.invoices[invoice_id] = replace(invoice, balance=Money(left, invoice.total.currency))
        else:
            del account.invoices[invoice_id]
    payment = account.payments.get(payment_id) if early else None
    if payment is not None:
        rest = max(payment.unapplied.amount - amount, ZERO)
        account.payments[payment_id] = replace(payment, unapplied=Money(rest, payment.total.currency))


def _receive(account: Account, *, receipt: Receipt) -> None:
    account.receipts.append(receipt)


def _take_payment(account: Account, *, payment: Payment) -> None:
    account.payments[payment.id] = payment


def _take_memo(account: Account, *, memo: CreditMemo) -> None:
    account.memos[memo.id] = memo


def _use_memo(account: Account, *, memo_id: str, amount: Decimal) -> None:
    memo = account.memos[memo_id]
    rest = max(memo.remaining.amount - amount, ZERO)
    account.memos[memo_id] = replace(memo, remaining=Money(rest, memo.total.currency))


def _place_hold(account: Account, *, hold: Hold) -> None:
    account.holds[hold.id] = hold
    if hold.kind in ANSWERS:
        account.replied_on = max(account.replied_on or hold.placed_on, hold.placed_on)


def _lift_hold(account: Account, *, hold_id: int) -> None:
    account.holds.pop(hold_id, None)


def _set_plan(account: Account, *, plan: Plan) -> None:
    account.plans[plan.id] = plan


def _end_plan(account: Account, *, plan_id: int) -> None:
    account.plans.pop(plan_id, None)


def _hear(account: Account, *, contact: Contact) -> None:
    account.hear(contact)
