"""Tie-out: QuickBooks' own aged receivables against our documents, per currency, every cent explained.

It runs after the first sync, weekly, and before the first contact of a night that has any.  While a cent
is unexplained no contact leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.money import Money
from qb_collections.core.receivables import Open, Part, Tied, TieState, apart, tie
from qb_collections.core.wording import money_text
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import aged_receivables, merges, tie_out_ahead, tie_out_foreign
from qb_collections.services.context import Context
from qb_collections.store import cases, cursors, mirror, tie_outs
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease

WEEK = timedelta(days=7)
NAMED_MAX = 5  # numbers named in a sentence
CUSTOMERS_MAX = 500  # whose documents are read to explain a difference
_WORDS = {
    "Journal Entry": ("journal entry", "journal entries"),
    "Deposit": ("deposit", "deposits"),
    "Expense": ("expense", "expenses"),
    "Check": ("check", "checks"),
    "Refund": ("refund", "refunds"),
}


@dataclass(frozen=True, slots=True)
class TieOut:
    """What one comparison found.  said is one sentence for the company's page."""

    on: date
    at: datetime
    state: TieState
    said: str
    currencies: tuple[Tied, ...]
    customers: tuple[tuple[str, Decimal], ...] = ()  # (id, unexplained amount), for a person's list

    @property
    def ties(self) -> bool:
        return self.state is not TieState.UNEXPLAINED


def tie_out(context: Context, company: Company, lease: Lease, gateway: Gateway | None = None) -> TieOut:
    """Compare and store.  One call where both agree, two where some are billed in other currencies; up to
    five more where they do not.

    Where they differ the customers concerned are read again first: the mirror is put right,
    and only what is still apart is looked up document by document.
    """
    gateway = gateway or context.gateway(company, lease)
    on = company.today(context.clock.now())
    at_home = {id: amount for id, (_, amount) in aged_receivables.per_customer(gateway, on).items()}
    known = _known(context, company, on)
    reported = tie_out_foreign.in_own_currencies(context, company, gateway, at_home, known)
    detail: list[Open] = []
    ids = apart(reported, _sums(known))[:CUSTOMERS_MAX]
    if ids:
        _read_again(context, company, lease, gateway, ids)
        known = _known(context, company, on)
        reported = tie_out_foreign.in_own_currencies(context, company, gateway, at_home, known)
        ids = apart(reported, _sums(known))[:CUSTOMERS_MAX]
    if ids:
        detail = aged_receivables.documents(gateway, on, ids)
        ahead = tie_out_ahead.used_ahead(gateway, on, detail, known)
        if ahead:
            known = [*known, *ahead]
            reported = tie_out_foreign.in_own_currencies(context, company, gateway, at_home, known)
    found = _compared(context, company, on, reported, known, detail)
    _keep(context, company, lease, found)
    return found


def is_due(context: Context, company: Company) -> bool:
    """Whether the last one that was made is a week old, or there is none."""
    with reading(context.engine) as conn:
        last = tie_outs.latest(conn, company.id)
    return last is None or company.today(context.clock.now()) - last.tied_on >= WEEK


def untied(conn: Connection, company: Company) -> str | None:
    """Why no contact may leave: the sentence of the latest tie-out, if a cent of it is unexplained."""
    last = tie_outs.latest(conn, company.id)
    return last.sentence if last is not None and last.state == TieState.UNEXPLAINED else None


def latest(context: Context, company: Company) -> tie_outs.StoredTieOut | None:
    """The latest one, for the company's page: its sentence, its time, and the figures behind it."""
    with reading(context.engine) as conn:
        return tie_outs.latest(conn, company.id)


def _known(context: Context, company: Company, on: date) -> list[Open]:
    """Our open documents dated up to that day: QuickBooks' report leaves later ones out."""
    with reading(context.engine) as conn:
        invoices = mirror.open_invoices(conn, company.id)
        payments = mirror.payments_with_unapplied(conn, company.id)
        memos = mirror.credit_memos_open(conn, company.id)
    found = [
        Open("Invoice", one.id, one.customer_id, one.number or "", one.balance.amount)
        for one in invoices
        if one.issued_on <= on
    ]
    found += [
        Open("Payment", one.id, one.customer_id, "", -one.unapplied.amount)
        for one in payments
        if one.received_on <= on
    ]
    found += [
        Open("CreditMemo", one.id, one.customer_id, one.number or "", -one.remaining.amount)
        for one in memos
        if one.issued_on <= on
    ]
    return found


