"""What the owner knows and the books don't, placed from a list: all of it or nothing, and never twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money, quantum
from qb_collections.services import finding, hold_rows, holds, placing
from qb_collections.services.context import Context
from qb_collections.services.hold_rows import Bad, Row, Unreadable, Wrong
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, mirror
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading

HOLDS_MAX = 100_000
HINTS_MAX = 20  # wrong names for which the nearest ones are looked for
Same = tuple[object, ...]
_ADDRESSES_ADDED = re.compile(r" \([^()]*@[^()]*\)$")


@dataclass(frozen=True, slots=True)
class Placed:
    line: int
    wanted: Wanted
    customer: str
    invoice: str | None
    hold_id: int | None = None  # None: it was only looked at


@dataclass(frozen=True, slots=True)
class Known:
    """A row that stands already, or repeats an earlier one; nothing is placed for it."""

    line: int
    hold_id: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Imported:
    placed: tuple[Placed, ...]
    known: tuple[Known, ...]
    bad: tuple[Bad, ...]
    done: bool  # False: only looked at, or rows are bad and nothing was placed


def place_all(
    context: Context,
    company: Company,
    content: bytes,
    *,
    by: str,
    source: str,
    skip_bad_rows: bool = False,
    dry_run: bool = False,
) -> Imported | Refusal:
    """Place every row, in one transaction.  A bad row keeps all from being placed, unless those are skipped.

    The same kind, place and reason stand once, however often the list is read; of a promise the day and
    the amount too.
    """
    try:
        rows = hold_rows.read(content, hold_rows.writing_of(company.locale, company.currency))
    except Unreadable as unreadable:
        return Refusal(str(unreadable))
    now = context.clock.now()
    with reading(context.engine) as conn:
        reader = _Reader(conn, company, by, company.today(now))
        for row in rows:
            reader.take(row)
    if dry_run or (reader.bad and not skip_bad_rows):
        return Imported(tuple(reader.placed), tuple(reader.known), tuple(reader.bad), False)
    with durable(context.engine) as conn:
        # Somebody may have placed the same while this list was read.
        known = _standing(conn, company)
        met = [one for one in reader.placed if _same(one.wanted) in known]
        new = [one for one in reader.placed if _same(one.wanted) not in known]
        every = [(one.wanted, f"{source}, line {one.line}") for one in new]
        placed = placing.put_all(conn, company, every, by=by, at=now)
        if placed:
            detail = {"from": source, "placed": len(placed), "left out": len(reader.bad)}
            audit.append(conn, company.id, by, "holds imported", source, detail, now)
    numbered = tuple(replace(one, hold_id=hold.id) for one, hold in zip(new, placed, strict=True))
    again = [Known(one.line, None, "was placed by somebody else meanwhile") for one in met]
    return Imported(numbered, (*reader.known, *again), tuple(reader.bad), True)


def _standing(conn: Connection, company: Company) -> dict[Same, Hold]:
    every = stored.list(conn, company.id, limit=HOLDS_MAX)
    return {_same_as(one.customer_id, one.hold): one.hold for one in every}


class _Reader:
    """Looks up one row after the other and sorts it: to be placed, known already, or bad."""

    def __init__(self, conn: Connection, company: Company, by: str, today: date) -> None:
        self._conn, self._company, self._by, self._today = conn, company, by, today
        self._calendar = Rulebook(conn, company, today).calendar
        self._customers = mirror.customers(conn, company.id)
        self._by_name = _by_name(self._customers)
        self._standing = _standing(conn, company)
        self._lines: dict[Same, int] = {}
        self._hints = 0
        self.placed: list[Placed] = []
        self.known: list[Known] = []
        self.bad: list[Bad] = []

    def take(self, row: Row | Bad) -> None:
        if isinstance(row, Bad):
            self.bad.append(row)
            return
        try:
            self._sort(row)
        except Wrong as wrong:
            self.bad.append(Bad(row.line, str(wrong)))

    def _sort(self, row: Row) -> None:
        customer, invoice_id, invoice = self._place(row)
        wanted = Wanted(
            row.kind,
            customer.id,
            invoice_id,
            row.reason,
            row.until_on,
            _money(row, customer.currency),
            row.owner,
            row.answer_by_on,
            row.code,
        )
        same = _same(wanted)
        if same in self._lines:
            self.known.append(Known(row.line, None, f"says the same as line {self._lines[same]}"))
            return
        self._lines[same] = row.line
        hold = self._standing.get(same)
        if hold is not None:
            self.known.append(Known(row.line, hold.id, _stands(hold, wanted)))
            return
        refusal = placing.refusal(
            wanted.kind,
            on_invoice=invoice_id is not None,
            reason=wanted.reason,
            until_on=wanted.until_on,
            owner=wanted.owner,
            answer_by_on=wanted.answer_by_on,
            code=wanted.code,
        ) or placing.too_far(self._company, self._today, wanted.until_on, wanted.answer_by_on)
        if refusal is not None:
            raise Wrong(refusal.message)
        whole = placing.filled(self._conn, self._company, wanted, self._by, self._today, self._calendar)
        self.placed.append(Placed(row.line, whole, customer.name, invoice))

    def _place(self, row: Row) -> tuple[Customer, str | None, str | None]:
        """Whom and which invoice the row is about; a customer beside an invoice must be the invoice's."""
        named = self._customer(row.customer) if row.customer is not None else None
        if row.invoice is None:
            assert named is not None, "a row names one of them"
            return named, None, None
        found = mirror.invoice_by_number(self._conn, self._company.id, row.invoice)
        found = found or mirror.invoice(self._conn, self._company.id, row.invoice)
        if found is None:
            numbers = mirror.invoice_numbers(self._conn, self._company.id)
            raise Wrong(
                f'there is no invoice "{row.invoice}" that we know of.{self._near(row.invoice, numbers)}'
            )
        owner = self._customers.get(found.customer_id)
        if owner is None:
            raise Wrong(f"the customer of invoice {found.label} is no longer in QuickBooks")
        if named is not None and named.id != owner.id:
            raise Wrong(f"invoice {found.label} is one of {owner.name}, not of {named.name}")
        return owner, found.id, found.label

    def _customer(self, name: str) -> Customer:
        found = self._by_name.get(name.casefold(), [])
        if not found and name in self._customers:
            return self._customers[name]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(one.id for one in found)
            raise Wrong(f'several customers are called "{name}": say which by its id in QuickBooks: {ids}')
        names = [one.name for one in self._customers.values()]
        raise Wrong(f'there is no customer "{name}".{self._near(name, names)}')

    def _near(self, name: str, known: list[str]) -> str:
        self._hints += 1
        return finding.nearest(name, known) if self._hints <= HINTS_MAX else ""


