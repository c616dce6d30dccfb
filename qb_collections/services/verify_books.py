"""The mirror against the books: every open invoice, and what is owed in total, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money
from qb_collections.core.wording import label, money_text, short
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services.context import Context
from qb_collections.services.proof import amount_of, owed
from qb_collections.services.verify_report import Difference, VerifyReport
from qb_collections.store import cases, cursors, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

NAMED_MAX = 20  # differences of one sort named one by one; the rest are counted
CUSTOMERS_MAX = 200  # whose credits are read to explain a difference


def compare_mirror(
    context: Context, company: Company, lease: Lease, gateway: Gateway, report: VerifyReport
) -> dict[str, Invoice]:
    """Read every open invoice, put the mirror right where it differs, and answer the invoices by id."""
    books: dict[str, Invoice] = {}
    gateway.open_invoices(lambda page: books.update({one.id: one for one in page.rows}))
    with reading(context.engine) as conn:
        ours = {one.id: one for one in mirror.open_invoices(conn, company.id)}
    gone = sorted(ours.keys() - books.keys())
    live = gateway.live([], gone) if gone else None
    changed = [one for id, one in books.items() if id not in ours or _moved(ours[id], one)]
    with derived(context.engine) as conn:
        lease.check(conn)
        mirror.put_invoices(conn, company.id, books.values())
        if live is not None:
            mirror.put_invoices(conn, company.id, live.invoices)
            mirror.delete_invoices(conn, company.id, live.missing)
        touched = {one.customer_id for one in changed} | {ours[id].customer_id for id in gone}
        cases.touch(conn, company.id, touched, company.today(context.clock.now()))
    report.open_invoices = len(books)
    said = [(one, _said(company, ours.get(one.id), one)) for one in changed]
    said += [
        (ours[id], f"Invoice {label(ours[id])} is no longer open in QuickBooks; we had not seen that.")
        for id in gone
    ]
    for one, sentence in said[:NAMED_MAX]:
        report.differences.append(Difference("mirror", one.id, sentence, True, one.customer_id))
    if len(said) > NAMED_MAX:
        more = f"{len(said) - NAMED_MAX} more invoices had changed in QuickBooks; we had not seen that."
        report.differences.append(Difference("mirror", "more", more, True))
    return books


def tie_out(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    books: Mapping[str, Invoice],
    report: VerifyReport,
) -> None:
    """QuickBooks' own aged receivables against the documents, to the cent, with the difference named."""
    if company.multicurrency:
        report.tie_out = "These books keep several currencies, so receivables are not tied to one total."
        return
    today = company.today(context.clock.now())
    said = _aged(gateway.report("AgedReceivables", {"report_date": today.isoformat()}))
    ours: dict[str, Decimal] = {}
    for one in books.values():
        ours[one.customer_id] = ours.get(one.customer_id, Decimal(0)) + one.balance.amount
    apart = [id for id in sorted(said.keys() | ours.keys()) if said.get(id, _NONE)[1] != ours.get(id, 0)]
    if apart:
        live = gateway.live(apart[:CUSTOMERS_MAX])
        ours |= {id: owed(live, id) for id in apart[:CUSTOMERS_MAX]}
    total = sum((amount for _, amount in said.values()), Decimal(0))
    rest = [id for id in apart if said.get(id, _NONE)[1] != ours.get(id, Decimal(0))]
    figure = _text(company, total)
    if not rest:
        report.tie_out = f"QuickBooks' receivables of {figure} are its documents to the cent."
        _tied(context, company, lease)
        return
    difference = total - sum(ours.values(), Decimal(0))
    report.tie_out = (
        f"QuickBooks' receivables of {figure} differ from its documents by {_text(company, difference)}."
    )
    for id in rest[:NAMED_MAX]:
        name, amount = said.get(id, _NONE)
        by = _text(company, amount - ours.get(id, Decimal(0)))
        sentence = (
            f"QuickBooks' receivables of {short(name or f'customer {id}', 60)} differ from invoices, credits "
            f"and payments by {by}: probably a journal entry or a deposit."
        )
        report.differences.append(Difference("tie_out", id, sentence, False, id))


_NONE: tuple[str, Decimal] = ("", Decimal(0))


def _tied(context: Context, company: Company, lease: Lease) -> None:
    with derived(context.engine) as conn:
        lease.check(conn)
        cursor = cursors.cursor(conn, company.id)
        if cursor is not None:
            today = company.today(context.clock.now())
            cursors.set_cursor(conn, company.id, replace(cursor, tied_out_on=today))


def _aged(report: Mapping[str, Any]) -> dict[str, tuple[str, Decimal]]:
    """Customer id -> (name, what the report says is owed)."""
    found: dict[str, tuple[str, Decimal]] = {}
    for cells in _customers(report):
        id, name = str(cells[0].get("id")), str(cells[0].get("value"))
        before = found.get(id, _NONE)[1]
        found[id] = (name, before + amount_of(cells[-1].get("value")))
    return found


def _customers(part: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The rows of customers, with jobs below them; a parent's own amount stands in its heading."""
    for row in (part.get("Rows") or {}).get("Row", []):
        cells = row.get("ColData") or (row.get("Header") or {}).get("ColData")
        if cells and cells[0].get("id"):
            yield cells
        elif row.get("ColData"):
            raise Unreadable(detail="a row of the aged receivables names no customer")
        yield from _customers(row)


def _moved(ours: Invoice, theirs: Invoice) -> bool:
    """Whether a decision could tell them apart."""
    names = ("customer_id", "number", "due_on", "total", "balance", "voided")
    return any(getattr(ours, name) != getattr(theirs, name) for name in names)


def _said(company: Company, ours: Invoice | None, theirs: Invoice) -> str:
    if ours is None:
        figure = money_text(theirs.balance, company.locale)
        return f"Invoice {label(theirs)} ({figure}) is open in QuickBooks; we had not seen that."
    if ours.balance != theirs.balance:
        was, now = money_text(ours.balance, company.locale), money_text(theirs.balance, company.locale)
        return f"Invoice {label(theirs)} has {now} open in QuickBooks; we had {was}."
    return f"Invoice {label(theirs)} was changed in QuickBooks; we had not seen that."


def _text(company: Company, amount: Decimal) -> str:
    return money_text(Money(amount, company.currency), company.locale)
