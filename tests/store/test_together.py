"""Reads that are run side by side answer what each of them answers alone, in fewer statements."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from qb_collections.core.case import HoldKind
from qb_collections.store import cases, companies, holds, mirror, policies
from qb_collections.store.engine import durable, reading
from qb_collections.store.tables.companies import company as company_table
from qb_collections.store.together import together
from tests.store.conftest import NOW, on_sqlite
from tests.store.samples import customer, invoice, memo, payment, usd

pytestmark = on_sqlite  # elsewhere each read is asked by itself

TODAY = date(2026, 10, 30)


@pytest.fixture
def asked(engine):
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    return statements


def selects(statements):
    return [one for one in statements if one.startswith(("SELECT", "WITH"))]


def furnish(conn, company):
    mirror.put_customers(conn, company.id, [customer("1", balance=usd("200.00"), emails=("a@b.example",))])
    mirror.put_invoices(conn, company.id, [invoice("10", "1"), invoice("11", "1", due_on=None)])
    mirror.put_payments(conn, company.id, [payment("20", "1", unapplied="12.34")])
    mirror.put_credit_memos(conn, company.id, [memo("30", "1", "5.00")])
    about = {"reason": "said so", "placed_by": "Ann", "placed_on": TODAY, "until_on": TODAY}
    holds.add(conn, company.id, "1", HoldKind.PROMISE, **about)


def test_amounts_days_instants_lists_and_documents_come_as_each_read_alone_gives_them(engine, company, asked):
    reads = (
        lambda conn: mirror.customers(conn, company.id),
        lambda conn: mirror.open_invoices(conn, company.id),
        lambda conn: mirror.payments_of(conn, company.id, ["1"]),
        lambda conn: mirror.credit_memos_open(conn, company.id),
        lambda conn: holds.list(conn, company.id),
        lambda conn: companies.get(conn, company.id),
        lambda conn: mirror.invoice_numbers(conn, company.id),
    )
    with durable(engine) as conn:
        furnish(conn, company)
        alone = tuple(read(conn) for read in reads)
        asked.clear()

        found = together(conn, *reads)

    assert found == alone
    assert found[2][0].unapplied.amount == Decimal("12.34")
    assert len(selects(asked)) == 1


def test_a_read_that_asks_again_by_what_it_was_told_takes_a_second_statement_for_all(engine, company, asked):
    def by_customer(conn):
        known = mirror.customers(conn, company.id)
        return mirror.open_invoices(conn, company.id, known)

    with durable(engine) as conn:
        furnish(conn, company)
        asked.clear()

        invoices, same, stood = together(
            conn, by_customer, by_customer, lambda conn: holds.list(conn, company.id)
        )

    assert [one.id for one in invoices] == [one.id for one in same] == ["11", "10"]
    assert len(stood) == 1
    assert len(selects(asked)) == 2


def test_reads_side_by_side_may_have_reads_side_by_side_in_them(engine, company, asked):
    with durable(engine) as conn:
        furnish(conn, company)
        asked.clear()

        (case,), numbers = together(
            conn,
            lambda conn: cases.load(conn, company.id, [("1", "USD")], TODAY),
            lambda conn: mirror.invoice_numbers(conn, company.id),
        )

    assert [one.id for one in case.invoices] == ["11", "10"] and len(case.holds) == 1
    assert len(numbers) == 2
    assert len(selects(asked)) == 3  # the family; all about it; and what that told


def test_one_customer_and_many_are_loaded_alike(engine, company):
    with durable(engine) as conn:
        furnish(conn, company)
        mirror.put_customers(conn, company.id, [customer("2")])

        alone = cases.load(conn, company.id, [("1", "USD")], TODAY)
        among = cases.load(conn, company.id, [("1", "USD"), ("2", "USD")], TODAY)

    assert alone[0] == among[0]


def test_an_error_of_a_read_is_the_callers(engine, company):
    with reading(engine) as conn, pytest.raises(LookupError, match="no hold 7"):
        together(conn, lambda conn: holds.get(conn, company.id, 7))


def test_nothing_to_read_asks_nothing_and_a_read_that_never_ends_is_stopped(engine, company, asked):
    def endless(conn):
        while True:
            conn.execute(select(company_table.c.id).where(company_table.c.id == company.id))

    with reading(engine) as conn:
        asked.clear()

        assert together(conn) == () and selects(asked) == []
        with pytest.raises(AssertionError, match="more than 20"):
            together(conn, endless)


def test_rows_keep_the_order_that_the_read_asked_for(engine, company):
    with durable(engine) as conn:
        for number in range(3):
            policies.add(conn, company.id, f"text {number}", "Ann", "because", NOW)

        alone = policies.versions(conn, company.id)
        (found,) = together(conn, lambda conn: policies.versions(conn, company.id))

    assert found == alone and len(found) == 3
