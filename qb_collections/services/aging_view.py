"""Aging as pages show it: totals, who owes them, which invoices these are, and the way back.

Sites that are billed with a parent stand with it.  What is shown is added up by the
database; only the page that is looked at is read row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from qb_collections.core.money import Money
from qb_collections.services.aging_report import BUCKETS
from qb_collections.services.overview import head_of
from qb_collections.store import aging, overview
from qb_collections.store.aging import OpenInvoice
from qb_collections.store.companies import Company
from qb_collections.store.types import money_of

PAGE = 50
_NOTHING = (0,) * len(BUCKETS)


@dataclass(frozen=True, slots=True)
class Cells:
    """Amounts and numbers of invoices by bucket, in one currency."""

    currency: str
    amounts: tuple[int, ...]  # in 1/10000
    invoices: tuple[int, ...]

    def amount(self, bucket: int | None = None) -> Money:
        return money_of(sum(self.amounts) if bucket is None else self.amounts[bucket], self.currency)

    def count(self, bucket: int | None = None) -> int:
        return sum(self.invoices) if bucket is None else self.invoices[bucket]

    @property
    def late(self) -> Money:
        return money_of(sum(self.amounts[1:]), self.currency)

    @property
    def shares(self) -> tuple[int, ...]:
        """In a thousand of all that is open, for a chart."""
        whole = sum(self.amounts)
        return tuple(one * 1000 // whole if whole else 0 for one in self.amounts)


@dataclass(frozen=True, slots=True)
class Line:
    customer_id: str
    name: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class AgingView:
    """totals: per currency, over everybody.  lines: one page, who owes most of it first."""

    on: date
    totals: tuple[Cells, ...]
    currency: str  # of the lines
    bucket: int | None  # of the lines; None: all
    lines: tuple[Line, ...]
    customers: int  # on all pages
    page: int  # from 1

    @property
    def pages(self) -> int:
        return max(-(-self.customers // PAGE), 1)

    @property
    def total(self) -> Cells:
        """Of the currency that is shown."""
        empty = Cells(self.currency, _NOTHING, _NOTHING)
        return next((one for one in self.totals if one.currency == self.currency), empty)


@dataclass(frozen=True, slots=True)
class CustomerAging:
    """One customer's open invoices, in one bucket or in all; one page, the oldest due first."""

    on: date
    customer_id: str
    name: str
    cells: Cells
    bucket: int | None
    invoices: tuple[OpenInvoice, ...]
    sites: dict[str, str]  # names of sites billed with them, by id
    page: int

    @property
    def pages(self) -> int:
        return max(-(-self.cells.count(self.bucket) // PAGE), 1)


def of_company(
    conn: Connection,
    company: Company,
    today: date,
    *,
    currency: str | None = None,
    bucket: int | None = None,
    page: int = 1,
) -> AgingView:
    """Five statements, two of which read an index of everything that is open; two more for a page too far."""
    totals = {
        code: Cells(code, tuple(amounts), tuple(counts))
        for code, (amounts, counts) in aging.totals(conn, company.id, today).items()
    }
    own = company.currency
    shown = currency or (own if own in totals else min(totals, default=own))
    parents = overview.parents(conn, company.id)
    heads = {site: head_of(site, parents) for site in parents}
    page = max(page, 1)

    def ranked(number: int) -> tuple[list[str], int]:
        skipped = (number - 1) * PAGE
        return aging.heaviest(conn, company.id, today, shown, bucket, heads=heads, limit=PAGE, offset=skipped)

    some, customers = ranked(page)
    if page > 1 and not some:  # behind the last page: that one is shown
        _, customers = ranked(1)
        page = max(-(-customers // PAGE), 1)
        some, _ = ranked(page)
    cells = _cells(conn, company, today, _members(some, parents))
    names = aging.names(conn, company.id, some)
    lines = tuple(Line(id, names.get(id, id), cells[id, shown]) for id in some)
    by_code = tuple(totals[code] for code in sorted(totals, key=lambda code: (code != own, code)))
    return AgingView(today, by_code, shown, bucket, lines, customers, page)


def of_customer(
    conn: Connection,
    company: Company,
    today: date,
    customer_id: str,
    *,
    currency: str,
    bucket: int | None = None,
    page: int = 1,
) -> CustomerAging | None:
    """Four statements.  None: nothing of theirs is open in this currency."""
    members = _members([customer_id], overview.parents(conn, company.id))
    cells = _cells(conn, company, today, members).get((customer_id, currency))
    if cells is None:
        return None
    page = max(min(page, -(-cells.count(bucket) // PAGE)), 1)
    found = aging.invoices(
        conn,
        company.id,
        list(members),
        currency,
        today,
        bucket=bucket,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )
    shown = {customer_id, *(one.customer_id for one in found)}
    names = aging.names(conn, company.id, sorted(shown))
    name = names.pop(customer_id, customer_id)
    return CustomerAging(today, customer_id, name, cells, bucket, tuple(found), names, page)


def _members(heads: Sequence[str], parents: Mapping[str, str]) -> dict[str, str]:
    """Whose case each customer belongs to: the heads themselves and every site billed with one of them."""
    wanted = set(heads)
    found = dict(zip(heads, heads, strict=True))
    for site in parents:
        head = head_of(site, parents)
        if head in wanted:
            found[site] = head
    return found


def _cells(
    conn: Connection, company: Company, today: date, members: Mapping[str, str]
) -> dict[tuple[str, str], Cells]:
    """By head of case and currency."""
    folded: dict[tuple[str, str], Cells] = {}
    for one in aging.of_customers(conn, company.id, today, sorted(members)):
        key = members[one.customer_id], one.currency
        folded[key] = _plus(folded.get(key), Cells(one.currency, one.amounts, one.invoices))
    return folded


def _plus(one: Cells | None, other: Cells) -> Cells:
    if one is None:
        return other
    return Cells(
        other.currency,
        tuple(map(sum, zip(one.amounts, other.amounts, strict=True))),
        tuple(map(sum, zip(one.invoices, other.invoices, strict=True))),
    )