def _by_name(customers: Mapping[str, Customer]) -> dict[str, list[Customer]]:
    found: dict[str, list[Customer]] = {}
    for one in customers.values():
        found.setdefault(" ".join(one.name.split()).casefold(), []).append(one)
    return found


def _money(row: Row, currency: str) -> Money | None:
    if row.amount is None:
        return None
    if row.currency is not None and row.currency != currency:
        raise Wrong(f"the amount is in {row.currency}, and they are billed in {currency}")
    if row.amount % quantum(currency):
        raise Wrong(f"the amount {row.amount} has more decimals than {currency} has")
    return Money(row.amount.quantize(quantum(currency)), currency)


def _stands(hold: Hold, wanted: Wanted) -> str:
    given = {name: getattr(wanted, name) for name in ("until_on", "amount", "owner", "answer_by_on", "code")}
    if holds.changes(hold, given):
        return f"stands already as hold {hold.id}, with other details; hold change {hold.id} changes them"
    return f"stands already as hold {hold.id}"


def _same(wanted: Wanted) -> Same:
    return _key(
        wanted.kind,
        wanted.customer_id,
        wanted.invoice_id,
        wanted.reason,
        (wanted.until_on, wanted.amount),
    )


def _same_as(customer_id: str, hold: Hold) -> Same:
    promised = (hold.until_on, hold.amount)
    return _key(hold.kind, customer_id, hold.invoice_id, hold.reason, promised)


def _key(
    kind: HoldKind, customer_id: str, invoice_id: str | None, reason: str, promised: Iterable[object]
) -> Same:
    words = " ".join(reason.split()).casefold()
    if kind is HoldKind.BOUNCED:
        words = _ADDRESSES_ADDED.sub("", words)  # placing adds those of that day
    details = tuple(promised) if kind is HoldKind.PROMISE else ()
    return kind, customer_id, invoice_id, words, details
