"""Why late invoices are late, as far as anybody has said: one reason for each, the first that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from qb_collections.core.case import HoldKind

# The first that holds counts; so the sums add up to what is late.
ORDER = (
    "plan",
    "dispute",
    "in_transit",
    "promise",
    "promise_broken",
    "hardship",
    "insolvent",
    "autopay",
    "replied",
    "left_to_people",
    "bounced",
    "unsaid",
)
_OF_HOLD = {
    HoldKind.DISPUTE: "dispute",
    HoldKind.PROMISE: "promise",
    HoldKind.IN_TRANSIT: "in_transit",
    HoldKind.EXCLUSION: "left_to_people",
    HoldKind.HARDSHIP: "hardship",
    HoldKind.INSOLVENT: "insolvent",
    HoldKind.PEOPLE_ONLY: "left_to_people",
    HoldKind.HANDED_OVER: "left_to_people",
    HoldKind.AUTOPAY: "autopay",
    HoldKind.BOUNCED: "bounced",
    HoldKind.OPEN_REPLY: "replied",
    HoldKind.UPSET: "left_to_people",
}


@dataclass(frozen=True, slots=True)
class Late:
    """One late invoice: whose case it belongs to, and what is owed."""

    invoice_id: str
    customer_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """Something known about a customer (invoice_id None) or about one invoice.  why: a word of ORDER."""

    customer_id: str
    invoice_id: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    why: str
    customers: int
    invoices: int
    amount: Decimal


def of_hold(kind: HoldKind) -> str:
    """The word for what a hold says."""
    return _OF_HOLD[kind]


def reasons(late: Iterable[Late], told: Iterable[Told]) -> tuple[Reason, ...]:
    """By amount, the largest first; what nobody has said anything about comes last."""
    of_customer: dict[str, set[str]] = {}
    of_invoice: dict[str, set[str]] = {}
    for one in told:
        if one.invoice_id is None:
            of_customer.setdefault(one.customer_id, set()).add(one.why)
        else:
            of_invoice.setdefault(one.invoice_id, set()).add(one.why)
    sums: dict[str, tuple[set[str], int, Decimal]] = {}
    for invoice in late:
        why = _first(of_customer, of_invoice, invoice)
        who, count, amount = sums.get(why, (set(), 0, Decimal(0)))
        who.add(invoice.customer_id)
        sums[why] = who, count + 1, amount + invoice.amount
    found = [Reason(why, len(who), count, amount) for why, (who, count, amount) in sums.items()]
    return tuple(sorted(found, key=lambda one: (one.why == "unsaid", -one.amount, one.why)))


def _first(of_customer: Mapping[str, set[str]], of_invoice: Mapping[str, set[str]], invoice: Late) -> str:
    said = of_customer.get(invoice.customer_id, set()) | of_invoice.get(invoice.invoice_id, set())
    return next((why for why in ORDER if why in said), "unsaid")
