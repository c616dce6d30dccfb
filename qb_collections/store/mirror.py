"""The mirror: what QuickBooks said last.  Everything in it can be read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, delete, func, select

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.core.money import Money
from qb_collections.store import mirror_rows, recorded
from qb_collections.store.once import Once, once
from qb_collections.store.tables.mirror import (
    ZERO,
    mirror_credit_memo,
    mirror_customer,
    mirror_invoice,
    mirror_link,
    mirror_payment,
    owner_change,
)
from qb_collections.store.types import MoneyUnits, money
from qb_collections.store.upsert import upsert
from qb_collections.store.within import within

RECORDED_MAX = 5_000
IDS_AT_ONCE = 2000  # well under the 32766 values that SQLite takes in one statement
_KEY = ("company_id", "id")


def put_customers(conn: Connection, company_id: int, rows: Iterable[Customer]) -> None:
    upsert(conn, mirror_customer, [mirror_rows.customer_row(company_id, row) for row in rows], key=_KEY)


def put_invoices(conn: Connection, company_id: int, rows: Iterable[Invoice]) -> None:
    some = list(rows)
    _notice_owners(conn, company_id, "Invoice", some)
    upsert(conn, mirror_invoice, [mirror_rows.invoice_row(company_id, row) for row in some], key=_KEY)
    recorded.put(conn, company_id, "Invoice", some)


def put_payments(conn: Connection, company_id: int, rows: Iterable[Payment]) -> None:
    some = list(rows)
    _notice_owners(conn, company_id, "Payment", some)
    upsert(conn, mirror_payment, [mirror_rows.payment_row(company_id, row) for row in some], key=_KEY)


def put_credit_memos(conn: Connection, company_id: int, rows: Iterable[CreditMemo]) -> None:
    some = list(rows)
    _notice_owners(conn, company_id, "CreditMemo", some)
    upsert(conn, mirror_credit_memo, [mirror_rows.memo_row(company_id, row) for row in some], key=_KEY)
    recorded.put(conn, company_id, "CreditMemo", some)


def put_links(
    conn: Connection, company_id: int, rows: Iterable[Link], *, payment_ids: Iterable[str] = ()
) -> None:
    """Replace all links of the payments that the rows or payment_ids name."""
    of_payment: dict[str, list[Link]] = {payment_id: [] for payment_id in payment_ids}
    for row in rows:
        of_payment.setdefault(row.payment_id, []).append(row)
    _delete(conn, mirror_link, "payment_id", company_id, of_payment)
    values = [
        mirror_rows.link_row(company_id, link, position)
        for links in of_payment.values()
        for position, link in enumerate(links)
    ]
    if values:
        conn.execute(mirror_link.insert(), values)


def delete_customers(conn: Connection, company_id: int, ids: Iterable[str]) -> None:
    _delete(conn, mirror_customer, "id", company_id, ids)


def delete_invoices(conn: Connection, company_id: int, ids: Iterable[str]) -> None:
    _delete(conn, mirror_invoice, "id", company_id, ids)


def delete_payments(conn: Connection, company_id: int, ids: Iterable[str]) -> None:
    """Take the payments and their links away."""
    gone = list(ids)
    _delete(conn, mirror_payment, "id", company_id, gone)
    _delete(conn, mirror_link, "payment_id", company_id, gone)


def delete_credit_memos(conn: Connection, company_id: int, ids: Iterable[str]) -> None:
    _delete(conn, mirror_credit_memo, "id", company_id, ids)


def customers(conn: Connection, company_id: int, ids: Iterable[str] | None = None) -> dict[str, Customer]:
    """Customers by id; all of them without ids."""
    found = _rows(conn, company_id, mirror_customer, "id", ids)
    return {row["id"]: mirror_rows.customer(row) for row in found}


def invoices(conn: Connection, company_id: int, ids: Iterable[str]) -> dict[str, Invoice]:
    """These invoices by id, open or not; what the mirror does not know is missing."""
    found = _rows(conn, company_id, mirror_invoice, "id", ids)
    return {row["id"]: mirror_rows.invoice(row) for row in found}


def invoice(conn: Connection, company_id: int, invoice_id: str) -> Invoice | None:
    return invoices(conn, company_id, [invoice_id]).get(invoice_id)


def invoice_by_number(conn: Connection, company_id: int, number: str) -> Invoice | None:
    """The invoice with this number; of several the open one, then the youngest."""
    query = (
        select(mirror_invoice)
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.number == number)
        .order_by(
            (mirror_invoice.c.balance > ZERO).desc(), mirror_invoice.c.issued_on.desc(), mirror_invoice.c.id
        )
        .limit(1)
    )
    row = conn.execute(query).mappings().one_or_none()
    return mirror_rows.invoice(row) if row else None


def invoices_by_number(conn: Connection, company_id: int, number: str, limit: int = 10) -> list[Invoice]:
    """Every invoice with this number, those that are open first."""
    query = (
        select(mirror_invoice)
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.number == number)
        .order_by((mirror_invoice.c.balance > ZERO).desc(), mirror_invoice.c.id)
        .limit(limit)
    )
    return [mirror_rows.invoice(row) for row in conn.execute(query).mappings()]


def invoice_numbers(conn: Connection, company_id: int, limit: int = 10_000) -> list[str]:
    """Numbers of open invoices, for naming the nearest ones."""
    query = (
        select(mirror_invoice.c.number)
        .where(
            mirror_invoice.c.company_id == company_id,
            mirror_invoice.c.balance > ZERO,
            mirror_invoice.c.number.is_not(None),
        )
        .order_by(mirror_invoice.c.number)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def open_invoices(
    conn: Connection, company_id: int, customer_ids: Iterable[str] | None = None
) -> list[Invoice]:
    """Invoices with something still owed, oldest due first."""
    if customer_ids is None:
        found = _all_open(conn, company_id=company_id).all()
    else:
        some = chunked(sorted(set(customer_ids)))
        found = [row for ids in some for row in _open_of(conn, company_id=company_id, customer_ids=ids).all()]
    return sorted(map(mirror_rows.raw_invoice, found), key=by_due_day)


@once
def _all_open(company_id: int) -> Select[Any]:
    return select(*mirror_rows.RAW_INVOICE).where(
        mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO
    )


@once
def _open_of(company_id: int, customer_ids: Iterable[str]) -> Select[Any]:
    theirs = (mirror_invoice.c.company_id == company_id, within(mirror_invoice.c.customer_id, customer_ids))
    return select(*mirror_rows.RAW_INVOICE).where(*theirs, mirror_invoice.c.balance > ZERO)


def owing(conn: Connection, company_id: int) -> list[str]:
    """The ids of the customers who owe anything, in order."""
    query = (
        select(mirror_invoice.c.customer_id)
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
        .distinct()
        .order_by(mirror_invoice.c.customer_id)
    )
    return list(conn.execute(query).scalars())


def payments_with_unapplied(
    conn: Connection, company_id: int, customer_ids: Iterable[str] | None = None
) -> list[Payment]:
    rows = _rows(conn, company_id, mirror_payment, "customer_id", customer_ids, above_zero="unapplied")
    found = [mirror_rows.payment(row) for row in rows]
    return sorted(found, key=lambda payment: (payment.received_on, payment.id))


def credit_memos_open(
    conn: Connection, company_id: int, customer_ids: Iterable[str] | None = None
) -> list[CreditMemo]:
    rows = _rows(conn, company_id, mirror_credit_memo, "customer_id", customer_ids, above_zero="remaining")
    found = [mirror_rows.memo(row) for row in rows]
    return sorted(found, key=lambda memo: (memo.issued_on, memo.id))


def payments_of(conn: Connection, company_id: int, customer_ids: Iterable[str]) -> list[Payment]:
    """All payments that the mirror has of these customers, oldest first."""
    rows = _rows(conn, company_id, mirror_payment, "customer_id", customer_ids)
    found = [mirror_rows.payment(row) for row in rows]
    return sorted(found, key=lambda payment: (payment.received_on, payment.id))


def payments_recorded(conn: Connection, company_id: int, since: date) -> list[datetime]:
    """When the payments received since that day were entered; the newest thousands suffice for a rhythm."""
    query = (
        select(mirror_payment.c.created_at)
        .where(
            mirror_payment.c.company_id == company_id,
            mirror_payment.c.received_on >= since,
            mirror_payment.c.created_at.is_not(None),
        )
        .order_by(mirror_payment.c.created_at.desc())
        .limit(RECORDED_MAX)
    )
    return list(conn.execute(query).scalars())


def newest_payment_on(conn: Connection, company_id: int) -> date | None:
    """The day of the newest payment that was received; None: no payment is known."""
    query = select(func.max(mirror_payment.c.received_on)).where(mirror_payment.c.company_id == company_id)
    newest: date | None = conn.execute(query).scalar_one()
    return newest


def links_of_payments(conn: Connection, company_id: int, payment_ids: Iterable[str]) -> list[Link]:
    rows = _rows(conn, company_id, mirror_link, "payment_id", payment_ids)
    return [mirror_rows.link(row) for row in rows]


def links_of_invoice(conn: Connection, company_id: int, invoice_id: str) -> list[Link]:
    """What was applied to this invoice, by payment."""
    query = select(mirror_link).where(
        mirror_link.c.company_id == company_id,
        mirror_link.c.document_kind == "Invoice",
        mirror_link.c.document_id == invoice_id,
    )
    return [mirror_rows.link(row) for row in conn.execute(query).mappings()]


def ids(conn: Connection, company_id: int) -> dict[str, frozenset[str]]:
    """Every id that the mirror has, by QuickBooks' name of the kind."""
    found = {}
    for kind, table in _KINDS.items():
        query = select(table.c.id).where(table.c.company_id == company_id)
        found[kind] = frozenset(conn.execute(query).scalars())
    return found


