"""The mirror against the books: every open invoice, and what is owed in total, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from qb_collections.core.books import Invoice
from qb_collections.core.money import Money
from qb_collections.core.receivables import TieState
from qb_collections.core.wording import label, money_text, short
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import tie_out as tie_outs
from qb_collections.services.context import Context
from qb_collections.services.verify_report import Difference, VerifyReport
from qb_collections.store import cases, mirror, overview
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

NAMED_MAX = 20  # differences of one sort named one by one; the rest are counted


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
    assert len(books) == report.open_invoices, "the mirror was compared just before"
    found = tie_outs.tie_out(context, company, lease, gateway)
    same = found.state is TieState.EQUAL
    report.tie_out = f"{found.said}{_credits(context, company) if same else ''}"
    with reading(context.engine) as conn:
        names = mirror.customers(conn, company.id, [id for id, _ in found.customers])
    for id, amount in found.customers[:NAMED_MAX]:
        name = names[id].name if id in names else f"customer {id}"
        sentence = (
            f"QuickBooks' receivables of {short(name, 60)} differ from invoices, credits "
            f"and payments by {_text(company, amount)}, and nothing that it lists explains it."
        )
        report.differences.append(Difference("tie_out", id, sentence, False, id))


def _credits(context: Context, company: Company) -> str:
    """What leads from the receivables to the figure owed on the overview, which counts invoices alone."""
    with reading(context.engine) as conn:
        unapplied = overview.unapplied(conn, company.id)
        owed = overview.late_amounts(conn, [company.id]).get(company.id, [])
    credits = {currency: amount for currency, amount in unapplied.items() if amount}
    if not credits:
        return ""
    open_amounts = {amount.currency: amount for amount, _ in owed}
    parts = [
        f"{money_text(open_amounts.get(currency, Money.zero(currency)), company.locale)} on open invoices, "
        f"less {money_text(amount, company.locale)} of payments and credits not applied"
        for currency, amount in credits.items()
    ]
    return f" They are {'; and '.join(parts)}."


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
