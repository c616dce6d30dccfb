"""How dealing with customers went, on a day: promises, disputes, contacts, and what was for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core import metrics
from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.past import ZERO, Past
from qb_collections.core.promise_record import Judged
from qb_collections.core.promises import PromiseState
from qb_collections.core.replay_account import Said
from qb_collections.core.replay_events import HoldSpan

OVER = (PromiseState.KEPT, PromiseState.PART_KEPT, PromiseState.BROKEN)


@dataclass(frozen=True, slots=True)
class Records:
    """What we keep beside the books: holds, promises, contacts."""

    holds: Sequence[HoldSpan] = ()
    promises: Sequence[Judged] = ()
    said: Sequence[Said] = ()


def kept_count(promises: Iterable[Judged]) -> Decimal | None:
    over = [one for one in promises if one.state in OVER]
    return metrics.ratio(sum(one.state is PromiseState.KEPT for one in over), len(over))


def promised(promises: Iterable[Judged], at_most: Decimal) -> Decimal:
    return min(
        sum((one.promised - one.received for one in promises if one.state is PromiseState.OPEN), ZERO),
        at_most,
    )


def counts(one: Said, after: date, through: date) -> bool:
    return one.contact.kind in (ContactKind.REMINDER, ContactKind.CALL) and after < one.contact.on <= through


def was_paid(past: Past, one: Said) -> bool:
    """Everything it asked for had been paid by payments dated before it and entered after it."""
    wanted = [past.invoice(id) for id in one.contact.invoice_ids]
    known = [invoice for invoice in wanted if invoice is not None]
    return bool(known) and all(
        invoice.balance_on(one.contact.on - timedelta(days=1)) == 0
        and any(a.known_at is not None and a.known_at > one.at for a in invoice.applied)
        for invoice in known
    )


def disputed(past: Past, held: Iterable[HoldSpan], on: date) -> set[str | None]:
    return {
        one.hold.invoice_id
        for one in held
        if one.hold.kind is HoldKind.DISPUTE
        and one.hold.placed_on <= on
        and (one.lifted_at is None or past.day_of(one.lifted_at) > on)
        and (one.hold.until_on is None or one.hold.until_on >= on)
    }


def opened(past: Past, held: Iterable[HoldSpan], after: date, through: date) -> int:
    return len(
        {
            one.hold.invoice_id
            for one in held
            if one.hold.kind is HoldKind.DISPUTE and after < one.hold.placed_on <= through
        }
    )


def dispute_days(past: Past, held: Iterable[HoldSpan], on: date) -> int | None:
    days = sorted(
        (ended_on - one.hold.placed_on).days
        for one in held
        if one.hold.kind is HoldKind.DISPUTE
        and one.lifted_at is not None
        and (ended_on := past.day_of(one.lifted_at)) <= on
    )
    return days[(len(days) - 1) // 2] if days else None
