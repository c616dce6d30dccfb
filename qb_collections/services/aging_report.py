"""Aging by customer, as of today, and as a file that a spreadsheet opens without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from qb_collections.core.money import Money, total
from qb_collections.services.context import Context
from qb_collections.services.overview import head_of
from qb_collections.services.spreadsheet import Cell, Sheet
from qb_collections.store import aging as aging_sums
from qb_collections.store import overview
from qb_collections.store.aging import Open
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.types import money_of

# Upper ends of the buckets in days late; the first is what is not due yet, the last has no end.
BUCKET_ENDS = (0, 30, 60, 90)
BUCKETS = ("Not yet due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in one currency; sites that are billed with a parent stand with it."""

    customer_id: str
    name: str
    currency: str
    buckets: tuple[Money, ...]  # as BUCKETS
    invoices: tuple[Open, ...]  # the oldest due first

    @property
    def owed(self) -> Money:
        return total(self.buckets, self.currency)

    @property
    def late(self) -> Money:
        return total(self.buckets[1:], self.currency)


@dataclass(frozen=True, slots=True)
class Aging:
    on: date
    rows: tuple[Row, ...]  # who owes most of what is late first

    def sums(self) -> dict[str, tuple[Money, ...]]:
        """Per currency, bucket by bucket."""
        found: dict[str, tuple[Money, ...]] = {}
        for row in self.rows:
            before = found.get(row.currency)
            found[row.currency] = (
                row.buckets
                if before is None
                else tuple(one + other for one, other in zip(before, row.buckets, strict=True))
            )
        return found


def aging(context: Context, company: Company) -> Aging:
    """Every open invoice of the company in its bucket; an invoice without a due date is not due yet."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        parents = overview.parents(conn, company.id)
        grouped: dict[tuple[str, str], list[Open]] = {}
        for invoice in aging_sums.every_open(conn, company.id):
            head = head_of(invoice.customer_id, parents) if parents else invoice.customer_id
            grouped.setdefault((head, invoice.currency), []).append(invoice)
        known = aging_sums.names(conn, company.id, sorted({customer_id for customer_id, _ in grouped}))
    rows = [
        _row(customer_id, currency, known, found, today) for (customer_id, currency), found in grouped.items()
    ]
    rows.sort(key=lambda row: (-row.late.amount, -row.owed.amount, row.name))
    return Aging(today, tuple(rows))


def bucket(due_on: date | None, on: date) -> int:
    """The index of the bucket: 0 until the due date is over, then 1 to 30 days late, and so on."""
    late = (on - due_on).days if due_on is not None else 0
    return sum(late > end for end in BUCKET_ENDS)


def sheet(found: Aging) -> Sheet:
    """One line for each open invoice."""
    header = ("Customer", "Invoice", "Date", "Due", "Days late", "How late", "Currency", "Balance")
    return Sheet(f"Aging on {found.on.isoformat()}", header, _lines(found))


def _lines(found: Aging) -> Iterator[tuple[Cell, ...]]:
    for row in found.rows:
        for invoice in row.invoices:
            yield (
                row.name,
                invoice.label,
                invoice.issued_on,
                invoice.due_on,
                max((found.on - invoice.due_on).days, 0) if invoice.due_on else 0,
                BUCKETS[bucket(invoice.due_on, found.on)].replace("–", " to "),
                row.currency,
                money_of(invoice.balance, row.currency),
            )


def _row(
    customer_id: str, currency: str, names: Mapping[str, str], invoices: Iterable[Open], today: date
) -> Row:
    oldest_first = tuple(sorted(invoices, key=lambda one: (one.due_on or date.max, one.id)))
    units = [0] * len(BUCKETS)
    for invoice in oldest_first:
        units[bucket(invoice.due_on, today)] += invoice.balance
    amounts = tuple(money_of(one, currency) for one in units)
    return Row(customer_id, names.get(customer_id, customer_id), currency, amounts, oldest_first)