def _sums(known: Sequence[Open]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in known:
        sums[one.customer_id] = sums.get(one.customer_id, Decimal(0)) + one.amount
    return sums


def _read_again(
    context: Context, company: Company, lease: Lease, gateway: Gateway, ids: Sequence[str]
) -> None:
    """These customers' open documents as QuickBooks has them now; what was missed is looked at tonight."""
    with reading(context.engine) as conn:
        listed = [one.id for one in mirror.open_invoices(conn, company.id, ids)]
    live = gateway.live(ids, listed)
    with derived(context.engine) as conn:
        lease.check(conn)
        mirror.put_customers(conn, company.id, live.customers.values())
        mirror.put_invoices(conn, company.id, live.invoices)
        mirror.delete_invoices(conn, company.id, live.missing)
        for payment in mirror.payments_with_unapplied(conn, company.id, ids):
            used = replace(payment, unapplied=Money.zero(payment.unapplied.currency))
            mirror.put_payments(conn, company.id, [used])
        mirror.put_payments(conn, company.id, live.payments)
        kept = {one.id for one in live.credit_memos}
        old = mirror.credit_memos_open(conn, company.id, ids)
        mirror.delete_credit_memos(conn, company.id, [one.id for one in old if one.id not in kept])
        mirror.put_credit_memos(conn, company.id, live.credit_memos)
        cases.touch(conn, company.id, ids, company.today(context.clock.now()))
    merges.settle(context, company, lease, gateway)


def _compared(
    context: Context,
    company: Company,
    on: date,
    reported: dict[str, Decimal],
    known: Sequence[Open],
    detail: Sequence[Open],
) -> TieOut:
    with reading(context.engine) as conn:
        found = mirror.customers(conn, company.id, {*reported, *_sums(known)})
    currency_of = {id: one.currency for id, one in found.items()}
    currencies = sorted({currency_of.get(id, company.currency) for id in {*reported, *_sums(known)}})
    tied = tuple(
        tie(
            currency,
            {id: one for id, one in reported.items() if currency_of.get(id, company.currency) == currency},
            _sums([one for one in known if currency_of.get(one.customer_id, company.currency) == currency]),
            [one for one in detail if currency_of.get(one.customer_id, company.currency) == currency],
            known,
        )
        for currency in currencies or [company.currency]
    ) or (Tied(company.currency, Decimal(0), Decimal(0)),)
    states = {one.state for one in tied}
    state = next(one for one in (TieState.UNEXPLAINED, TieState.EXPLAINED, TieState.EQUAL) if one in states)
    said = " ".join(_sentence(company, one) for one in tied)
    return TieOut(on, context.clock.now(), state, said, tied, _left(reported, known, detail))


def _left(
    reported: dict[str, Decimal], known: Sequence[Open], detail: Sequence[Open]
) -> tuple[tuple[str, Decimal], ...]:
    """What stays unexplained, customer by customer."""
    ours = _sums(known)
    other = _sums([one for one in detail if one.kind not in ("Invoice", "Payment", "CreditMemo")])
    zero = Decimal(0)
    differences = (
        (id, reported.get(id, zero) - ours.get(id, zero) - other.get(id, zero))
        for id in apart(reported, ours)
    )
    return tuple((id, amount) for id, amount in differences if amount)


def _sentence(company: Company, one: Tied) -> str:
    total = _money(company, one.reported, one.currency)
    if one.state is TieState.EQUAL:
        return f"QuickBooks' receivables of {total} are its documents to the cent."
    ours = _money(company, one.ours, one.currency)
    parts = "; ".join(_part(company, part, one.currency) for part in one.parts)
    if one.state is TieState.EXPLAINED:
        difference = _money(company, one.reported - one.ours, one.currency)
        return (
            f"QuickBooks' receivables are {total}, its invoices and credits {ours}. The difference of "
            f"{difference} is {parts}, with no invoice behind it. We don't remind anyone about it."
        )
    left = _money(company, one.unexplained, one.currency)
    but = f" {parts} we can name." if parts else ""
    return (
        f"QuickBooks' receivables are {total}, its invoices and credits {ours}.{but} "
        f"We can't explain {left} of the difference yet, so sending stays off."
    )


def _part(company: Company, part: Part, currency: str) -> str:
    one, several = _WORDS.get(part.kind, (part.kind, part.kind))
    word = one if len(part.numbers) == 1 else several
    more = "" if len(part.numbers) <= NAMED_MAX else f" and {len(part.numbers) - NAMED_MAX} more"
    return f"{word} {', '.join(part.numbers[:NAMED_MAX])}{more} ({_money(company, part.amount, currency)})"


def _money(company: Company, amount: Decimal, currency: str) -> str:
    return money_text(Money(amount, currency), company.locale)


def _keep(context: Context, company: Company, lease: Lease, found: TieOut) -> None:
    with durable(context.engine) as conn:
        lease.check(conn)
        tie_outs.add(
            conn,
            company.id,
            tied_on=found.on,
            at=found.at,
            state=found.state.value,
            sentence=found.said,
            currencies=[_as_json(one) for one in found.currencies],
        )
        cursor = cursors.cursor(conn, company.id)
        if cursor is not None and found.ties:
            cursors.set_cursor(conn, company.id, replace(cursor, tied_out_on=found.on))


def _as_json(one: Tied) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "reported": str(one.reported),
        "ours": str(one.ours),
        "unexplained": str(one.unexplained),
        "parts": [
            {"kind": part.kind, "amount": str(part.amount), "numbers": list(part.numbers)}
            for part in one.parts
        ],
    }