def owners(conn: Connection, company_id: int, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Whose these invoices, payments or credit memos are."""
    query = _owners(_KINDS[kind])
    found: dict[str, str] = {}
    for some in chunked(sorted(set(ids))):
        found.update((row.id, row.customer_id) for row in query(conn, company_id=company_id, ids=some))
    return found


def owner_changes(conn: Connection, company_id: int) -> dict[str, str]:
    """By customer whose documents turned up as another's: whose they are now."""
    query = select(owner_change).where(owner_change.c.company_id == company_id)
    return {row.former_id: row.present_id for row in conn.execute(query)}


def owner_changes_followed(conn: Connection, company_id: int, former_ids: Iterable[str]) -> None:
    _delete(conn, owner_change, "former_id", company_id, former_ids)


def documents_of(conn: Connection, company_id: int, customer_ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids of all their invoices, payments and credit memos, by kind."""
    wanted = sorted(set(customer_ids))
    found = {}
    for kind in ("Invoice", "Payment", "CreditMemo"):
        table = _KINDS[kind]
        found[kind] = sorted(row["id"] for row in _rows(conn, company_id, table, "customer_id", wanted))
    return found


def updated(conn: Connection, company_id: int, kind: str, ids: Iterable[str]) -> dict[str, datetime]:
    """When QuickBooks last changed these rows, as far as the mirror knows them; another kind has none."""
    table = _KINDS.get(kind)
    if table is None:
        return {}
    found = _rows(conn, company_id, table, "id", ids)
    return {row["id"]: row["updated_at"] for row in found if row["updated_at"] is not None}


def counts(conn: Connection, company_id: int) -> dict[str, int]:
    """How many rows the mirror has: customers, invoices, open_invoices, payments, credit_memos."""
    result = {}
    for name, table in _COUNTED.items():
        query = select(func.count()).select_from(table).where(table.c.company_id == company_id)
        result[name] = conn.execute(query).scalar_one()
    is_open = select(func.count()).where(
        mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO
    )
    return result | {"open_invoices": conn.execute(is_open).scalar_one()}


def totals(conn: Connection, company_id: int) -> dict[str, Money]:
    """What is owed on open invoices, by currency."""
    query = (
        select(mirror_invoice.c.currency, func.sum(mirror_invoice.c.balance, type_=MoneyUnits).label("owed"))
        .where(mirror_invoice.c.company_id == company_id, mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.currency)
        .order_by(mirror_invoice.c.currency)
    )
    return {row.currency: money(row.owed, row.currency) for row in conn.execute(query)}


def by_due_day(found: Invoice) -> tuple[Any, ...]:
    """Oldest due first; without a due date the day of issue counts."""
    return (found.due_on or found.issued_on, found.issued_on, len(found.id), found.id)


_KINDS = {
    "Customer": mirror_customer,
    "Invoice": mirror_invoice,
    "Payment": mirror_payment,
    "CreditMemo": mirror_credit_memo,
}
_COUNTED = {
    "customers": mirror_customer,
    "invoices": mirror_invoice,
    "payments": mirror_payment,
    "credit_memos": mirror_credit_memo,
}


def _rows(
    conn: Connection,
    company_id: int,
    table: Table,
    column: str,
    ids: Iterable[str] | None,
    *,
    above_zero: str | None = None,
) -> Iterator[RowMapping]:
    """Rows with one of the ids in that column, or all; above_zero: only where this amount is."""
    if ids is None:
        yield from _statement(table, None, above_zero)(conn, company_id=company_id).mappings().all()
        return
    query = _statement(table, column, above_zero)
    for some in chunked(sorted(set(ids))):
        yield from query(conn, company_id=company_id, ids=some).mappings().all()


@cache
def _owners(table: Table) -> Once:
    return once(
        lambda company_id, ids: select(table.c.id, table.c.customer_id).where(
            table.c.company_id == company_id, within(table.c.id, ids)
        )
    )


@cache
def _statement(table: Table, column: str | None, above_zero: str | None) -> Once:
    still = (table.c[above_zero] > ZERO,) if above_zero else ()
    if column is None:
        return once(lambda company_id: select(table).where(table.c.company_id == company_id, *still))
    among = table.c[column]
    return once(
        lambda company_id, ids: select(table).where(
            table.c.company_id == company_id, within(among, ids), *still
        )
    )


def _delete(conn: Connection, table: Table, column: str, company_id: int, ids: Iterable[str]) -> None:
    for some in chunked(sorted(set(ids))):
        conn.execute(delete(table).where(table.c.company_id == company_id, within(table.c[column], some)))


def chunked(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def _notice_owners(
    conn: Connection, company_id: int, kind: str, rows: Sequence[Invoice | Payment | CreditMemo]
) -> None:
    """QuickBooks tells of a merge by this alone, whoever reads the documents and whatever for."""
    if not rows:
        return
    had = owners(conn, company_id, kind, [one.id for one in rows])
    changed = {
        had[one.id]: one.customer_id for one in rows if had.get(one.id, one.customer_id) != one.customer_id
    }
    values = [
        {"company_id": company_id, "former_id": former, "present_id": present}
        for former, present in changed.items()
    ]
    upsert(conn, owner_change, values, key=("company_id", "former_id"))
