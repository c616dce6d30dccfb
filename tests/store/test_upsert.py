"""A page of rows and a single row are stored alike."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.money import Money
from qb_collections.store import cases, mirror
from qb_collections.store.cases import Look
from qb_collections.store.engine import derived, reading
from qb_collections.store.tables.mirror import mirror_invoice, recorded
from qb_collections.store.upsert import MANY, TOGETHER, insert_all


def invoice(number):
    return Invoice(
        id=str(number),
        sync_token="0",
        customer_id="1",
        number=None,
        issued_on=date(2026, 10, 1),
        due_on=None if number % 2 else date(2026, 10, 31),
        total=Money(Decimal("120.55"), "USD"),
        balance=Money(Decimal("20.05"), "USD"),
        email="ñ@x.example",
        email_status=None,
        sent_at=datetime(2026, 10, 1, 8, 30, 0, 5, tzinfo=UTC),
        terms=None,
        voided=bool(number % 3),
        updated_at=None,
    )


@pytest.mark.parametrize("count", [1, MANY - 1, MANY, MANY + 1, TOGETHER, 2 * TOGETHER + 1])
def test_however_many_rows_are_put_at_once_each_is_stored_as_it_is(engine, company, count):
    rows = [invoice(number) for number in range(count)]
    with derived(engine) as conn:
        mirror.put_invoices(conn, company.id, [replace(one, terms="earlier") for one in rows])
        mirror.put_invoices(conn, company.id, rows)

    with reading(engine) as conn:
        found = mirror.invoices(conn, company.id, [one.id for one in rows])
        of_company = mirror_invoice.c.company_id == company.id
        raw = conn.execute(select(mirror_invoice.c.balance).where(of_company)).scalars().all()

    assert found == {one.id: one for one in rows}
    assert set(raw) == {Decimal("20.0500")}


def test_lists_of_many_customers_are_stored_as_they_are(engine, company):
    zero = Money(Decimal("0.00"), "USD")
    rows = [
        Customer(str(number), f"Customer {number}", "USD", zero, emails=("a@x.example", "b@x.example"))
        for number in range(MANY)
    ]
    with derived(engine) as conn:
        mirror.put_customers(conn, company.id, rows)

    with reading(engine) as conn:
        assert mirror.customers(conn, company.id) == {one.id: one for one in rows}


@pytest.mark.parametrize("count", [MANY - 1, MANY])
def test_what_the_rows_do_not_say_the_table_fills_in_and_what_stood_there_stays(engine, company, count):
    keys = [(str(number), "USD") for number in range(count)]
    with derived(engine) as conn:
        cases.set_important(conn, company.id, *keys[0], True)
        cases.set_next_look(conn, company.id, [(*key, date(2026, 11, 3)) for key in keys])

    with reading(engine) as conn:
        looks = [cases.look_of(conn, company.id, *key) for key in keys]

    assert looks[0] == Look(date(2026, 11, 3), important=True)
    assert set(looks[1:]) == {Look(date(2026, 11, 3))}


def test_a_row_that_must_be_new_is_refused_where_there_is_one(engine, company):
    names = ("company_id", "id", "kind", "created_at")
    row = (company.id, "1", "Invoice", datetime(2026, 10, 1, tzinfo=UTC))
    with derived(engine) as conn:
        insert_all(conn, recorded, names, [row])

    with pytest.raises(IntegrityError), derived(engine) as conn:
        insert_all(conn, recorded, names, [row])


def test_one_of_many_rows_that_must_be_new_and_is_not_keeps_all_of_them_out(engine, company):
    names = ("company_id", "id", "kind", "created_at")
    rows = [
        (company.id, str(number), "Invoice", datetime(2026, 10, 1, tzinfo=UTC)) for number in range(TOGETHER)
    ]
    with derived(engine) as conn:
        insert_all(conn, recorded, names, rows[-1:])

    with pytest.raises(IntegrityError), derived(engine) as conn:
        insert_all(conn, recorded, names, rows)

    with reading(engine) as conn:
        of_company = recorded.c.company_id == company.id
        assert conn.execute(select(recorded.c.id).where(of_company)).scalars().all() == [rows[-1][1]]


def test_the_same_rows_are_new_whatever_the_order_of_their_columns(engine, company):
    """Where the order is not the table's, each row is bound by name."""
    names = ("created_at", "id", "kind", "company_id")
    at = datetime(2026, 10, 1, tzinfo=UTC)
    with derived(engine) as conn:
        insert_all(
            conn, recorded, names, [(at, "1", "Invoice", company.id), (at, "2", "Invoice", company.id)]
        )

    with reading(engine) as conn:
        of_company = recorded.c.company_id == company.id
        found = conn.execute(select(recorded.c.id, recorded.c.created_at).where(of_company)).all()

    assert [tuple(row) for row in found] == [("1", at), ("2", at)]
